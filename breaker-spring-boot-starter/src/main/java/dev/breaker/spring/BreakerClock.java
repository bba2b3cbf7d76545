package dev.breaker.spring;

import java.time.Clock;
import java.util.Objects;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreakerConfig;

/**
 * The clock of all circuit breakers of an application, for tests that move time by hand.
 * A bean of this type wins over the clocks of every config: of those that properties and
 * customizers give, and of those that the application hands to the registry of the
 * starter. Without one, each breaker goes by the clocks of its config, which are the
 * system's unless set.
 *
 * @param nanoClock monotonic nanoseconds, which decide
 * @param clock the time that is shown to people
 */
public record BreakerClock(LongSupplier nanoClock, Clock clock) {

	public BreakerClock {
		Objects.requireNonNull(nanoClock, "nanoClock");
		Objects.requireNonNull(clock, "clock");
	}

	/**
	 * Puts a config on this clock.
	 * @param config the config
	 * @return the same config where it goes by this clock already, else a new one
	 */
	public CircuitBreakerConfig applyTo(CircuitBreakerConfig config) {
		if (config.nanoClock() == this.nanoClock && config.clock().equals(this.clock)) {
			return config;
		}
		return config.toBuilder().nanoClock(this.nanoClock).clock(this.clock).build();
	}

}
