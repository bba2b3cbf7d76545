package dev.breaker.spring.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.Snapshot;
import dev.breaker.spring.metrics.BreakerMetrics;
import dev.breaker.test.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each call is one event and one count: what callers saw, what the breaker counted, what
 * was told, and what the meters say is the same, whatever the breaker went through.
 */
class OneEventPerDecisionTests {

	private static final int CAPACITY = 10_000;

	private static final int THREADS = 8;

	private static final int CALLS = 600;

	private final AtomicLong succeeded = new AtomicLong();

	private final AtomicLong failed = new AtomicLong();

	private final AtomicLong ignored = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.clock.config()
		.slidingWindowSize(10)
		.minimumNumberOfCalls(10)
		.waitDurationInOpenState(Duration.ofSeconds(5))
		.permittedNumberOfCallsInHalfOpenState(2)
		.ignoreExceptions(IllegalArgumentException.class)
		.build());

	private final MeterRegistry meters = new SimpleMeterRegistry();

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void callersEventsCountersAndMetersSayTheSame(long seed) throws Exception {
		RingEventStore events = new RingEventStore(this.registry, CAPACITY, EnumSet.allOf(BreakerEvent.Type.class));
		events.afterSingletonsInstantiated();
		BreakerMetrics metrics = new BreakerMetrics(this.registry, Set::of);
		metrics.bindTo(this.meters);
		CircuitBreaker breaker = this.registry.get("payments");
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> calling = new ArrayList<>();
			for (int thread = 0; thread < THREADS; thread++) {
				Random random = new Random(seed * 1000 + thread);
				calling.add(threads.submit(() -> {
					start.await();
					for (int call = 0; call < CALLS; call++) {
						call(breaker, random);
					}
					return null;
				}));
			}
			start.countDown();
			for (Future<?> each : calling) {
				each.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		Snapshot snapshot = breaker.snapshot();
		assertThat(this.succeeded.get() + this.failed.get() + this.ignored.get() + this.refused.get())
			.isEqualTo(THREADS * CALLS);
		assertThat(this.refused).as("the breaker opened, so that there is something to see").hasPositiveValue();
		assertSame(this.succeeded, snapshot.successfulCallsTotal(), events, BreakerEvent.Type.SUCCESS,
				calls("success"));
		assertSame(this.failed, snapshot.failedCallsTotal(), events, BreakerEvent.Type.FAILURE, calls("failure"));
		assertSame(this.ignored, snapshot.ignoredCallsTotal(), events, BreakerEvent.Type.IGNORED, calls("ignored"));
		assertSame(this.refused, snapshot.notPermittedCallsTotal(), events, BreakerEvent.Type.NOT_PERMITTED,
				this.meters.get("breaker.calls.not.permitted").counter().count());
	}

	private void call(CircuitBreaker breaker, Random random) {
		if (random.nextInt(20) == 0) {
			this.clock.advance(Duration.ofSeconds(1));
		}
		Permit permit;
		try {
			permit = breaker.acquire();
		}
		catch (CallNotPermittedException ex) {
			this.refused.incrementAndGet();
			return;
		}
		switch (random.nextInt(10)) {
			case 0 -> {
				permit.failure(new IllegalArgumentException("ignored"), 1);
				this.ignored.incrementAndGet();
			}
			case 1, 2, 3, 4, 5 -> {
				permit.failure(new IllegalStateException("down"), 1);
				this.failed.incrementAndGet();
			}
			default -> {
				permit.success("done", 1);
				this.succeeded.incrementAndGet();
			}
		}
	}

	private double calls(String outcome) {
		return this.meters.get("breaker.calls").tag("outcome", outcome).timer().count();
	}

	private static void assertSame(AtomicLong seen, long counted, RingEventStore events, BreakerEvent.Type type,
			double metered) {
		assertThat(counted).as("the breaker's count of %s", type).isEqualTo(seen.get());
		assertThat(events.all()).as("events").filteredOn((event) -> event.type() == type).hasSize((int) seen.get());
		assertThat(metered).as("the meter of %s", type).isEqualTo(seen.get());
	}

}
