package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One breaker opens, and those that it names are told.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalPropagationTests {

	private static final Duration WAIT = Duration.ofSeconds(60);

	private final ManualClock clock = new ManualClock();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEventsAutoConfiguration.class,
				BreakerSignalAutoConfiguration.class))
		.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
		.withPropertyValues("breaker.configs.default.consecutive-failure-threshold=1",
				"breaker.configs.default.wait-duration-in-open-state=60s");

	private CircuitBreakerRegistry registry;

	/** Runs with breakers that propagate as said: {@code a>b,c}. */
	private void run(ContextConsumer<AssertableApplicationContext> test, String... edges) {
		ApplicationContextRunner configured = this.runner;
		for (String edge : edges) {
			String[] ends = edge.split(">");
			configured = configured.withPropertyValues(
					"breaker.instances." + ends[0] + ".propagate-to=" + ((ends.length > 1) ? ends[1] : "none"));
		}
		configured.run((context) -> {
			this.registry = context.getBean(CircuitBreakerRegistry.class);
			test.accept(context);
		});
	}

	private CircuitBreaker breaker(String name) {
		return this.registry.find(name).orElseThrow();
	}

	private List<String> sources(String name) {
		return breaker(name).snapshot().signals().stream().map(Signal::source).toList();
	}

	@Test
	void whatOneOpensOthersAreToldForAsLongAsItIsOpen() {
		run((context) -> {
			Calls.fail(breaker("a"), 1);
			assertThat(breaker("b").state()).isEqualTo(State.OPEN);
			assertThat(breaker("b").snapshot().signals())
				.containsExactly(new Signal("circuit breaker a", "is OPEN (CONSECUTIVE_FAILURES)", WAIT));
			assertThat(breaker("c").state()).isEqualTo(State.CLOSED);
			this.clock.advance(WAIT);
			assertThat(breaker("b").snapshot().signals()).isEmpty();
			assertThat(breaker("b").state()).isEqualTo(State.OPEN);
			this.clock.advance(WAIT);
			assertThat(breaker("b").state()).isEqualTo(State.HALF_OPEN);
		}, "a>b", "b", "c");
	}

	@Test
	void theSignalIsClearedWhenTheBreakerIsToldToClose() {
		run((context) -> {
			breaker("a").open(Duration.ofHours(1));
			assertThat(sources("b")).containsExactly("circuit breaker a");
			breaker("a").close();
			assertThat(sources("b")).isEmpty();
		}, "a>b", "b");
	}

	@Test
	void aBreakerThatIsHeldOpenTellsOthersUntilItIsNot() {
		run((context) -> {
			breaker("a").forceOpen();
			this.clock.advance(Duration.ofDays(300));
			assertThat(breaker("b").state()).isEqualTo(State.OPEN);
			assertThat(sources("b")).containsExactly("circuit breaker a");
			breaker("a").disable();
			assertThat(sources("b")).isEmpty();
			breaker("a").forceOpen(Duration.ofSeconds(10));
			assertThat(breaker("b").snapshot().signals()).extracting(Signal::remaining)
				.containsExactly(Duration.ofSeconds(10));
		}, "a>b", "b");
	}

	@Test
	void thoseBehindThemAreToldOfTheCauseToo() {
		run((context) -> {
			Calls.fail(breaker("a"), 1);
			assertThat(sources("b")).containsExactly("circuit breaker a");
			assertThat(sources("c")).containsExactly("circuit breaker a");
			assertThat(sources("d")).containsExactly("circuit breaker a");
		}, "a>b", "b>c,d", "c>d", "d");
	}

	@Test
	void breakersInACircleDoNotKeepEachOtherOpen() {
		run((context) -> {
			Calls.fail(breaker("a"), 1);
			assertThat(sources("a")).isEmpty();
			assertThat(breaker("a").snapshot().retryAfter()).isEqualTo(WAIT);
			assertThat(sources("b")).containsExactly("circuit breaker a");
			assertThat(sources("c")).containsExactly("circuit breaker a");
			this.clock.advance(WAIT);
			assertThat(breaker("a").state()).isEqualTo(State.HALF_OPEN);
			assertThat(breaker("b").snapshot().retryAfter()).isEqualTo(WAIT);
			this.clock.advance(WAIT);
			assertThat(breaker("b").state()).isEqualTo(State.HALF_OPEN);
			assertThat(breaker("c").state()).isEqualTo(State.HALF_OPEN);
			assertThat(breaker("a").state()).isEqualTo(State.HALF_OPEN);
		}, "a>b", "b>c", "c>a");
	}

	@Test
	void aBreakerThatNamesItselfIsNotToldByItself() {
		run((context) -> {
			Calls.fail(breaker("a"), 1);
			assertThat(sources("a")).isEmpty();
		}, "a>a");
	}

	@Test
	void twoThatFailByThemselvesTellEachOtherOnceForTheirOwnWait() {
		run((context) -> {
			breaker("b").metricsOnly();
			Calls.fail(breaker("a"), 1);
			breaker("b").open();
			// Its own wait, without what a has told it.
			assertThat(breaker("a").snapshot().signals())
				.containsExactly(new Signal("circuit breaker b", "is OPEN (COMMAND)", WAIT));
			assertThat(breaker("a").snapshot().retryAfter()).isEqualTo(WAIT.multipliedBy(2));
			assertThat(breaker("b").snapshot().signals()).extracting(Signal::remaining).containsExactly(WAIT);
			this.clock.advance(WAIT.multipliedBy(2));
			assertThat(breaker("a").state()).isEqualTo(State.HALF_OPEN);
			assertThat(breaker("b").state()).isEqualTo(State.HALF_OPEN);
			assertThat(sources("a")).isEmpty();
			assertThat(sources("b")).isEmpty();
		}, "a>b", "b>a");
	}

	@Test
	void aSignalFromElsewhereIsPassedOnForAsLongAsItKeepsTheBreakerOpen() {
		run((context) -> {
			breaker("a").signal("backlog", "12,000 wait", WAIT);
			assertThat(breaker("b").snapshot().signals()).containsExactly(
					new Signal("circuit breaker a", "is OPEN (SIGNAL: 12,000 wait)", WAIT.multipliedBy(2)));
			this.clock.advance(Duration.ofSeconds(30));
			breaker("a").signal("backlog", "still", WAIT);
			assertThat(breaker("b").snapshot().signals()).extracting(Signal::remaining)
				.containsExactly(WAIT.multipliedBy(2));
			breaker("a").clearSignal("backlog");
			assertThat(breaker("b").snapshot().signals()).extracting(Signal::remaining).containsExactly(WAIT);
		}, "a>b", "b>a");
	}

	@Test
	void allKeysOfANameAreTold() {
		run((context) -> {
			CircuitBreakerGroup stores = this.registry.group("stores", CircuitBreakerConfig.ofDefaults(), 10);
			CircuitBreaker berlin = stores.get("berlin");
			Calls.fail(breaker("a"), 1);
			assertThat(berlin.state()).isEqualTo(State.OPEN);
			assertThat(stores.get("later").state()).isEqualTo(State.OPEN);
			breaker("a").close();
			assertThat(berlin.snapshot().signals()).isEmpty();
		}, "a>stores");
	}

	@Test
	void theKeyOfANameTellsOthersAndNotItsOwnGroup() {
		run((context) -> {
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).defaults();
			CircuitBreakerGroup stores = this.registry.group("stores",
					config.toBuilder().propagateTo("b", "stores").build(), 10);
			CircuitBreaker london = stores.get("london");
			Calls.fail(stores.get("berlin"), 1);
			assertThat(sources("b")).containsExactly("circuit breaker stores:berlin");
			assertThat(london.state()).isEqualTo(State.CLOSED);
		}, "b");
	}

	@Test
	void longNamesAreTold() {
		run((context) -> {
			String name = "x".repeat(1_000);
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).defaults();
			CircuitBreaker breaker = this.registry.get(name, config.toBuilder().propagateTo("b").build());
			Calls.fail(breaker, 1);
			assertThat(sources("b")).singleElement().asString().startsWith("circuit breaker xxx").hasSizeLessThan(257);
			breaker.close();
			assertThat(sources("b")).isEmpty();
		}, "b");
	}

	@Test
	void aLongNameIsNotCutWithinACharacter() {
		run((context) -> {
			String name = "x".repeat(199) + "\uD83D\uDE00".repeat(100);
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).defaults();
			Calls.fail(this.registry.get(name, config.toBuilder().propagateTo("b").build()), 1);
			assertThat(sources("b")).singleElement()
				.asString()
				.startsWith("circuit breaker xxx")
				.matches((source) -> source.chars().noneMatch((c) -> Character.isSurrogate((char) c)), "no half");
		}, "b");
	}

	@Test
	void aChangedPropagateToHoldsAtOnce() {
		run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			Calls.fail(breaker("a"), 1);
			configs.change("a", Map.of("propagate-to", "c"));
			assertThat(sources("b")).isEmpty();
			assertThat(breaker("c").snapshot().signals())
				.containsExactly(new Signal("circuit breaker a", "is OPEN (CONSECUTIVE_FAILURES)", WAIT));
			configs.restore("a");
			assertThat(sources("b")).containsExactly("circuit breaker a");
			assertThat(sources("c")).isEmpty();
		}, "a>b", "b", "c");
	}

	@Test
	void whatABreakerInBetweenNamesIsToldAtOnceToo() {
		run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			breaker("a").forceOpen();
			configs.change("b", Map.of("propagate-to", "c"));
			assertThat(sources("c")).containsExactly("circuit breaker a");
			this.registry.remove("b");
			assertThat(sources("c")).isEmpty();
		}, "a>b", "b", "c");
	}

	@Test
	void aBreakerThatIsNotEnforcedTellsNone() {
		run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			breaker("a").forceOpen();
			configs.change("a", Map.of("enforce", false));
			assertThat(sources("b")).isEmpty();
			configs.change("a", Map.of("enforce", true));
			assertThat(sources("b")).containsExactly("circuit breaker a");
		}, "a>b", "b");
	}

	@Test
	void aChangeOfAConfigRepeatsNoSignalThatWasCleared() {
		run((context) -> {
			breaker("a").forceOpen();
			breaker("b").close();
			context.getBean(BreakerConfigs.class).change("b", Map.of("failure-rate-threshold", 40));
			assertThat(breaker("b").state()).isEqualTo(State.CLOSED);
			assertThat(sources("b")).isEmpty();
		}, "a>b", "b");
	}

	@Test
	void aBreakerThatIsRemovedTakesItsSignalsBack() {
		run((context) -> {
			breaker("a").forceOpen();
			this.registry.remove("a");
			assertThat(sources("b")).isEmpty();
			CircuitBreaker again = this.registry.get("a");
			again.open();
			assertThat(breaker("b").snapshot().signals()).extracting(Signal::remaining).containsExactly(WAIT);
		}, "a>b", "b");
	}

	@Test
	void theKeysOfAGroupThatIsRemovedTakeTheirsBack() {
		run((context) -> {
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).defaults();
			CircuitBreakerGroup stores = this.registry.group("stores", config.toBuilder().propagateTo("b").build(), 10);
			stores.get("berlin").forceOpen();
			stores.get("london").forceOpen();
			assertThat(sources("b")).containsExactlyInAnyOrder("circuit breaker stores:berlin",
					"circuit breaker stores:london");
			this.registry.removeGroup("stores");
			assertThat(sources("b")).isEmpty();
		}, "b");
	}

	@Test
	void aBreakerThatBeginsOpenTellsOthers() {
		this.runner
			.withPropertyValues("breaker.instances.a.propagate-to=b", "breaker.instances.a.initial-state=OPEN",
					"breaker.instances.b.minimum-number-of-calls=5")
			.run((context) -> {
				this.registry = context.getBean(CircuitBreakerRegistry.class);
				assertThat(breaker("b").snapshot().signals())
					.containsExactly(new Signal("circuit breaker a", "is OPEN", WAIT));
			});
	}

	@Test
	void breakersThatAreMadeLaterAreToldToo() {
		run((context) -> {
			breaker("a").forceOpen();
			CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).defaults();
			this.registry.get("later", config.toBuilder().propagateTo("last").build());
			assertThat(sources("later")).containsExactly("circuit breaker a");
			this.registry.get("last");
			assertThat(sources("last")).containsExactly("circuit breaker a");
			CircuitBreakerGroup stores = this.registry.group("stores", config, 10);
			assertThat(stores.get("berlin").state()).isEqualTo(State.OPEN);
			this.registry.remove("last");
			this.registry.get("last");
			assertThat(sources("last")).containsExactly("circuit breaker a");
		}, "a>later,stores");
	}

	@Test
	void theEndOfTheContextTakesAllSignalsBack() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().nanoClock(this.clock::nanos).build();
		CircuitBreakerRegistry longer = CircuitBreakerRegistry.of(config);
		CircuitBreaker a = longer.get("a", config.toBuilder().propagateTo("b").build());
		CircuitBreaker b = longer.get("b");
		this.runner.withBean(CircuitBreakerRegistry.class, () -> longer).run((context) -> {
			a.forceOpen();
			assertThat(b.snapshot().signals()).hasSize(1);
		});
		assertThat(b.snapshot().signals()).isEmpty();
		a.close();
		a.forceOpen();
		assertThat(b.snapshot().signals()).isEmpty();
	}

	@Test
	void aNameThatNoBreakerHasIsAWarningAtStart(CapturedOutput output) {
		run((context) -> assertThat(output).contains(
				"No circuit breakers exist for these names in propagate-to: inventroy (did you mean 'inventory'?)"),
				"a>inventroy", "inventory");
	}

	@Test
	void breakersThatTellEachOtherAtTheSameTimeEndInTheSameState() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 200; i++) {
				CircuitBreakerConfig config = CircuitBreakerConfig.builder()
					.consecutiveFailureThreshold(1)
					.nanoClock(this.clock::nanos)
					.build();
				CircuitBreakerRegistry own = CircuitBreakerRegistry.of(config);
				own.addListener(new SignalPropagation(own));
				CircuitBreaker a = own.get("a", config.toBuilder().propagateTo("b").build());
				CircuitBreaker b = own.get("b", config.toBuilder().propagateTo("a").build());
				Future<?> first = threads.submit(() -> openAndClose(a));
				Future<?> second = threads.submit(() -> openAndClose(b));
				first.get(1, TimeUnit.MINUTES);
				second.get(1, TimeUnit.MINUTES);
				assertThat(a.snapshot().signals()).isEmpty();
				assertThat(b.snapshot().signals()).isEmpty();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static void openAndClose(CircuitBreaker breaker) {
		for (int i = 0; i < 5; i++) {
			breaker.open();
			breaker.close();
		}
	}

}
