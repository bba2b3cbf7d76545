package dev.breaker.spring;

import java.time.Duration;
import java.util.Objects;

import dev.breaker.CircuitBreaker;
import dev.breaker.Signal;
import org.jspecify.annotations.Nullable;

/**
 * An application event that gives a signal to a circuit breaker, or clears one: as long
 * as the signal lives, the breaker is open. See {@link CircuitBreaker#signal}. It is
 * heard on the thread that publishes it; where there is no breaker of that name, it is a
 * warning in the log.
 *
 * <pre>{@code
 * events.publishEvent(CircuitBreakerSignal.of("payments", "backlog", "12,000 messages wait", Duration.ofMinutes(5)));
 * }</pre>
 *
 * @param circuitBreaker the name of the breaker, or of breakers made by key, all of whose
 * keys are meant
 * @param source what gives it, at most {@value Signal#MAX_SOURCE_LENGTH} characters; a
 * source has one signal
 * @param reason why, of which {@value Signal#MAX_REASON_LENGTH} characters are kept;
 * {@code null} for none
 * @param ttl how long it lives; zero clears the signal of that source
 */
public record CircuitBreakerSignal(String circuitBreaker, String source, @Nullable String reason, Duration ttl) {

	/**
	 * Creates an event.
	 * @throws IllegalArgumentException if a name is empty or too long, or the ttl is
	 * negative
	 */
	public CircuitBreakerSignal {
		requireText(circuitBreaker, "circuitBreaker");
		requireText(source, "source");
		if (source.length() > Signal.MAX_SOURCE_LENGTH) {
			throw new IllegalArgumentException("Invalid source of a signal: has " + source.length()
					+ " characters, may have " + Signal.MAX_SOURCE_LENGTH);
		}
		if (Objects.requireNonNull(ttl, "ttl").isNegative()) {
			throw new IllegalArgumentException(
					"Invalid ttl of a signal (" + ttl + "): must be above zero, or zero to clear it");
		}
	}

	/**
	 * An event that gives a signal.
	 * @param circuitBreaker the name of the breaker, or of breakers made by key
	 * @param source what gives it
	 * @param reason why; {@code null} for none
	 * @param ttl how long it lives, above zero
	 * @return an event
	 */
	public static CircuitBreakerSignal of(String circuitBreaker, String source, @Nullable String reason, Duration ttl) {
		return new CircuitBreakerSignal(circuitBreaker, source, reason, ttl);
	}

	/**
	 * An event that clears the signal of a source.
	 * @param circuitBreaker the name of the breaker, or of breakers made by key
	 * @param source what gave it
	 * @return an event
	 */
	public static CircuitBreakerSignal clear(String circuitBreaker, String source) {
		return new CircuitBreakerSignal(circuitBreaker, source, null, Duration.ZERO);
	}

	private static void requireText(String text, String what) {
		if (Objects.requireNonNull(text, what).isBlank()) {
			throw new IllegalArgumentException("Invalid " + what + " of a signal: must not be empty");
		}
	}

}
