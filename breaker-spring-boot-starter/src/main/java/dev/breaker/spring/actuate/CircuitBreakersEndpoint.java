package dev.breaker.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.event.ThrowableText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows the circuit breakers and takes an operator's
 * commands. Reading is its default access; commands want
 * {@code management.endpoint.circuitbreakers.access=unrestricted}.
 */
@Endpoint(id = "circuitbreakers", defaultAccess = Access.READ_ONLY)
public class CircuitBreakersEndpoint {

	private final CircuitBreakerRegistry registry;

	public CircuitBreakersEndpoint(CircuitBreakerRegistry registry) {
		this.registry = registry;
	}

	/**
	 * All breakers.
	 * @return the breakers by name
	 */
	@ReadOperation
	public CircuitBreakersDescriptor circuitBreakers() {
		Map<String, CircuitBreakerDescriptor> breakers = new TreeMap<>();
		this.registry.all().forEach((breaker) -> breakers.put(breaker.name(), CircuitBreakerDescriptor.of(breaker)));
		return new CircuitBreakersDescriptor(breakers);
	}

	/**
	 * One breaker.
	 * @param name its name
	 * @return the breaker, or {@code null} where there is none of that name
	 */
	@ReadOperation
	public @Nullable CircuitBreakerDescriptor circuitBreaker(@Selector String name) {
		return this.registry.find(name).map(CircuitBreakerDescriptor::of).orElse(null);
	}

	/**
	 * Commands one breaker: to be in a state, or to be reset.
	 * @param name its name
	 * @param state the state to be in, as {@link State} names it, in any case
	 * @param hold how long to stay there ({@code 10m}, {@code PT10M}); for OPEN,
	 * FORCED_OPEN and DISABLED
	 * @param reason why, for the log
	 * @param reset whether to reset the breaker; instead of a state
	 * @return the breaker after the command
	 * @throws InvalidEndpointRequestException if there is no such breaker, or the command
	 * makes no sense
	 */
	@WriteOperation
	public CircuitBreakerDescriptor command(@Selector String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset) {
		CircuitBreakerDescriptor breaker = command(name, state, hold, reason, reset, null);
		if (breaker == null) {
			String message = unknown(name);
			throw new InvalidEndpointRequestException(message, message);
		}
		return breaker;
	}

	@Nullable CircuitBreakerDescriptor command(String name, @Nullable String state, @Nullable String hold,
			@Nullable String reason, @Nullable Boolean reset, @Nullable String operator) {
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (breaker == null) {
			return null;
		}
		Command.of(state, hold, reset).give(breaker, reason, operator);
		return CircuitBreakerDescriptor.of(breaker);
	}

	static String unknown(String name) {
		return "There is no circuit breaker '" + name + "'";
	}

	/**
	 * Description of all breakers.
	 *
	 * @param circuitBreakers the breakers by name
	 */
	public record CircuitBreakersDescriptor(
			Map<String, CircuitBreakerDescriptor> circuitBreakers) implements OperationResponseBody {
	}

	/**
	 * Description of a breaker: the fields of its {@link Snapshot}, where rates are
	 * {@code null} while the window is empty, and its thresholds, which are {@code null}
	 * where they are off.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record CircuitBreakerDescriptor(String name, State state, Instant since, @Nullable Float failureRate,
			@Nullable Float slowCallRate, int bufferedCalls, int failedCalls, int slowCalls, int consecutiveFailures,
			int callsUntilEvaluated, long successfulCallsTotal, long failedCallsTotal, long slowCallsTotal,
			long ignoredCallsTotal, long notPermittedCallsTotal, int openings, Duration retryAfter,
			@Nullable StateChangeDescriptor lastChange, @Nullable Float failureRateThreshold,
			@Nullable Float slowCallRateThreshold) implements OperationResponseBody {

		static CircuitBreakerDescriptor of(CircuitBreaker breaker) {
			Snapshot s = breaker.snapshot();
			CircuitBreakerConfig config = breaker.config();
			return new CircuitBreakerDescriptor(s.name(), s.state(), s.since(), numberOrNull(s.failureRate()),
					numberOrNull(s.slowCallRate()), s.bufferedCalls(), s.failedCalls(), s.slowCalls(),
					s.consecutiveFailures(), s.callsUntilEvaluated(), s.successfulCallsTotal(), s.failedCallsTotal(),
					s.slowCallsTotal(), s.ignoredCallsTotal(), s.notPermittedCallsTotal(), s.openings(), s.retryAfter(),
					StateChangeDescriptor.of(s.lastChange()), config.failureRateThreshold(),
					(config.slowCallDurationThreshold() != null) ? config.slowCallRateThreshold() : null);
		}

		private static @Nullable Float numberOrNull(float rate) {
			return Float.isNaN(rate) ? null : rate;
		}

	}

	/**
	 * Description of a {@link StateChange}.
	 *
	 * @param from the state that ended
	 * @param to the state that began
	 * @param reason why
	 * @param at when
	 * @param lastFailure class and message of the last failure before it
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record StateChangeDescriptor(State from, State to, Reason reason, Instant at, @Nullable String lastFailure) {

		static @Nullable StateChangeDescriptor of(@Nullable StateChange change) {
			return (change != null) ? new StateChangeDescriptor(change.from(), change.to(), change.reason(),
					change.at(), ThrowableText.of(change.lastFailure())) : null;
		}

	}

}
