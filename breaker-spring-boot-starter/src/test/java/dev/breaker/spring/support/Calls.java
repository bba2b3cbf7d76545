package dev.breaker.spring.support;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.Permit;

/**
 * Makes calls through a breaker, of any length and end.
 */
public final class Calls {

	private Calls() {
	}

	public static void succeed(CircuitBreaker breaker, Duration elapsed) {
		breaker.acquire().success("done", elapsed.toNanos());
	}

	public static void succeed(CircuitBreaker breaker) {
		succeed(breaker, Duration.ofMillis(20));
	}

	public static void fail(CircuitBreaker breaker, Throwable thrown) {
		breaker.acquire().failure(thrown, Duration.ofMillis(30).toNanos());
	}

	public static void fail(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			fail(breaker, new IllegalStateException("Read timed out"));
		}
	}

	/** Returns how many calls were refused. */
	public static int refused(CircuitBreaker breaker, int times) {
		int refused = 0;
		for (int i = 0; i < times; i++) {
			try {
				Permit permit = breaker.acquire();
				permit.release();
			}
			catch (CallNotPermittedException ex) {
				refused++;
			}
		}
		return refused;
	}

}
