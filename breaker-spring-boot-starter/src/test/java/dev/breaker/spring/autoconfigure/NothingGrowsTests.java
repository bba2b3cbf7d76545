package dev.breaker.spring.autoconfigure;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What goes on for weeks leaves heap, threads and meters as they were: a million distinct
 * keys, configs and contexts that come and go while registry and meters stay (hundreds,
 * and thousands with {@code -Pstress}).
 */
class NothingGrowsTests {

	private static final int KEYS = 1_000_000;

	private static final int CONTEXTS = 200 * Integer.getInteger("stress.scale", 1);

	private static final int THREADS = 4;

	private static final long MEGABYTE = 1 << 20;

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final MeterRegistry meters = new SimpleMeterRegistry() {
		@Override
		public void close() {
			// Outlives the contexts
		}
	};

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerHealthAutoConfiguration.class, BreakerEndpointAutoConfiguration.class,
				BreakerMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=*")
		.withBean(CircuitBreakerRegistry.class, () -> this.breakers)
		.withBean(MeterRegistry.class, () -> this.meters)
		.withBean(Stock.class);

	@Test
	void aMillionDistinctKeys() {
		this.runner.run((context) -> {
			Stock stock = context.getBean(Stock.class);
			ask(stock, 0, KEYS / 10);
			State before = State.now(this.meters);
			ask(stock, KEYS / 10, KEYS);
			before.assertNotGrown(this.meters);
			// The default of breaker.keys.max
			assertThat(this.breakers.all()).hasSize(10_000);
			assertThat(this.breakers.findGroup("stock")).get()
				.extracting(CircuitBreakerGroup::overflowCalls)
				.isEqualTo(0L);
			assertThat(this.meters.get("breaker.calls").tags("name", "stock", "outcome", "success").timer().count())
				.isEqualTo(KEYS - KEYS / 1000);
			assertThat(this.meters.get("breaker.calls").tags("name", "stock", "outcome", "failure").timer().count())
				.isEqualTo(KEYS / 1000);
		});
	}

	@Test
	void contextsAndConfigsThatComeAndGo() {
		refresh(CONTEXTS / 2);
		State before = State.now(this.meters);
		refresh(CONTEXTS);
		before.assertNotGrown(this.meters);
		assertThat(this.breakers.all()).isEmpty();
		assertThat(this.breakers.groups()).isEmpty();
		assertThat(this.meters.getMeters()).noneMatch((meter) -> meter.getId().getName().startsWith("breaker."));
	}

	private void refresh(int times) {
		for (int i = 0; i < times; i++) {
			int size = 10 + i % 2;
			this.runner.run((context) -> {
				assertThat(context).hasNotFailed();
				use(context, size);
			});
		}
	}

	private void use(ApplicationContext context, int windowSize) {
		Stock stock = context.getBean(Stock.class);
		stock.left(windowSize);
		dev.breaker.CircuitBreaker breaker = this.breakers.findGroup("stock").orElseThrow().all().iterator().next();
		breaker.reconfigure(CircuitBreakerConfig.builder().slidingWindowSize(windowSize).build());
		breaker.open();
		breaker.reset();
		assertThat(this.meters.get("breaker.calls").tags("name", "stock", "outcome", "success").timer().count())
			.isOne();
		assertThat(this.meters.get("breaker.state.transitions")
			.tags("name", "stock", "from", "closed", "to", "open", "reason", "command")
			.counter()
			.count()).isOne();
	}

	private static void ask(Stock stock, int from, int to) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> ended = new ArrayList<>();
			for (int thread = 0; thread < THREADS; thread++) {
				int first = from + thread;
				ended.add(executor.submit(() -> {
					for (int item = first; item < to; item += THREADS) {
						try {
							stock.left(item);
						}
						catch (IllegalStateException ex) {
							// As it should be, now and then
						}
					}
				}));
			}
			for (Future<?> future : ended) {
				future.get();
			}
		}
		finally {
			executor.shutdown();
			assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		}
	}

	static class Stock {

		@CircuitBreaker(name = "stock", key = "#item")
		public int left(int item) {
			if (item % 1000 == 0) {
				throw new IllegalStateException("out of order");
			}
			return item;
		}

	}

	private record State(long heap, Set<Thread> threads, int meters) {

		static State now(MeterRegistry meters) {
			return new State(heapInUse(), new HashSet<>(Thread.getAllStackTraces().keySet()),
					meters.getMeters().size());
		}

		void assertNotGrown(MeterRegistry now) {
			assertThat(heapInUse()).as("heap in use; before: %s", this.heap).isLessThan(this.heap + 3 * MEGABYTE);
			assertThat(Thread.getAllStackTraces().keySet()).isSubsetOf(this.threads);
			assertThat(now.getMeters()).hasSize(this.meters);
		}

		private static long heapInUse() {
			long least = Long.MAX_VALUE;
			for (int i = 0; i < 4; i++) {
				System.gc();
				least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
			}
			return least;
		}

	}

}
