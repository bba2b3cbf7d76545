package dev.breaker.spring.probe;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerProbe;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerProbeAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.test.ManualClock;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Breakers that recover by dark probes.
 */
@ExtendWith(OutputCaptureExtension.class)
class DarkProbesTests {

	private static final String PREFIX = "breaker.instances.payments.";

	private final Heard heard = new Heard();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerProbeAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
		.withBean(Heard.class, () -> this.heard)
		.withPropertyValues(PREFIX + "consecutive-failure-threshold=1", PREFIX + "wait-duration-in-open-state=50ms");

	@Test
	void itRecoversWithoutAnyTraffic() throws Exception {
		try (SickService service = new SickService()) {
			this.runner.withPropertyValues(PREFIX + "probe=" + service.healthUrl()).run((context) -> {
				assertThatExceptionOfType(IOException.class).isThrownBy(() -> payments(context).call(service::pay));
				// Nothing calls, and nothing looks at the breaker.
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 2);
				service.healthIs(200);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(payments(context).state()).isEqualTo(State.CLOSED);
				assertThat(service.paidWhileSick()).isEqualTo(1);
				assertThat(payments(context).<Integer, Exception>call(service::pay)).isEqualTo(200);
				assertThat(service.looks()).isGreaterThanOrEqualTo(3);
			});
		}
	}

	@Test
	void noCallOfAUserMeetsTheSickService() throws Exception {
		ExecutorService users = Executors.newFixedThreadPool(4);
		try (SickService service = new SickService()) {
			this.runner.withPropertyValues(PREFIX + "probe=" + service.healthUrl()).run((context) -> {
				CircuitBreaker payments = payments(context);
				assertThatExceptionOfType(IOException.class).isThrownBy(() -> payments.call(service::pay));
				int before = service.paidWhileSick();
				List<Future<Boolean>> calling = new ArrayList<>();
				for (int i = 0; i < 4; i++) {
					calling.add(users.submit(() -> isServed(payments, service)));
				}
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 5);
				assertThat(service.paidWhileSick()).isEqualTo(before);
				service.healthIs(200);
				for (Future<Boolean> each : calling) {
					assertThat(each.get(30, TimeUnit.SECONDS)).as("served once it is well").isTrue();
				}
				assertThat(service.paidWhileSick()).isEqualTo(before);
			});
		}
		finally {
			users.shutdownNow();
		}
	}

	/** Calls until it is served. */
	private static boolean isServed(CircuitBreaker breaker, SickService service) throws Exception {
		while (true) {
			try {
				return breaker.<Integer, Exception>call(service::pay) == 200;
			}
			catch (CallNotPermittedException ex) {
				Thread.onSpinWait();
			}
		}
	}

	@Test
	void onlyStatusesFrom200To299AreWell() throws Exception {
		try (SickService service = new SickService()) {
			service.healthIs(302);
			this.runner.withPropertyValues(PREFIX + "probe=" + service.healthUrl()).run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 1);
				StateChange failed = this.heard.last(Reason.PROBES_FAILED);
				assertThat(failed.lastFailure().message()).isEqualTo("GET " + service.healthUrl() + " answered 302");
				service.healthIs(204);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			});
		}
	}

	@Test
	void aFailedProbeCountsForTheBackoff() {
		AtomicBoolean well = new AtomicBoolean();
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "wait-duration-multiplier=2")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> requireWell(well))
			.run((context) -> {
				payments(context).open();
				await().until(() -> payments(context).snapshot().openings() >= 4);
				assertThat(this.heard.last(Reason.PROBES_FAILED).lastFailure().message()).isEqualTo("not well");
				well.set(true);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(payments(context).snapshot().openings()).isZero();
			});
	}

	private static void requireWell(AtomicBoolean well) throws IOException {
		if (!well.get()) {
			throw new IOException("not well");
		}
	}

	@Test
	void aProbeIntervalShorterThanTheWaitIsTheWait() {
		this.runner
			.withPropertyValues(PREFIX + "probe=bank", PREFIX + "wait-duration-in-open-state=1h",
					PREFIX + "probe-interval=20ms", PREFIX + "success-threshold-in-half-open-state=3")
			.withBean("bank", Counting.class, Counting::new)
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(context.getBean(Counting.class).runs()).isEqualTo(3);
				assertThat(payments(context).snapshot().successfulCallsTotal()).isEqualTo(3);
			});
	}

	@Test
	void whateverAProbeThrowsIsAFailure() {
		AtomicInteger runs = new AtomicInteger();
		this.runner
			.withPropertyValues(PREFIX + "probe=bank", PREFIX + "ignore-exceptions=java.io.IOException",
					PREFIX + "record-exceptions=java.lang.IllegalStateException")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> {
				switch (runs.incrementAndGet()) {
					case 1 -> throw new IOException("ignored of a call");
					case 2 -> throw new IllegalArgumentException("a success of a call");
					case 3 -> throw new AssertionError("an error");
					case 4 -> throw new InterruptedException("by itself");
					default -> {
					}
				}
			})
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(this.heard.count(Reason.PROBES_FAILED)).isEqualTo(4);
				assertThat(payments(context).snapshot().failedCallsTotal()).isEqualTo(4);
			});
	}

	@Test
	void aHangingProbeIsGivenUpInterruptedAndHasFailed() {
		CountDownLatch interrupted = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-timeout=50ms")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> {
				if (runs.incrementAndGet() == 1) {
					try {
						new CountDownLatch(1).await();
					}
					catch (InterruptedException ex) {
						interrupted.countDown();
						throw ex;
					}
				}
			})
			.run((context) -> {
				payments(context).open();
				assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				StateChange failed = this.heard.last(Reason.PROBES_FAILED);
				assertThat(failed.lastFailure().type()).isEqualTo(TimeoutException.class.getName());
				assertThat(failed.lastFailure().message()).contains("PT0.05S");
				assertThat(runs).hasValue(2);
			});
	}

	@Test
	void whileAProbeDoesNotEndNoOtherOneRuns(CapturedOutput output) {
		CountDownLatch released = new CountDownLatch(1);
		Counting bank = new Counting() {

			@Override
			void look() {
				boolean over = runs() > 1;
				while (!over) {
					try {
						released.await();
						over = true;
					}
					catch (InterruptedException ex) {
						// It heeds no interrupt.
					}
				}
			}

		};
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-timeout=20ms")
			.withBean("bank", CircuitBreakerProbe.class, () -> bank)
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) == 1);
				await().until(() -> this.heard.count(Reason.WAIT_ELAPSED) == 1
						|| payments(context).state() == State.HALF_OPEN);
				await().until(() -> output.toString().contains("does not end, although it was interrupted"));
				assertThat(bank.runs()).isEqualTo(1);
				assertThat(payments(context).tryAcquire()).isNull();
				released.countDown();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(bank.mostAtATime()).isEqualTo(1);
			});
	}

	@Test
	void oneThatEndsWellAfterItWasGivenUpIsFollowedByTheNextAtOnce() {
		ManualClock clock = new ManualClock();
		CountDownLatch released = new CountDownLatch(1);
		Counting bank = new Counting() {

			@Override
			void look() {
				boolean over = runs() > 1;
				while (!over) {
					try {
						released.await();
						over = true;
					}
					catch (InterruptedException ex) {
						// It heeds no interrupt.
					}
				}
			}

		};
		this.runner
			.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-timeout=20ms", PREFIX + "probe-interval=1h")
			.withBean(BreakerClock.class, () -> new BreakerClock(clock::nanos, clock.clock()))
			.withBean("bank", CircuitBreakerProbe.class, () -> bank)
			.run((context) -> {
				payments(context).halfOpen();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) == 1);
				clock.advance(Duration.ofHours(3));
				assertThat(payments(context).state()).as("a probe is due").isEqualTo(State.HALF_OPEN);
				released.countDown();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(bank.runs()).isEqualTo(2);
			});
	}

	@Test
	void anOpeningByACommandIsProbedAfterItsOwnWaitWhateverTheIntervalOfTheOneBefore() {
		this.runner
			.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-interval=1h",
					PREFIX + "success-threshold-in-half-open-state=2")
			.withBean("bank", Counting.class, Counting::new)
			.run((context) -> {
				Counting bank = context.getBean(Counting.class);
				payments(context).halfOpen();
				await().until(() -> payments(context).snapshot().bufferedCalls() == 1);
				payments(context).open(Duration.ofMillis(50));
				await().until(() -> bank.runs() == 2);
			});
	}

	@Test
	void betweenTwoProbesThereIsAPauseHoweverShortTheInterval() {
		AtomicBoolean well = new AtomicBoolean();
		AtomicInteger runs = new AtomicInteger();
		AtomicLong ended = new AtomicLong();
		List<Long> pauses = new CopyOnWriteArrayList<>();
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-interval=1ns")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> {
				if (runs.incrementAndGet() > 1) {
					pauses.add(System.nanoTime() - ended.get());
				}
				try {
					requireWell(well);
				}
				finally {
					ended.set(System.nanoTime());
				}
			})
			.run((context) -> {
				payments(context).open();
				await().until(() -> runs.get() > 5);
				well.set(true);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(pauses).allMatch((pause) -> pause >= TimeUnit.MILLISECONDS.toNanos(10));
			});
	}

	@Test
	void aProbeCanUseTheGuardedClient() {
		AtomicInteger reached = new AtomicInteger();
		this.runner.withPropertyValues(PREFIX + "probe=bank")
			.withBean("bank", GuardedClientProbe.class, () -> new GuardedClientProbe(reached))
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(reached).hasValue(1);
				assertThat(payments(context).snapshot().successfulCallsTotal()).as("the probe alone").isEqualTo(1);
			});
	}

	@Test
	void aSickServiceStaysOpenThoughTheGuardedClientHasAFallback() {
		AtomicBoolean well = new AtomicBoolean();
		this.runner.withConfiguration(AutoConfigurations.of(BreakerAopAutoConfiguration.class))
			.withPropertyValues(PREFIX + "probe=bank")
			.withBean(BankClient.class, () -> new BankClient(well))
			.withBean("bank", BankProbe.class)
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 2);
				assertThat(this.heard.count(Reason.PROBES_SUCCEEDED)).isZero();
				assertThat(this.heard.last(Reason.PROBES_FAILED).lastFailure().message()).isEqualTo("not well");
				well.set(true);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			});
	}

	@Test
	void aHealthIndicatorCanProbe() {
		AtomicBoolean well = new AtomicBoolean();
		this.runner.withPropertyValues(PREFIX + "probe=bankHealthIndicator")
			.withBean("bankHealthIndicator", HealthIndicator.class,
					() -> () -> well.get() ? Health.up().build() : Health.down(new IOException("refused")).build())
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 1);
				assertThat(this.heard.last(Reason.PROBES_FAILED).lastFailure().message())
					.isEqualTo("bankHealthIndicator is DOWN: java.io.IOException: refused");
				well.set(true);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			});
	}

	@Test
	void ofAHealthContributorWithPartsAllMustBeWell() {
		AtomicBoolean well = new AtomicBoolean();
		HealthIndicator up = () -> Health.up().build();
		HealthIndicator second = () -> well.get() ? Health.up().build() : Health.unknown().build();
		this.runner.withPropertyValues(PREFIX + "probe=databases")
			.withBean("databases", HealthContributor.class,
					() -> CompositeHealthContributor.fromMap(Map.of("first", up, "second", second)))
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_FAILED) >= 1);
				assertThat(this.heard.last(Reason.PROBES_FAILED).lastFailure().message())
					.isEqualTo("databases/second is UNKNOWN");
				well.set(true);
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			});
	}

	@Test
	void aReactiveHealthIndicatorCanProbe() {
		this.runner.withPropertyValues(PREFIX + "probe=redis")
			.withBean("redis", ReactiveHealthIndicator.class, () -> () -> Mono.just(Health.up().build()))
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			});
	}

	@Test
	void noneRunsAfterTheContextIsClosed() {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		List<CircuitBreaker> kept = new ArrayList<>();
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "probe-timeout=30s")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> {
				runs.incrementAndGet();
				running.countDown();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					interrupted.countDown();
				}
			})
			.run((context) -> {
				kept.add(payments(context));
				payments(context).open();
				assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
			});
		CircuitBreaker payments = kept.get(0);
		await().until(() -> interrupted.getCount() == 0);
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().startsWith("breaker-probe-")));
		assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
		assertThat(payments.snapshot().bufferedCalls()).as("the one that ran is recorded nowhere").isZero();
		payments.open(Duration.ZERO);
		assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
		assertThat(runs).hasValue(1);
	}

	@Test
	void eachBreakerOfAKeyIsProbedForItself() {
		KeyedProbe bank = new KeyedProbe();
		this.runner
			.withPropertyValues("breaker.instances.stores.probe=bank",
					"breaker.instances.stores.consecutive-failure-threshold=1",
					"breaker.instances.stores.wait-duration-in-open-state=50ms")
			.withBean("bank", KeyedProbe.class, () -> bank)
			.run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				registry.remove("stores");
				CircuitBreakerGroup stores = registry.group("stores",
						context.getBean(BreakerConfigs.class).get("stores"), 10);
				List.of("lyon", "rome", "paris").forEach(stores::get);
				stores.get("lyon").open();
				stores.get("rome").open();
				await().until(() -> bank.runs("stores:lyon") >= 2 && bank.runs("stores:rome") >= 2);
				assertThat(bank.runs("stores:paris")).as("closed").isZero();
				bank.heal("stores:lyon");
				await().until(() -> stores.get("lyon").state() == State.CLOSED);
				int before = bank.runs("stores:rome");
				await().until(() -> bank.runs("stores:rome") > before);
				assertThat(stores.get("rome").state()).isNotEqualTo(State.CLOSED);
			});
	}

	@Test
	void aBreakerThatIsRemovedIsProbedNoMore() {
		KeyedProbe bank = new KeyedProbe();
		this.runner
			.withPropertyValues("breaker.instances.stores.probe=bank",
					"breaker.instances.stores.wait-duration-in-open-state=50ms")
			.withBean("bank", KeyedProbe.class, () -> bank)
			.run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				registry.remove("stores");
				CircuitBreakerGroup stores = registry.group("stores",
						context.getBean(BreakerConfigs.class).get("stores"), 1);
				CircuitBreaker lyon = stores.get("lyon");
				lyon.open();
				await().until(() -> bank.runs("stores:lyon") >= 1);
				registry.removeGroup("stores");
				await().until(() -> !bank.isRunning());
				int runs = bank.runs("stores:lyon");
				CircuitBreaker rome = registry.group("others", lyon.config(), 1).get("rome");
				rome.open();
				await().until(() -> bank.runs("others:rome") >= 3);
				assertThat(bank.runs("stores:lyon")).isLessThanOrEqualTo(runs + 1);
			});
	}

	@Test
	void probesRunOnVirtualThreadsWhereTheseAreOn() {
		List<String> threads = new CopyOnWriteArrayList<>();
		this.runner.withPropertyValues(PREFIX + "probe=bank", "spring.threads.virtual.enabled=true")
			.withBean("bank", CircuitBreakerProbe.class, () -> () -> threads.add(Thread.currentThread().toString()))
			.run((context) -> {
				payments(context).open();
				await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
				assertThat(threads).singleElement()
					.asString()
					.startsWith((Runtime.version().feature() >= 21) ? "VirtualThread[" : "Thread[")
					.contains("breaker-probe-");
			});
	}

	@Test
	void aProbeThatIsSetAtRunTimeRunsAtOnceWhereItIsDue() {
		this.runner.withBean("bank", Counting.class, Counting::new).run((context) -> {
			payments(context).halfOpen();
			context.getBean(BreakerConfigs.class).change("payments", Map.of("probe", "bank"));
			await().until(() -> this.heard.count(Reason.PROBES_SUCCEEDED) == 1);
			assertThat(context.getBean(Counting.class).runs()).isEqualTo(1);
		});
	}

	@Test
	void aProbeRunsWhenAClockThatIsMovedByHandSaysSo() {
		ManualClock clock = new ManualClock();
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "wait-duration-in-open-state=1h")
			.withBean(BreakerClock.class, () -> new BreakerClock(clock::nanos, clock.clock()))
			.withBean("bank", Counting.class, Counting::new)
			.run((context) -> {
				payments(context).open();
				clock.advance(Duration.ofHours(2));
				await().until(() -> payments(context).state() == State.CLOSED);
				assertThat(context.getBean(Counting.class).runs()).isEqualTo(1);
			});
	}

	@Test
	void thereIsNoThreadWhereNoBreakerHasAProbe() {
		this.runner.run((context) -> {
			payments(context).open();
			// Those of other contexts may be ending.
			await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("breaker-probe-")));
		});
	}

	@Test
	void aBeanOfAChildContextCanProbe() {
		this.runner.run((parent) -> new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class,
					BreakerProbeAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
			.withParent(parent)
			.withPropertyValues("breaker.instances.orders.probe=bank",
					"breaker.instances.orders.wait-duration-in-open-state=50ms")
			.withBean("bank", Counting.class, Counting::new)
			.run((child) -> {
				CircuitBreaker orders = parent.getBean(CircuitBreakerRegistry.class).get("orders");
				orders.open();
				await().until(() -> orders.state() == State.CLOSED);
				assertThat(child.getBean(Counting.class).runs()).isEqualTo(1);
			}));
	}

	@Test
	void whatAParentContextCanFindIsProbedOnce() {
		this.runner.withPropertyValues(PREFIX + "probe=bank", PREFIX + "success-threshold-in-half-open-state=5")
			.withBean("bank", Counting.class, Counting::new)
			.run((parent) -> new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class,
						BreakerProbeAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
				.withParent(parent)
				.run((child) -> {
					payments(parent).open();
					await().until(() -> payments(parent).state() == State.CLOSED);
					assertThat(parent.getBean(Counting.class).runs()).isEqualTo(5);
					assertThat(parent.getBean(Counting.class).mostAtATime()).isEqualTo(1);
				}));
	}

	@Test
	void aChangeByAChildBeginsProbesOfTheParent() {
		this.runner.withBean("bank", Counting.class, Counting::new)
			.run((parent) -> new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class,
						BreakerProbeAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
				.withParent(parent)
				.withPropertyValues("breaker.instances.orders.wait-duration-in-open-state=50ms")
				.run((child) -> {
					CircuitBreaker orders = parent.getBean(CircuitBreakerRegistry.class).get("orders");
					orders.halfOpen();
					child.getBean(BreakerConfigs.class).change("orders", Map.of("probe", "bank"));
					await().until(() -> orders.state() == State.CLOSED);
					assertThat(parent.getBean(Counting.class).runs()).isEqualTo(1);
				}));
	}

	@Test
	void aBeanThatCodeNamesAndIsNotThereIsAWarning(CapturedOutput output) {
		this.runner.run((context) -> {
			CircuitBreaker orders = context.getBean(CircuitBreakerRegistry.class)
				.get("orders", CircuitBreakerConfig.builder().probe("nothing").build());
			orders.open();
			orders.close();
			orders.open();
			assertThat(output.toString().lines().filter((line) -> line.contains("There is no bean 'nothing'")))
				.singleElement()
				.asString()
				.contains("WARN", "circuit breaker 'orders'", "Define a CircuitBreakerProbe");
		});
	}

	private static CircuitBreaker payments(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class).get("payments");
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10));
	}

	/**
	 * What changes of state were told.
	 */
	static final class Heard implements CircuitBreakerListener {

		private final List<StateChange> changes = new CopyOnWriteArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.changes.add(change);
		}

		long count(Reason reason) {
			return this.changes.stream().filter((change) -> change.reason() == reason).count();
		}

		StateChange last(Reason reason) {
			return this.changes.stream()
				.filter((change) -> change.reason() == reason)
				.reduce((one, other) -> other)
				.orElseThrow();
		}

	}

	/**
	 * Counts how often it ran, and how many of its runs there were at a time.
	 */
	static class Counting implements CircuitBreakerProbe {

		private final AtomicInteger runs = new AtomicInteger();

		private final AtomicInteger present = new AtomicInteger();

		private final AtomicInteger most = new AtomicInteger();

		@Override
		public final void probe() {
			this.runs.incrementAndGet();
			this.most.accumulateAndGet(this.present.incrementAndGet(), Math::max);
			try {
				look();
			}
			finally {
				this.present.decrementAndGet();
			}
		}

		void look() {
		}

		final int runs() {
			return this.runs.get();
		}

		final int mostAtATime() {
			return this.most.get();
		}

	}

	/**
	 * Tells the breakers of keys apart.
	 */
	static final class KeyedProbe implements CircuitBreakerProbe {

		private final Map<String, Integer> runs = new ConcurrentHashMap<>();

		private final Map<String, Boolean> well = new ConcurrentHashMap<>();

		private final AtomicInteger running = new AtomicInteger();

		@Override
		public void probe() {
			throw new AssertionError("the breaker is not told");
		}

		@Override
		public void probe(CircuitBreaker breaker) throws IOException {
			this.running.incrementAndGet();
			try {
				this.runs.merge(breaker.name(), 1, Integer::sum);
				if (!this.well.containsKey(breaker.name())) {
					throw new IOException("sick");
				}
			}
			finally {
				this.running.decrementAndGet();
			}
		}

		void heal(String name) {
			this.well.put(name, true);
		}

		int runs(String name) {
			return this.runs.getOrDefault(name, 0);
		}

		boolean isRunning() {
			return this.running.get() > 0;
		}

	}

	/**
	 * Calls as a user does.
	 */
	static final class GuardedClientProbe implements CircuitBreakerProbe {

		private final AtomicInteger reached;

		GuardedClientProbe(AtomicInteger reached) {
			this.reached = reached;
		}

		@Override
		public void probe() {
			throw new AssertionError("the breaker is not told");
		}

		@Override
		public void probe(CircuitBreaker breaker) {
			breaker.run(() -> breaker.outermost().call(this.reached::incrementAndGet));
		}

	}

	/**
	 * Has an answer of its own while the bank has none.
	 */
	static class BankClient {

		private final AtomicBoolean well;

		BankClient(AtomicBoolean well) {
			this.well = well;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments", fallbackMethod = "remembered")
		public String status() throws IOException {
			requireWell(this.well);
			return "well";
		}

		String remembered() {
			return "was well";
		}

	}

	/**
	 * Asks the client that users have.
	 */
	static final class BankProbe implements CircuitBreakerProbe {

		private final BankClient client;

		BankProbe(BankClient client) {
			this.client = client;
		}

		@Override
		public void probe() throws IOException {
			assertThat(this.client.status()).isEqualTo("well");
		}

	}

}
