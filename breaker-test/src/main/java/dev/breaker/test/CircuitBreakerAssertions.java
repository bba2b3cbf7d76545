package dev.breaker.test;

import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of the AssertJ assertions for circuit breakers.
 *
 * <pre>{@code
 * import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
 *
 * assertThat(breaker).isOpen().hasRefused(3).changedBecauseOf(Reason.FAILURE_RATE);
 * }</pre>
 */
public final class CircuitBreakerAssertions {

	private CircuitBreakerAssertions() {
	}

	/**
	 * Begins assertions on a circuit breaker.
	 * @param actual the breaker
	 * @return the assertions
	 */
	public static CircuitBreakerAssert assertThat(@Nullable CircuitBreaker actual) {
		return new CircuitBreakerAssert(actual);
	}

}
