package dev.breaker.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Permit;
import dev.breaker.Refuse;
import dev.breaker.SlidingWindowType;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A closed breaker that admits, or could admit, a share of its calls. No rival has a
 * ramp; beside these figures stands that of a closed breaker without any of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShareBenchmark {

	private final Work work = new Work();

	private final CircuitBreaker afterRamp = closed(config().recoveryRampDuration(Duration.ofNanos(1)));

	private final CircuitBreaker sharingHealthy = closed(config().refuse(Refuse.SHARE));

	private final CircuitBreaker ramping = closed(
			config().recoveryRampDuration(Duration.ofDays(1000)).recoveryRampStart(50));

	private final CircuitBreaker sharing = closed(config().refuse(Refuse.SHARE));

	/** Half of the calls are admitted: twice the successes, which are a quarter. */
	public ShareBenchmark() {
		Permit[] permits = new Permit[Guards.MINIMUM];
		for (int call = 0; call < permits.length; call++) {
			permits[call] = this.sharing.acquire();
		}
		for (int call = 0; call < permits.length; call++) {
			if (call % 4 == 0) {
				permits[call].success(null, 0);
			}
			else {
				permits[call].failure(new IllegalStateException(), 0);
			}
		}
	}

	private static CircuitBreakerConfig.Builder config() {
		return Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 100);
	}

	private static CircuitBreaker closed(CircuitBreakerConfig.Builder config) {
		CircuitBreaker breaker = CircuitBreaker.of("breaker", config.build());
		breaker.open();
		breaker.close();
		return breaker;
	}

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breakerAfterRamp" -> Tally.of(this.afterRamp).onlySucceeded();
			case "breakerSharingHealthy" -> Tally.of(this.sharingHealthy).onlySucceeded();
			case "breakerRamping" -> halfRefused(this.ramping);
			case "breakerSharing" -> halfRefused(this.sharing);
			default -> throw Checks.missing(params);
		}
	}

	private static void halfRefused(CircuitBreaker breaker) {
		Checks.same(breaker.state(), dev.breaker.State.CLOSED, "state");
		Checks.same(Math.round(breaker.snapshot().admittedShare()), 50, "admitted share");
		Checks.that(breaker.snapshot().notPermittedCallsTotal() > 0, () -> "nothing was refused");
	}

	@Benchmark
	public Object breakerAfterRamp() {
		return this.afterRamp.call(this.work);
	}

	@Benchmark
	public Object breakerSharingHealthy() {
		return this.sharingHealthy.call(this.work);
	}

	@Benchmark
	public @Nullable Permit breakerRamping() {
		return tried(this.ramping);
	}

	@Benchmark
	public @Nullable Permit breakerSharing() {
		return tried(this.sharing);
	}

	/** A call that passes is given back, so that the window stays as it is. */
	private static @Nullable Permit tried(CircuitBreaker breaker) {
		Permit permit = breaker.tryAcquire();
		if (permit != null) {
			permit.release();
		}
		return permit;
	}

}
