package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a config would have done on {@link RecordedOutcomes}.
 *
 * @param openings each time that it would have been open, the first one first.
 * Unmodifiable
 * @param open how long it would have been open, all in all
 * @param refusedCalls how many calls it would have refused, those included that the
 * breaker did refuse at the time
 * @param failuresSpared how many of these failed when they were made
 * @param failuresSparedByType the same by the name of the class that was thrown, the most
 * frequent first. Unmodifiable
 * @param slowCallsSpared how many of these took longer than its threshold for slow calls,
 * whether they failed or not; zero where it has none
 * @param successesRefused how many of these succeeded when they were made, slow ones too
 * @param unknownCalls how many calls it would have let through that the breaker refused
 * at the time: how they would have ended is not known, and they count as nothing
 * @param state the state in which it would be now
 */
public record Replay(List<Opening> openings, Duration open, long refusedCalls, long failuresSpared,
		Map<String, Long> failuresSparedByType, long slowCallsSpared, long successesRefused, long unknownCalls,
		State state) {

	/**
	 * Creates a replay, which copies the collections.
	 */
	public Replay {
		openings = List.copyOf(openings);
		failuresSparedByType = Collections.unmodifiableMap(new LinkedHashMap<>(failuresSparedByType));
	}

	/**
	 * A stay in {@link State#OPEN}.
	 *
	 * @param at when it began, by the clock that is shown to people
	 * @param reason why
	 * @param lasted how long it lasted, or has lasted
	 * @param over whether its wait is over
	 */
	public record Opening(Instant at, Reason reason, Duration lasted, boolean over) {
	}

}
