package dev.breaker.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.PlainText;
import dev.breaker.RecordedOutcomes;
import dev.breaker.Replay;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of what another config would have done on the recorded outcomes of a
 * breaker, beside the present one.
 *
 * @param circuitBreaker the name of the breaker
 * @param summary both in one sentence; its wording may change
 * @param recorded what they were tried on
 * @param config the properties that were tried, as they were given
 * @param whatIf what the present config with these properties would have done
 * @param present what the present config would have done
 */
public record WhatIfDescriptor(String circuitBreaker, String summary, RecordedDescriptor recorded,
		Map<String, ?> config, ReplayDescriptor whatIf, ReplayDescriptor present) implements OperationResponseBody {

	private static final int SHOWN_OPENINGS = 100;

	static WhatIfDescriptor of(String name, RecordedOutcomes outcomes, Map<String, ?> config, Replay whatIf,
			Replay present) {
		return new WhatIfDescriptor(name, summary(outcomes, whatIf, present), RecordedDescriptor.of(outcomes), config,
				ReplayDescriptor.of(whatIf), ReplayDescriptor.of(present));
	}

	private static String summary(RecordedOutcomes outcomes, Replay whatIf, Replay present) {
		Instant from = outcomes.from();
		if (from == null) {
			return "No call is on the record yet";
		}
		String unknown = (whatIf.unknownCalls() > 0)
				? "; how %s calls would have ended that the breaker refused is not known"
					.formatted(number(whatIf.unknownCalls()))
				: "";
		return "On %s calls of the last %s this config would have opened %s, refused %s and spared %s; the present one would have opened %s, refused %s and spared %s%s"
			.formatted(number(outcomes.calls()), PlainText.duration(Duration.between(from, outcomes.to())),
					openings(whatIf), counted(whatIf.refusedCalls(), "call"),
					counted(whatIf.failuresSpared(), "failure"), openings(present),
					counted(present.refusedCalls(), "call"), counted(present.failuresSpared(), "failure"), unknown);
	}

	private static String openings(Replay replay) {
		int times = replay.openings().size();
		return (times == 0) ? "never"
				: counted(times, "time") + " for " + PlainText.duration(replay.open()) + " in all";
	}

	private static String counted(long count, String what) {
		return number(count) + " " + what + ((count != 1) ? "s" : "");
	}

	private static String number(long number) {
		return String.format(Locale.ROOT, "%,d", number);
	}

	/**
	 * Description of {@link RecordedOutcomes}.
	 *
	 * @param calls how many calls are on the record that were made
	 * @param failures how many of them failed
	 * @param failureCounts the same by the name of the class that was thrown
	 * @param refusedCalls how many calls the breaker refused meanwhile
	 * @param from when the first one began; {@code null} where there is none
	 * @param to when the record was read
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record RecordedDescriptor(long calls, long failures, Map<String, Long> failureCounts, long refusedCalls,
			@Nullable Instant from, Instant to) {

		static RecordedDescriptor of(RecordedOutcomes outcomes) {
			return new RecordedDescriptor(outcomes.calls(), outcomes.failures(), outcomes.failureCounts(),
					outcomes.refusedCalls(), outcomes.from(), outcomes.to());
		}

	}

	/**
	 * Description of a {@link Replay}.
	 *
	 * @param openings how many times it would have been open
	 * @param firstOpenings the first 100 of them
	 * @param open how long it would have been open, all in all
	 * @param refusedCalls how many calls it would have refused
	 * @param failuresSpared how many of these failed
	 * @param failuresSparedByType the same by the name of the class that was thrown, the
	 * most frequent first
	 * @param slowCallsSpared how many of these were slow
	 * @param successesRefused how many of these succeeded
	 * @param unknownCalls how many calls it would have let through that the breaker
	 * refused at the time
	 * @param state the state in which it would be now
	 */
	public record ReplayDescriptor(int openings, List<Replay.Opening> firstOpenings, Duration open, long refusedCalls,
			long failuresSpared, Map<String, Long> failuresSparedByType, long slowCallsSpared, long successesRefused,
			long unknownCalls, State state) {

		static ReplayDescriptor of(Replay replay) {
			List<Replay.Opening> openings = replay.openings();
			return new ReplayDescriptor(openings.size(), openings.subList(0, Math.min(SHOWN_OPENINGS, openings.size())),
					replay.open(), replay.refusedCalls(), replay.failuresSpared(), replay.failuresSparedByType(),
					replay.slowCallsSpared(), replay.successesRefused(), replay.unknownCalls(), replay.state());
		}

	}

}
