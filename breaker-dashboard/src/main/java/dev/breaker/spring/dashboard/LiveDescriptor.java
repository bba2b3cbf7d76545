package dev.breaker.spring.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.State;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CommandDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.FailureDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.FailuresDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.GroupDescriptor;
import dev.breaker.spring.dashboard.RecoveryFigures.LivingSignal;
import dev.breaker.spring.dashboard.Ring.Line;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows.
 *
 * @param application the name of the application
 * @param instance host and port, if known
 * @param time the present time
 * @param writable whether commands are served
 * @param commands the path of commands, relative to the page
 * @param since the first second of the longest sparkline, since the epoch
 * @param seconds how many seconds a sparkline has at most
 * @param breakers the breakers without a key, and of each group the keys in most trouble,
 * sorted by name
 * @param groups the groups, sorted by name
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record LiveDescriptor(String application, @Nullable String instance, Instant time, boolean writable, String commands,
		long since, int seconds, List<BreakerDescriptor> breakers, List<GroupTotals> groups) {

	/**
	 * A breaker: the figures of the endpoint {@code circuitbreakers}, and of its history.
	 * Whether it is open on this instance alone is {@code null} where it is not shared.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record BreakerDescriptor(String name, @Nullable String group, @Nullable String key, State state, Instant since,
			double stateSeconds, @Nullable Float failureRate, @Nullable Float slowCallRate,
			@Nullable Float failureRateThreshold, @Nullable Float slowCallRateThreshold, int bufferedCalls,
			int callsUntilEvaluated, double callsPerSecond, double refusalsPerSecond, long successfulCallsTotal,
			long failedCallsTotal, long slowCallsTotal, long ignoredCallsTotal, long notPermittedCallsTotal,
			double retryAfter, int probesDone, int probesPermitted, int openings, String explanation,
			@Nullable String topFailure, @Nullable String lastFailure, @Nullable CommandDescriptor command,
			@JsonUnwrapped Answers answers, Sparkline sparkline, boolean enforced, long wouldRefuseTotal,
			@JsonUnwrapped RecoveryFigures recovery, @Nullable Boolean localOnly) {

		static BreakerDescriptor of(CircuitBreaker breaker, CircuitBreakerDescriptor shown, Line line,
				Answers answers) {
			CircuitBreakerGroup group = breaker.group();
			FailuresDescriptor failures = shown.failures();
			return new BreakerDescriptor(shown.name(), (group != null) ? group.name() : null,
					(group != null) ? shown.name().substring(group.name().length() + 1) : null, shown.state(),
					shown.since(), secondsSince(shown.since(), breaker), shown.failureRate(), shown.slowCallRate(),
					shown.failureRateThreshold(), shown.slowCallRateThreshold(), shown.bufferedCalls(),
					shown.callsUntilEvaluated(), line.callsPerSecond(), line.refusalsPerSecond(),
					shown.successfulCallsTotal(), shown.failedCallsTotal(), shown.slowCallsTotal(),
					shown.ignoredCallsTotal(), shown.notPermittedCallsTotal(), seconds(shown.retryAfter()),
					(shown.state() == State.HALF_OPEN) ? shown.bufferedCalls() : 0,
					RecoveryFigures.probesPermitted(shown, breaker.config()), shown.openings(), shown.explanation(),
					mostFrequent(failures), last(failures), shown.command(), answers, Sparkline.of(line),
					shown.enforced(), shown.wouldRefuseTotal(), RecoveryFigures.of(shown, breaker.config()),
					shown.localOnly());
		}

		private static double secondsSince(Instant since, CircuitBreaker breaker) {
			return Math.max(0, seconds(Duration.between(since, breaker.config().clock().instant())));
		}

		private static double seconds(Duration duration) {
			return duration.toNanos() / 1e9;
		}

		private static @Nullable String mostFrequent(@Nullable FailuresDescriptor failures) {
			return (failures != null) ? failures.counts().keySet().stream().findFirst().orElse(null) : null;
		}

		private static @Nullable String last(@Nullable FailuresDescriptor failures) {
			if (failures == null || failures.last().isEmpty()) {
				return null;
			}
			FailureDescriptor last = failures.last().get(failures.last().size() - 1);
			return (last.message() != null) ? last.exception() + ": " + last.message() : last.exception();
		}

	}

	/**
	 * Seconds of a breaker, the oldest first.
	 *
	 * @param succeeded successes, slow ones too
	 * @param failed failures, slow ones too
	 * @param slow slow calls, successful or failed
	 * @param ignored ignored calls
	 * @param refused refused calls
	 * @param states a letter for the state at the end of each second
	 */
	@SuppressWarnings("ArrayRecordComponent") // made to be written as JSON
	record Sparkline(int[] succeeded, int[] failed, int[] slow, int[] ignored, int[] refused, String states) {

		static Sparkline of(Line line) {
			return new Sparkline(line.succeeded(), line.failed(), line.slow(), line.ignored(), line.refused(),
					line.states());
		}

		int length() {
			return this.succeeded.length;
		}

	}

	/**
	 * All keys of a name together. Commands to a group that is shared reach all instances
	 * of a fleet.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record GroupTotals(String name, int size, int limit, Map<State, Integer> states, long overflowCalls,
			@Nullable CommandDescriptor command, boolean enforced, List<LivingSignal> signals, boolean shared,
			@JsonUnwrapped Answers answers) {

		static GroupTotals of(GroupDescriptor shown, boolean shared, Answers answers) {
			return new GroupTotals(shown.name(), shown.size(), shown.limit(), shown.states(), shown.overflowCalls(),
					shown.command(), shown.enforced(), LivingSignal.of(shown.signals()), shared, answers);
		}

	}

}
