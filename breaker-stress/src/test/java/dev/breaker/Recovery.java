package dev.breaker;

import java.time.Duration;
import java.util.Random;

import org.jspecify.annotations.Nullable;

/**
 * The part of random {@link Settings} that says which share of its calls a closed breaker
 * admits, and how long its openings are remembered.
 */
record Recovery(@Nullable Long rampNanos, float rampStart, @Nullable Long stableNanos, @Nullable Double shareFactor) {

	static final Recovery NONE = new Recovery(null, 10, null, null);

	private static final long MILLI = 1_000_000;

	private static final float[] STARTS = { 10, 50, 33.3f, 99, 1 };

	private static final double[] FACTORS = { 1, 1.1, 1.5, 2, 2, 3 };

	static Recovery random(Random random) {
		if (random.nextInt(3) == 0) {
			return NONE;
		}
		Long ramp = random.nextBoolean() ? (1 + random.nextInt(8000)) * MILLI : null;
		float start = (ramp != null) ? STARTS[random.nextInt(STARTS.length)] : NONE.rampStart;
		Long stable = random.nextBoolean() ? ((ramp != null) ? ramp : 0) + 1 + random.nextInt(8000) * MILLI : null;
		return new Recovery(ramp, start, stable, random.nextBoolean() ? FACTORS[random.nextInt(FACTORS.length)] : null);
	}

	void applyTo(CircuitBreakerConfig.Builder builder) {
		if (this.rampNanos != null) {
			builder.recoveryRampDuration(Duration.ofNanos(this.rampNanos)).recoveryRampStart(this.rampStart);
		}
		if (this.stableNanos != null) {
			builder.stableFor(Duration.ofNanos(this.stableNanos));
		}
		if (this.shareFactor != null) {
			builder.refuse(Refuse.SHARE).shareFactor(this.shareFactor);
		}
	}

}
