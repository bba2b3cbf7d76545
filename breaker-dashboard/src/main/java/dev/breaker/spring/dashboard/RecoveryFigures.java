package dev.breaker.spring.dashboard;

import java.time.Duration;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.ProbeSource;
import dev.breaker.State;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.SignalDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of a breaker beside its state and its rates.
 *
 * @param admittedShare the share of the calls that it admits while it is closed, in
 * percent
 * @param inFlight the calls under way, where these are tracked
 * @param oldestInFlight for how many seconds the oldest of them has been under way
 * @param darkProbes whether dark probes close it, and no calls
 * @param signals the signals that live
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record RecoveryFigures(float admittedShare, int inFlight, double oldestInFlight, boolean darkProbes,
		List<LivingSignal> signals) {

	static RecoveryFigures of(CircuitBreakerDescriptor shown, CircuitBreakerConfig config) {
		return new RecoveryFigures(shown.admittedShare(), shown.inFlight(), seconds(shown.oldestInFlight()),
				hasDarkProbes(config), LivingSignal.of(shown.signals()));
	}

	/** How many probes decide, or will. */
	static int probesPermitted(CircuitBreakerDescriptor shown, CircuitBreakerConfig config) {
		if (shown.state() == State.HALF_OPEN) {
			return shown.bufferedCalls() + shown.callsUntilEvaluated();
		}
		Integer successes = config.successThresholdInHalfOpenState();
		return !hasDarkProbes(config) ? config.permittedNumberOfCallsInHalfOpenState()
				: (successes != null) ? successes : 1;
	}

	private static boolean hasDarkProbes(CircuitBreakerConfig config) {
		return config.halfOpenProbes() == ProbeSource.DARK;
	}

	private static double seconds(Duration duration) {
		return duration.toNanos() / 1e9;
	}

	/**
	 * A signal.
	 *
	 * @param source what gave it
	 * @param reason why
	 * @param remaining for how many seconds it still lives
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record LivingSignal(String source, @Nullable String reason, double remaining) {

		static List<LivingSignal> of(List<SignalDescriptor> shown) {
			return shown.stream()
				.map((signal) -> new LivingSignal(signal.source(), signal.reason(), seconds(signal.remaining())))
				.toList();
		}

	}

}
