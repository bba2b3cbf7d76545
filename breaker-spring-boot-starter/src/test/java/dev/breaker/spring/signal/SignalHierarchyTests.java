package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerSignal;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.test.ManualClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals in contexts that are parent and child.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalHierarchyTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualClock clock = new ManualClock();

	private final AtomicReference<Health> health = new AtomicReference<>(Health.up().build());

	private final AtomicInteger looks = new AtomicInteger();

	private final ApplicationContextRunner bareParent = runner().withBean(BreakerClock.class,
			() -> new BreakerClock(this.clock::nanos, this.clock.clock()));

	private final ApplicationContextRunner parent = this.bareParent.withPropertyValues(
			"breaker.instances.payments.health-interval=100ms", "breaker.instances.payments.open-when-down=db,queue");

	private final ApplicationContextRunner child = runner().withPropertyValues(
			"breaker.instances.mail.health-interval=100ms", "breaker.instances.mail.open-when-down=queue");

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withConfiguration(
				AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
						BreakerSignalAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));
	}

	private Health look() {
		this.looks.incrementAndGet();
		return this.health.get();
	}

	private static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
	}

	private static List<String> sources(CircuitBreaker breaker) {
		return breaker.snapshot().signals().stream().map(Signal::source).toList();
	}

	private static void await(Runnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion::run);
	}

	@Test
	void aContributorOfAChildOpensBreakersOfBoth() {
		this.health.set(Health.down().build());
		this.parent.withBean("dbHealthIndicator", HealthIndicator.class, () -> () -> Health.up().build())
			.run((outer) -> {
				CircuitBreaker payments = breaker(outer, "payments");
				this.child.withParent(outer)
					.withBean("queueHealthIndicator", HealthIndicator.class, () -> this::look)
					.run((inner) -> {
						await(() -> assertThat(breaker(inner, "mail").state()).isEqualTo(State.OPEN));
						await(() -> assertThat(sources(payments)).containsExactly("health of queue"));
					});
				// A look that was under way takes back what it says.
				await(() -> assertThat(sources(payments)).isEmpty());
			});
	}

	@Test
	void aReactiveContributorOfAChildIsLookedAt() {
		this.parent.run((outer) -> this.child.withParent(outer)
			.withBean("queueHealthIndicator", ReactiveHealthIndicator.class,
					() -> () -> Mono.just(Health.down().build()))
			.run((inner) -> await(() -> assertThat(breaker(inner, "mail").state()).isEqualTo(State.OPEN))));
	}

	@Test
	void aContributorOfTheParentIsLookedAtThereAlone() {
		this.parent.withBean("queueHealthIndicator", HealthIndicator.class, () -> this::look)
			.run((outer) -> this.child.withParent(outer)
				.withBean("queueHealthIndicator", HealthIndicator.class, () -> () -> Health.down().build())
				.run((inner) -> {
					int before = this.looks.get();
					await(() -> assertThat(this.looks.get()).isGreaterThan(before + 3));
					assertThat(breaker(inner, "mail").state()).isEqualTo(State.CLOSED);
					this.health.set(Health.down().build());
					await(() -> assertThat(breaker(inner, "mail").state()).isEqualTo(State.OPEN));
				}));
	}

	@Test
	void aContributorOfAChildIsNotMissed(CapturedOutput output) {
		this.bareParent.run((outer) -> this.child.withParent(outer)
			.withBean("queueHealthIndicator", HealthIndicator.class, () -> this::look)
			.withPropertyValues("breaker.instances.other.health-interval=100ms",
					"breaker.instances.other.open-when-down=qeue")
			.run((inner) -> {
				await(() -> assertThat(output).contains("qeue (did you mean 'queue'?)"));
				assertThat(output).containsOnlyOnce("There is no health contributor for this name");
			}));
	}

	@Test
	void aContributorThatIsLookedForBeforeTheChildHasStartedIsMissed(CapturedOutput output) {
		this.parent.withBean("dbHealthIndicator", HealthIndicator.class, () -> this::look)
			.run((outer) -> this.child.withParent(outer)
				.withBean("queueHealthIndicator", HealthIndicator.class, () -> () -> Health.up().build())
				.withPropertyValues("breaker.instances.other.health-interval=100ms",
						"breaker.instances.other.open-when-down=qeue")
				.withBean(SlowStart.class, () -> new SlowStart(() -> awaitLooks(3)))
				.run((inner) -> {
					await(() -> assertThat(output).contains("qeue (did you mean 'queue'?)"));
					assertThat(output).containsOnlyOnce("There is no health contributor for this name");
				}));
	}

	@Test
	void aContributorOfAChildThatHasClosedIsNotMissed(CapturedOutput output) {
		// The child has to be there at the second look
		ApplicationContextRunner seldom = this.parent
			.withPropertyValues("breaker.instances.payments.health-interval=500ms");
		seldom.withBean("dbHealthIndicator", HealthIndicator.class, () -> this::look).run((outer) -> {
			this.child.withParent(outer)
				.withBean("queueHealthIndicator", HealthIndicator.class, () -> () -> Health.up().build())
				.run((inner) -> awaitLooks(3));
			awaitLooks(4);
			assertThat(output).doesNotContain("There is no health contributor for this name");
		});
	}

	private void awaitLooks(int more) {
		int before = this.looks.get();
		await(() -> assertThat(this.looks.get()).isGreaterThan(before + more));
	}

	@Test
	void aChangeByAChildBeginsLooksOfTheParent() {
		this.health.set(Health.down().build());
		this.parent.withBean("dbHealthIndicator", HealthIndicator.class, () -> this::look)
			.run((outer) -> this.child.withParent(outer).run((inner) -> {
				inner.getBean(BreakerConfigs.class)
					.change("mail", Map.of("open-when-down", List.of("db"), "health-interval", "200ms"));
				await(() -> assertThat(sources(breaker(inner, "mail"))).containsExactly("health of db"));
			}));
	}

	@Test
	void aChangeByAChildChangesWhoIsTold() {
		this.parent.run((outer) -> this.child.withParent(outer).run((inner) -> {
			breaker(inner, "mail").forceOpen();
			inner.getBean(BreakerConfigs.class).change("mail", Map.of("propagate-to", List.of("payments")));
			assertThat(sources(breaker(outer, "payments"))).containsExactly("circuit breaker mail");
			inner.getBean(BreakerConfigs.class).restore("mail");
			assertThat(sources(breaker(outer, "payments"))).isEmpty();
		}));
	}

	@Test
	void anEventOfAChildIsGivenOnce() {
		this.parent.run((outer) -> {
			Heard heard = new Heard();
			outer.getBean(CircuitBreakerRegistry.class).addListener(heard);
			this.child.withParent(outer).run((inner) -> {
				inner.publishEvent(CircuitBreakerSignal.of("payments", "backlog", null, MINUTE));
				inner.publishEvent(CircuitBreakerSignal.of("mail", "backlog", null, MINUTE));
				outer.publishEvent(CircuitBreakerSignal.of("mail", "pause", null, MINUTE));
				assertThat(heard.signals).containsExactly("payments: backlog", "mail: backlog", "mail: pause");
			});
		});
	}

	@Test
	void anEventOfAChildWithOwnBreakersIsForThese(CapturedOutput output) {
		this.parent.run((outer) -> this.child.withParent(outer)
			.withPropertyValues("breaker.instances.payments.minimum-number-of-calls=5")
			.withBean("breakerRegistry", CircuitBreakerRegistry.class,
					() -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.run((inner) -> {
				assertThat(inner.getBean(CircuitBreakerRegistry.class))
					.isNotSameAs(outer.getBean(CircuitBreakerRegistry.class));
				inner.publishEvent(CircuitBreakerSignal.of("payments", "backlog", null, MINUTE));
				inner.publishEvent(CircuitBreakerSignal.of("mail", "backlog", null, MINUTE));
				assertThat(sources(breaker(inner, "payments"))).containsExactly("backlog");
				assertThat(sources(breaker(inner, "mail"))).containsExactly("backlog");
				assertThat(sources(breaker(outer, "payments"))).isEmpty();
				assertThat(output).doesNotContain("There is no circuit breaker for the signal");
			}));
	}

	private static final class Heard implements CircuitBreakerListener {

		private final List<String> signals = new CopyOnWriteArrayList<>();

		@Override
		public void onSignal(CircuitBreaker breaker, Signal signal) {
			this.signals.add(breaker.name() + ": " + signal.source());
		}

	}

	/** Is started before all else in its context. */
	private static final class SlowStart implements SmartLifecycle {

		private final Runnable wait;

		private volatile boolean running;

		SlowStart(Runnable wait) {
			this.wait = wait;
		}

		@Override
		public void start() {
			this.wait.run();
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

	}

}
