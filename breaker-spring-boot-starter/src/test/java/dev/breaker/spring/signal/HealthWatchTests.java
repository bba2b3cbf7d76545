package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.concurrent.locks.LockSupport;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.test.ManualClock;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Breakers are open while health contributors are down. Time stands still for the
 * breakers, so that no signal ends by itself; the looks are real.
 */
@ExtendWith(OutputCaptureExtension.class)
class HealthWatchTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ManualClock clock = new ManualClock();

	private final AtomicReference<Health> db = new AtomicReference<>(Health.up().build());

	private final AtomicInteger looks = new AtomicInteger();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerSignalAutoConfiguration.class,
				HealthContributorRegistryAutoConfiguration.class))
		.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
		.withBean("dbHealthIndicator", HealthIndicator.class, () -> this::look);

	private Health look() {
		this.looks.incrementAndGet();
		return this.db.get();
	}

	private ApplicationContextRunner looking() {
		return this.runner.withPropertyValues("breaker.instances.payments.open-when-down=db",
				"breaker.instances.payments.health-interval=100ms");
	}

	private static void await(Runnable assertion) {
		Awaitility.await().atMost(PATIENCE).untilAsserted(assertion::run);
	}

	private void awaitLooks(int more) {
		int target = this.looks.get() + more;
		await(() -> assertThat(this.looks.get()).isGreaterThanOrEqualTo(target));
	}

	/** For several intervals none is made. */
	private void awaitNoLooks() {
		AtomicInteger seen = new AtomicInteger();
		Awaitility.await()
			.during(Duration.ofMillis(500))
			.atMost(PATIENCE)
			.until(() -> seen.getAndSet(this.looks.get()) == this.looks.get());
	}

	@Test
	void aBreakerIsOpenWhileAContributorIsDown() {
		looking().run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			awaitLooks(2);
			assertThat(payments.state()).isEqualTo(State.CLOSED);
			this.db.set(Health.down(new IllegalStateException("refused")).build());
			await(() -> assertThat(payments.state()).isEqualTo(State.OPEN));
			assertThat(payments.snapshot().signals()).containsExactly(new Signal("health of db",
					"DOWN: java.lang.IllegalStateException: refused", Duration.ofMillis(300)));
			assertThat(payments.snapshot().lastChange()).isNotNull().extracting("reason").isEqualTo(Reason.SIGNAL);
			this.db.set(Health.up().build());
			await(() -> assertThat(payments.snapshot().signals()).isEmpty());
			assertThat(payments.state()).isEqualTo(State.OPEN);
			this.clock.advance(Duration.ofSeconds(60));
			assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
		});
	}

	@Test
	void aSourceOfTheApplicationIsAskedToo() {
		looking().withPropertyValues("breaker.instances.payments.open-when-down=bank")
			.withBean(HealthSource.class, OwnSource::new)
			.run((context) -> {
				CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
				await(() -> assertThat(payments.state()).isEqualTo(State.OPEN));
				assertThat(payments.snapshot().signals()).extracting(Signal::source).containsExactly("health of bank");
			});
	}

	private static final class OwnSource implements HealthSource {

		@Override
		public @Nullable HealthContributor find(String name) {
			HealthIndicator down = () -> Health.down().build();
			return name.equals("bank") ? down : null;
		}

		@Override
		public Stream<String> names() {
			return Stream.of("bank");
		}

	}

	@Test
	void theSignalIsRepeatedWhileItIsDown() {
		this.db.set(Health.down().build());
		looking().run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			for (int i = 0; i < 5; i++) {
				await(() -> assertThat(payments.snapshot().signals()).extracting(Signal::remaining)
					.containsExactly(Duration.ofMillis(300)));
				this.clock.advance(Duration.ofMillis(200));
			}
			assertThat(payments.state()).isEqualTo(State.OPEN);
		});
	}

	@Test
	void allKeysOfANameAreOpenWhileAContributorIsDown() {
		looking().run((context) -> {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			CircuitBreakerGroup stores = registry.group("stores", registry.get("payments").config(), 10);
			CircuitBreaker berlin = stores.get("berlin");
			this.db.set(Health.outOfService().build());
			await(() -> assertThat(berlin.state()).isEqualTo(State.OPEN));
			assertThat(stores.get("later").state()).isEqualTo(State.OPEN);
			this.db.set(Health.up().build());
			await(() -> assertThat(berlin.snapshot().signals()).isEmpty());
		});
	}

	@Test
	void aBreakerThatComesLaterIsOpenedToo() {
		this.db.set(Health.down().build());
		this.runner.run((context) -> {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class)
				.defaults()
				.toBuilder()
				.openWhenDown("db")
				.build();
			CircuitBreaker later = registry.get("later", config);
			await(() -> assertThat(later.state()).isEqualTo(State.OPEN));
			CircuitBreakerGroup group = registry.group("group", config.toBuilder().openWhenDown("db", "x").build(), 3);
			await(() -> assertThat(group.signals()).hasSize(1));
		});
	}

	@Test
	void aConfigThatCodeGivesIsFollowedWithTheNextChangeOfState() {
		this.db.set(Health.down().build());
		this.runner.withPropertyValues("breaker.instances.payments.sliding-window-size=50").run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			payments.reconfigure(payments.config().toBuilder().openWhenDown("db").build());
			payments.halfOpen();
			await(() -> assertThat(payments.snapshot().signals()).hasSize(1));
			assertThat(payments.state()).isEqualTo(State.OPEN);
		});
	}

	@Test
	void aChangeAtRunTimeBeginsAndEndsTheLooks() {
		this.db.set(Health.down().build());
		this.runner.withPropertyValues("breaker.instances.payments.sliding-window-size=50").run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			configs.change("payments", Map.of("open-when-down", List.of("db"), "health-interval", "100ms"));
			await(() -> assertThat(payments.state()).isEqualTo(State.OPEN));
			configs.change("payments", Map.of("open-when-down", "none"));
			await(() -> assertThat(payments.snapshot().signals()).isEmpty());
			awaitNoLooks();
			configs.restore("payments");
			assertThat(payments.config().openWhenDown()).isEmpty();
		});
	}

	@Test
	void aChangedIntervalLeavesTheBreakerOpen() {
		this.db.set(Health.down().build());
		looking().run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			await(() -> assertThat(payments.snapshot().signals()).hasSize(1));
			context.getBean(BreakerConfigs.class).change("payments", Map.of("health-interval", "1h"));
			await(() -> assertThat(payments.snapshot().signals()).extracting(Signal::remaining)
				.containsExactly(Duration.ofHours(3)));
			// The looks of before end meanwhile.
			Awaitility.await()
				.during(Duration.ofMillis(500))
				.atMost(PATIENCE)
				.until(() -> payments.snapshot().signals().size() == 1);
		});
	}

	@Test
	void anIntervalThatChangesWhileABreakerIsToldIsThatOfItsSignal() {
		this.db.set(Health.down().build());
		looking()
			.withPropertyValues("breaker.instances.mail.open-when-down=db",
					"breaker.instances.mail.health-interval=100ms")
			.run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				AtomicBoolean changed = new AtomicBoolean();
				registry.addListener(new CircuitBreakerListener() {
					@Override
					public void onSignal(CircuitBreaker breaker, Signal signal) {
						if (changed.compareAndSet(false, true)) {
							String other = breaker.name().equals("mail") ? "payments" : "mail";
							context.getBean(BreakerConfigs.class).change(other, Map.of("health-interval", "1h"));
							await(() -> assertThat(registry.get(other).snapshot().signals())
								.extracting(Signal::remaining)
								.contains(Duration.ofHours(3)));
						}
					}
				});
				await(() -> assertThat(changed).isTrue());
				awaitLooks(3);
				assertThat(registry.all()).flatExtracting((breaker) -> breaker.snapshot().signals())
					.extracting(Signal::remaining)
					.contains(Duration.ofHours(3));
			});
	}

	@Test
	void aChangedIntervalEndsTheSignalWhenItIsUpAgain() {
		this.db.set(Health.down().build());
		looking().withPropertyValues("breaker.instances.payments.health-interval=1h").run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			await(() -> assertThat(payments.snapshot().signals()).hasSize(1));
			this.db.set(Health.up().build());
			context.getBean(BreakerConfigs.class).change("payments", Map.of("health-interval", "100ms"));
			await(() -> assertThat(payments.snapshot().signals()).isEmpty());
		});
	}

	@Test
	void aHeldCommandWinsOverHealth() {
		looking().run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			payments.metricsOnly();
			this.db.set(Health.down().build());
			await(() -> assertThat(payments.snapshot().signals()).hasSize(1));
			assertThat(payments.state()).isEqualTo(State.METRICS_ONLY);
		});
	}

	@Test
	void aContributorThatHangsKeepsNoBreakerOpenAndHoldsUpNoOther() {
		CountDownLatch hangs = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		AtomicInteger answers = new AtomicInteger();
		looking()
			.withPropertyValues("breaker.instances.orders.open-when-down=queue",
					"breaker.instances.orders.health-interval=100ms")
			.withBean("queueHealthIndicator", HealthIndicator.class, () -> () -> {
				if (answers.incrementAndGet() > 1) {
					hangs.countDown();
					try {
						released.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				return Health.down().build();
			})
			.run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				CircuitBreaker orders = registry.get("orders");
				hangs.await();
				assertThat(orders.snapshot().signals()).hasSize(1);
				awaitLooks(5);
				assertThat(answers).as("one look at a time").hasValue(2);
				this.clock.advance(Duration.ofMillis(300));
				assertThat(orders.snapshot().signals()).isEmpty();
				this.clock.advance(Duration.ofSeconds(60));
				assertThat(orders.state()).isEqualTo(State.HALF_OPEN);
				this.db.set(Health.down().build());
				await(() -> assertThat(registry.get("payments").state()).isEqualTo(State.OPEN));
				released.countDown();
			});
	}

	@Test
	void aContributorThatIsSlowToSayThatItIsDownKeepsTheBreakerOpen() {
		Duration taken = Duration.ofMillis(400);
		looking().withPropertyValues("breaker.instances.payments.open-when-down=slow")
			.withBean("slowHealthIndicator", HealthIndicator.class, () -> () -> {
				long began = System.nanoTime();
				while (System.nanoTime() - began < taken.toNanos()) {
					LockSupport.parkNanos(taken.toNanos());
				}
				return Health.down().build();
			})
			.run((context) -> {
				CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
				// The next look begins 100 ms later, and ends 400 ms after that.
				await(() -> assertThat(payments.snapshot().signals()).singleElement()
					.extracting(Signal::remaining, InstanceOfAssertFactories.DURATION)
					.isGreaterThanOrEqualTo(Duration.ofMillis(600)));
			});
	}

	@Test
	void anIndicatorThatUsesTheGuardedClientKeepsNoBreakerOpen() {
		AtomicReference<CircuitBreaker> guarded = new AtomicReference<>();
		AtomicInteger asked = new AtomicInteger();
		looking().withPropertyValues("breaker.instances.payments.open-when-down=bank")
			.withBean("bankHealthIndicator", HealthIndicator.class, () -> () -> {
				asked.incrementAndGet();
				CircuitBreaker payments = guarded.get();
				return (payments != null) ? payments.call(() -> Health.up().build()) : Health.down().build();
			})
			.run((context) -> {
				CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
				await(() -> assertThat(payments.snapshot().signals()).hasSize(1));
				guarded.set(payments);
				int before = asked.get();
				await(() -> assertThat(asked.get()).isGreaterThan(before + 3));
				assertThat(payments.state()).isEqualTo(State.OPEN);
				assertThat(payments.snapshot().signals()).isEmpty();
				this.clock.advance(Duration.ofSeconds(60));
				await(() -> assertThat(payments.state()).isNotEqualTo(State.OPEN));
			});
	}

	@Test
	void aReactiveContributorIsLookedAt() {
		this.runner.withPropertyValues("breaker.instances.payments.open-when-down=cache")
			.withBean("cacheHealthIndicator", ReactiveHealthIndicator.class,
					() -> () -> Mono.just(Health.down().build()))
			.run((context) -> await(
					() -> assertThat(context.getBean(CircuitBreakerRegistry.class).get("payments").state())
						.isEqualTo(State.OPEN)));
	}

	@Test
	void anUnknownContributorIsAWarningAndOpensNothing(CapturedOutput output) {
		looking().withPropertyValues("breaker.instances.payments.open-when-down=bd").run((context) -> {
			await(() -> assertThat(output).contains("There is no health contributor for this name in open-when-down"));
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("payments").state()).isEqualTo(State.CLOSED);
		});
	}

	@Test
	void noThreadIsMadeWithoutAConfigThatWantsIt() {
		this.runner.withPropertyValues("breaker.instances.payments.sliding-window-size=50").run((context) -> {
			assertThat(context).hasSingleBean(HealthWatch.class);
			// Those of other tests may still end.
			await(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("breaker-health-")));
		});
	}

	@Test
	void noLookIsMadeAfterTheContextClosed() {
		looking().run((context) -> awaitLooks(2));
		awaitNoLooks();
	}

	@Test
	void withoutSupportOfHealthTheApplicationStartsWithAWarning(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerSignalAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.withPropertyValues("breaker.instances.payments.open-when-down=db")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).contains("The health of open-when-down is not looked at for these circuit breakers",
						"payments. Add spring-boot-starter-actuator");
			});
	}

}
