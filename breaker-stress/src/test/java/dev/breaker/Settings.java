package dev.breaker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One random config, in a form that the breaker under attack and the naive one can both
 * be made from.
 */
record Settings(@Nullable Double failureRate, int minimumCalls, boolean timeBased, int windowSize,
		@Nullable Integer consecutiveFailures, @Nullable Long slowNanos, double slowRate, boolean hung, long waitNanos,
		double multiplier, @Nullable Long maxWaitNanos, int permitted, @Nullable Integer successesToClose,
		long maxProbeNanos, State initialState, boolean recordIoOnly, boolean dark, Recovery recovery) {

	private static final long MILLI = 1_000_000;

	static Settings random(Random random) {
		return random(random, random.nextBoolean());
	}

	static Settings random(Random random, boolean hung) {
		boolean timeBased = random.nextBoolean();
		int windowSize = 1 + random.nextInt(random.nextBoolean() ? 4 : 40);
		int minimumCalls = 1 + random.nextInt(timeBased ? 12 : windowSize);
		int permitted = 1 + random.nextInt(random.nextBoolean() ? 3 : 12);
		long wait = random.nextInt(5) == 0 ? 0 : (1 + random.nextInt(5000)) * MILLI;
		Long slow = maybe(random, (1 + random.nextInt(2000)) * MILLI);
		return new Settings(maybe(random, percent(random)), minimumCalls, timeBased, windowSize,
				maybe(random, 1 + random.nextInt(6)), slow, percent(random), slow != null && hung, wait,
				new double[] { 1, 1, 1.5, 2, 3 }[random.nextInt(5)],
				maybe(random, wait + random.nextInt(20_000) * MILLI + 1), permitted,
				maybe(random, 1 + random.nextInt(permitted)), (1 + random.nextInt(5000)) * MILLI,
				(random.nextInt(4) == 0) ? State.values()[random.nextInt(6)] : State.CLOSED, random.nextInt(3) == 0,
				random.nextInt(3) == 0, Recovery.random(random));
	}

	/** How many probes have a place. */
	int places() {
		return this.dark ? needed() : this.permitted;
	}

	/** How many dark probes must succeed. */
	int needed() {
		return (this.successesToClose != null) ? this.successesToClose : 1;
	}

	private static <T> @Nullable T maybe(Random random, T value) {
		return random.nextBoolean() ? value : null;
	}

	private static double percent(Random random) {
		return switch (random.nextInt(4)) {
			case 0 -> 100;
			case 1 -> 50;
			case 2 -> 100.0 / (1 + random.nextInt(7));
			default -> 100 - 100 * random.nextDouble();
		};
	}

	CircuitBreakerConfig config(LongSupplier nanoClock, Clock clock) {
		CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder()
			.minimumNumberOfCalls(this.minimumCalls)
			.slidingWindowType(this.timeBased ? SlidingWindowType.TIME_BASED : SlidingWindowType.COUNT_BASED)
			.slidingWindowSize(this.windowSize)
			.slowCallRateThreshold(this.slowRate)
			.waitDurationInOpenState(Duration.ofNanos(this.waitNanos))
			.waitDurationMultiplier(this.multiplier)
			.permittedNumberOfCallsInHalfOpenState(this.permitted)
			.maxWaitDurationInHalfOpenState(Duration.ofNanos(this.maxProbeNanos))
			.initialState(this.initialState)
			.ignoreExceptions(IllegalArgumentException.class)
			.recordResult("bad"::equals)
			.nanoClock(nanoClock)
			.clock(clock);
		if (this.failureRate != null) {
			builder.failureRateThreshold(this.failureRate);
		}
		else {
			builder.withoutFailureRateThreshold();
		}
		if (this.consecutiveFailures != null) {
			builder.consecutiveFailureThreshold(this.consecutiveFailures);
		}
		if (this.slowNanos != null) {
			builder.slowCallDurationThreshold(Duration.ofNanos(this.slowNanos)).countHungCalls(this.hung);
		}
		if (this.maxWaitNanos != null) {
			builder.maxWaitDurationInOpenState(Duration.ofNanos(this.maxWaitNanos));
		}
		if (this.successesToClose != null) {
			builder.successThresholdInHalfOpenState(this.successesToClose);
		}
		if (this.recordIoOnly) {
			builder.recordExceptions(IOException.class);
		}
		this.recovery.applyTo(builder);
		if (this.dark) {
			builder.halfOpenProbes(ProbeSource.DARK);
		}
		return builder.build();
	}

	/** How a call may end. */
	enum Ending {

		RESULT, BAD_RESULT, NULL_RESULT, IO_EXCEPTION, WRAPPED_IO_EXCEPTION, ILLEGAL_STATE, ILLEGAL_ARGUMENT, INTERRUPT,
		RELEASE;

		static Ending random(Random random) {
			return values()[random.nextInt(values().length)];
		}

	}

}
