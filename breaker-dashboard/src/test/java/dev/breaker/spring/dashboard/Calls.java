package dev.breaker.spring.dashboard;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;

/**
 * Calls through a breaker, of any end.
 */
final class Calls {

	private Calls() {
	}

	static void succeed(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			breaker.acquire().success("done", Duration.ofMillis(20).toNanos());
		}
	}

	static void succeedSlowly(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			breaker.acquire().success("done", Duration.ofSeconds(20).toNanos());
		}
	}

	static void fail(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			breaker.acquire().failure(new IllegalStateException("Read timed out"), Duration.ofMillis(30).toNanos());
		}
	}

	static void refuse(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			try {
				breaker.acquire().release();
				throw new AssertionError("The call was permitted");
			}
			catch (CallNotPermittedException ex) {
				// As it should be
			}
		}
	}

}
