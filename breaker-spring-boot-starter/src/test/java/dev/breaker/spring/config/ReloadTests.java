package dev.breaker.spring.config;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.http.HttpOutcomeRule;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a changed environment does to breakers at work.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReloadTests {

	private final Changing environment = new Changing();

	private final ManualClock clock = new ManualClock();

	@Test
	void anOpenBreakerKeepsItsStateAndTheRestOfItsWait() {
		this.environment.set("instances.payments.consecutive-failure-threshold", 2)
			.set("instances.payments.wait-duration-in-open-state", "10s");
		this.environment.runner.withBean(BreakerClock.class, this::breakerClock).run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			List<StateChange> heard = new ArrayList<>();
			payments.addListener(new CircuitBreakerListener() {

				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					heard.add(change);
				}

			});
			Calls.succeed(payments);
			Calls.fail(payments, 2);
			this.clock.advance(Duration.ofSeconds(3));
			Snapshot before = payments.snapshot();
			this.environment.set("instances.payments.wait-duration-in-open-state", "5m");
			configs(context).reload();
			assertThat(registry(context).get("payments")).isSameAs(payments);
			assertThat(payments.snapshot()).isEqualTo(before);
			assertThat(payments.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(7));
			this.clock.advance(Duration.ofSeconds(7));
			assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
			Calls.fail(payments, 1);
			assertThat(payments.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(5));
			assertThat(heard).hasSize(3);
		});
	}

	@Test
	void theWindowStaysWhereItsSizeDoes() {
		this.environment.set("instances.payments.minimum-number-of-calls", 10);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			Calls.fail(payments, 3);
			this.environment.set("instances.payments.minimum-number-of-calls", 4);
			configs(context).reload();
			assertThat(payments.snapshot().bufferedCalls()).isEqualTo(3);
			Calls.fail(payments, 1);
			assertThat(payments.state()).isEqualTo(State.OPEN);
		});
	}

	@Test
	void aHundredRefreshesDoubleNoMeterAndFreezeNone() {
		this.environment.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("breaker.instances.payments.minimum-number-of-calls=5")
			.run((context) -> {
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(meters));
				Calls.fail(registry(context).get("payments"), 2);
				List<Meter.Id> before = ids(meters);
				assertThat(before).isNotEmpty();
				for (int i = 0; i < 100; i++) {
					this.environment.set("instances.payments.failure-rate-threshold", 50 + i % 2);
					configs(context).reload();
				}
				Calls.fail(registry(context).get("payments"), 1);
				assertThat(ids(meters)).containsExactlyInAnyOrderElementsOf(before);
				assertThat(meters.get("breaker.window.calls").tag("name", "payments").gauge().value()).isEqualTo(3);
			});
	}

	@Test
	void breakersThatTakeTheDefaultsFollowThem() {
		this.environment.set("instances.own.failure-rate-threshold", 30);
		this.environment.runner.run((context) -> {
			CircuitBreaker adHoc = registry(context).get("ad hoc");
			CircuitBreaker own = registry(context).get("own");
			this.environment.set("configs.default.failure-rate-threshold", 80)
				.set("configs.default.sliding-window-size", 40);
			configs(context).reload();
			assertThat(adHoc.config().failureRateThreshold()).isEqualTo(80f);
			assertThat(own.config().failureRateThreshold()).isEqualTo(30f);
			assertThat(own.config().slidingWindowSize()).isEqualTo(40);
			assertThat(registry(context).get("made later").config()).isSameAs(configs(context).defaults());
		});
	}

	@Test
	void basesAreFollowed() {
		this.environment.set("configs.remote.failure-rate-threshold", 40)
			.set("configs.strict.failure-rate-threshold", 10)
			.set("instances.payments.base-config", "remote");
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			this.environment.set("configs.remote.failure-rate-threshold", 45);
			configs(context).reload();
			assertThat(payments.config().failureRateThreshold()).isEqualTo(45f);
			this.environment.set("instances.payments.base-config", "strict");
			configs(context).reload();
			assertThat(payments.config().failureRateThreshold()).isEqualTo(10f);
		});
	}

	@Test
	void allKeysOfANameFollowThoseToComeToo() {
		this.environment.set("instances.stock.failure-rate-threshold", 40);
		this.environment.runner.withBean(Stock.class).run((context) -> {
			Stock stock = context.getBean(Stock.class);
			stock.count("berlin");
			CircuitBreakerGroup group = registry(context).findGroup("stock").orElseThrow();
			CircuitBreaker berlin = group.find("berlin").orElseThrow();
			this.environment.set("instances.stock.failure-rate-threshold", 25);
			configs(context).reload();
			stock.count("lyon");
			assertThat(List.of(berlin.config(), group.find("lyon").orElseThrow().config(), group.config()))
				.extracting(CircuitBreakerConfig::failureRateThreshold)
				.containsOnly(25f);
		});
	}

	@Test
	void aNewInstanceGetsItsBreaker() {
		this.environment.runner.run((context) -> {
			CircuitBreaker early = registry(context).get("early");
			this.environment.set("instances.late.failure-rate-threshold", 20)
				.set("instances.early.failure-rate-threshold", 30);
			configs(context).reload();
			assertThat(configs(context).instanceNames()).containsExactlyInAnyOrder("late", "early");
			assertThat(registry(context).find("late")).isPresent()
				.get()
				.extracting((breaker) -> breaker.config().failureRateThreshold())
				.isEqualTo(20f);
			assertThat(early.config().failureRateThreshold()).isEqualTo(30f);
		});
	}

	@Test
	void anInstanceThatIsRemovedHasTheDefaults() {
		this.environment.set("instances.payments.failure-rate-threshold", 20);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			this.environment.remove("instances.payments.failure-rate-threshold");
			configs(context).reload();
			assertThat(payments.config()).isSameAs(configs(context).defaults());
			assertThat(registry(context).find("payments")).containsSame(payments);
		});
	}

	@Test
	void anInstanceThatComesBackIsFollowedAgain() {
		this.environment.set("instances.payments.failure-rate-threshold", 20);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			this.environment.remove("instances.payments.failure-rate-threshold");
			configs(context).reload();
			this.environment.set("instances.payments.failure-rate-threshold", 30);
			configs(context).reload();
			assertThat(payments.config().failureRateThreshold()).isEqualTo(30f);
		});
	}

	@Test
	void anOwnRegistryKeepsTheConfigsThatItGives() {
		this.environment.set("instances.payments.failure-rate-threshold", 20);
		this.environment.runner.withUserConfiguration(OwnRegistry.class).run((context) -> {
			CircuitBreaker payments = context.getBean(OwnRegistry.class).payments;
			CircuitBreaker other = registry(context).get("other");
			assertThat(payments.config()).isSameAs(configs(context).defaults());
			this.environment.set("configs.default.sliding-window-size", 33);
			configs(context).reload();
			assertThat(payments.config().slidingWindowSize()).isEqualTo(100);
			assertThat(other.config().slidingWindowSize()).isEqualTo(33);
			assertThat(registry(context).get("later").config()).isSameAs(configs(context).defaults());
		});
	}

	@Test
	void nothingIsAppliedWhereOneValueIsBad() {
		this.environment.set("instances.payments.failure-rate-threshold", 50)
			.set("instances.orders.failure-rate-threshold", 50);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreakerConfig before = payments.config();
			this.environment.set("instances.payments.failure-rate-threshold", 40)
				.set("instances.orders.failure-rate-threshold", 140)
				.set("instances.late.failure-rate-treshold", 10);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs(context).reload())
				.satisfies((ex) -> {
					assertThat(ex.description()).contains("Property: breaker.instances.orders.failure-rate-threshold")
						.contains("Value: \"140\"")
						.contains("\"changing\"")
						.contains("must be above 0 and at most 100 percent")
						.contains("Property: breaker.instances.late.failure-rate-treshold");
					assertThat(ex.remedy()).contains("did you mean \"breaker.instances.late.failure-rate-threshold\"?");
				});
			assertThat(payments.config()).isSameAs(before).isSameAs(configs(context).get("payments"));
			assertThat(registry(context).find("late")).isEmpty();
			this.environment.set("instances.orders.failure-rate-threshold", 45)
				.remove("instances.late.failure-rate-treshold");
			configs(context).reload();
			assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
			assertThat(registry(context).get("orders").config().failureRateThreshold()).isEqualTo(45f);
		});
	}

	@Test
	void customizersAreAppliedAgain() {
		AtomicInteger calls = new AtomicInteger(5);
		this.environment.set("instances.payments.failure-rate-threshold", 50);
		this.environment.runner
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments",
							(builder) -> builder.minimumNumberOfCalls(calls.get())))
			.run((context) -> {
				CircuitBreaker payments = registry(context).get("payments");
				this.environment.set("instances.payments.failure-rate-threshold", 40)
					.set("instances.payments.minimum-number-of-calls", 50);
				calls.set(6);
				configs(context).reload();
				assertThat(payments.config().failureRateThreshold()).isEqualTo(40f);
				assertThat(payments.config().minimumNumberOfCalls()).isEqualTo(6);
			});
	}

	@Test
	void aCustomizerThatFailsLeavesEverythingAsItIs() {
		AtomicInteger threshold = new AtomicInteger(50);
		this.environment.runner
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments",
							(builder) -> builder.failureRateThreshold(threshold.get())))
			.run((context) -> {
				CircuitBreaker payments = registry(context).get("payments");
				CircuitBreaker other = registry(context).get("other");
				this.environment.set("configs.default.sliding-window-size", 30);
				threshold.set(500);
				assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
					.isThrownBy(() -> configs(context).reload())
					.withMessageContaining("is left with a config that cannot be used");
				assertThat(List.of(payments, other)).allMatch((breaker) -> breaker.config().slidingWindowSize() == 100);
			});
	}

	@Test
	void whatCodeCustomizesHoldsNowAndAfterEachReload() {
		this.environment.set("instances.payments.sliding-window-size", 30)
			.set("http.clients[0].host", "localhost")
			.set("http.clients[0].breaker", "payments");
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreaker borrower = registry(context).get("borrower", configs(context).get("payments"));
			configs(context).customize("payments",
					(config) -> config.toBuilder().failureRateThreshold(20).outcomeRule(null).build());
			for (CircuitBreaker breaker : List.of(payments, borrower)) {
				assertThat(breaker.config().failureRateThreshold()).isEqualTo(20f);
				assertThat(breaker.config().slidingWindowSize()).isEqualTo(30);
				assertThat(breaker.config().outcomeRule()).as("that of an HTTP client").isNotNull();
			}
			this.environment.set("instances.payments.failure-rate-threshold", 40)
				.set("instances.payments.sliding-window-size", 31);
			configs(context).reload();
			for (CircuitBreaker breaker : List.of(payments, borrower)) {
				assertThat(breaker.config().failureRateThreshold()).isEqualTo(20f);
				assertThat(breaker.config().slidingWindowSize()).isEqualTo(31);
			}
			assertThat(configs(context).changeOf(payments)).isNotNull()
				.satisfies((change) -> assertThat(change.properties()).containsOnlyKeys("slidingWindowSize"));
		});
	}

	@Test
	void aCustomizationThatFailsLeavesEverythingAsItIs() {
		AtomicInteger threshold = new AtomicInteger(500);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreakerConfig before = payments.config();
			assertThatIllegalArgumentException().isThrownBy(() -> configs(context).customize("payments",
					(config) -> config.toBuilder().failureRateThreshold(threshold.get()).build()));
			configs(context).reload();
			assertThat(payments.config()).isSameAs(before);
			threshold.set(20);
			configs(context).customize("payments",
					(config) -> config.toBuilder().failureRateThreshold(threshold.get()).build());
			CircuitBreakerConfig customized = payments.config();
			threshold.set(500);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs(context).reload())
				.withMessageContaining("cannot be customized by the application's code");
			assertThat(payments.config()).isSameAs(customized);
		});
	}

	@Test
	void clocksOfACustomizerStayAndTheBreakerGoesOnFollowing() {
		this.environment.runner
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments",
							(builder) -> builder.nanoClock(this.clock::nanos).clock(this.clock.clock())))
			.run((context) -> {
				CircuitBreaker payments = registry(context).get("payments");
				for (int size = 30; size < 33; size++) {
					this.environment.set("instances.payments.sliding-window-size", size);
					configs(context).reload();
					assertThat(payments.config().slidingWindowSize()).isEqualTo(size);
				}
			});
	}

	@Test
	void aBreakerThatIsConfiguredInCodeStaysAsItIs() {
		this.environment.runner.run((context) -> {
			CircuitBreakerConfig own = CircuitBreakerConfig.builder().slidingWindowSize(7).build();
			CircuitBreaker byHand = registry(context).get("by hand", own);
			CircuitBreakerGroup group = registry(context).group("group", own, 5);
			CircuitBreaker reconfigured = registry(context).get("reconfigured");
			reconfigured.reconfigure(own);
			this.environment.set("configs.default.sliding-window-size", 30);
			configs(context).reload();
			assertThat(List.of(byHand.config(), group.config(), reconfigured.config())).containsOnly(own);
		});
	}

	@Test
	void nothingIsToldWhereNothingChanged(CapturedOutput output) {
		this.environment.set("instances.payments.record-result-predicate", RulePredicates.Anything.class.getName())
			.set("instances.payments.record-exceptions", IOException.class.getName());
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			CircuitBreakerConfig before = payments.config();
			configs(context).reload();
			assertThat(payments.config()).isSameAs(before);
			assertThat(configs(context).changeOf(payments)).isNull();
			assertThat(output).doesNotContain("config changed");
		});
	}

	@Test
	void oneLineABreakerSaysWhatChanged(CapturedOutput output) {
		this.environment.set("instances.payments.failure-rate-threshold", 50)
			.set("instances.payments.ignore-exceptions", IOException.class.getName());
		this.environment.runner.withBean(Stock.class).run((context) -> {
			registry(context).get("ad\nhoc");
			this.environment.set("instances.payments.failure-rate-threshold", 40)
				.set("instances.payments.ignore-exceptions", "none")
				.set("configs.default.wait-duration-in-open-state", "5s");
			configs(context).reload();
			assertThat(output.toString().lines().filter((line) -> line.contains("config changed")))
				.allMatch((line) -> line.contains(" INFO "))
				.satisfiesExactlyInAnyOrder((line) -> assertThat(line).endsWith(
						"Circuit breaker 'payments': config changed by environment: failure-rate-threshold 50.0 -> 40.0,"
								+ " ignore-exceptions [java.io.IOException] -> [], wait-duration-in-open-state PT1M -> PT5S"),
						(line) -> assertThat(line).endsWith("Circuit breaker 'ad hoc': config changed by environment:"
								+ " wait-duration-in-open-state PT1M -> PT5S"),
						(line) -> assertThat(line).endsWith("Circuit breakers of all keys of 'stock': config changed by"
								+ " environment: wait-duration-in-open-state PT1M -> PT5S"));
		});
	}

	@Test
	void whatIsReadAtStartAloneIsAWarning(CapturedOutput output) {
		this.environment.set("events.capacity", 50).set("instances.payments.sliding-window-size", 20);
		this.environment.runner.run((context) -> {
			CircuitBreaker payments = registry(context).get("payments");
			this.environment.set("events.capacity", 60)
				.set("enabled", false)
				.set("instances.payments.initial-state", "METRICS_ONLY");
			configs(context).reload();
			assertThat(payments.state()).isEqualTo(State.CLOSED);
			assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).hasSize(3)
				.anyMatch(
						(line) -> line.endsWith("\"breaker.events.capacity\" changed from 50 to 60. It is read at start"
								+ " alone: start the application again"))
				.anyMatch((line) -> line.contains("\"breaker.enabled\" changed from not set to false."))
				.anyMatch((line) -> line.contains("\"initial-state\" changed of [payments]."));
			configs(context).reload();
			assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).hasSize(3);
		});
	}

	@Test
	void toTakeBackWhatIsReadAtStartAloneIsNoWarning(CapturedOutput output) {
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			this.environment.set("keys.max", 5);
			configs.reload();
			configs.reload();
			this.environment.remove("keys.max");
			configs.reload();
			assertThat(output).containsOnlyOnce("\"breaker.keys.max\" changed from not set to 5. It is read at start");
			assertThat(output).containsOnlyOnce("\"breaker.keys.max\" changed");
			this.environment.set("keys.max", 5);
			configs.reload();
			this.environment.set("keys.max", 6);
			configs.reload();
			assertThat(output).contains("\"breaker.keys.max\" changed from not set to 6. It is read at start");
		});
	}

	@Test
	void namesThatNothingGoesByAreWarnedOfAsAtStart(CapturedOutput output) {
		this.environment.set("instances.payments.propagate-to", "orders").set("instances.orders.enforce", true);
		this.environment.runner.withBean(Annotated.class).run((context) -> {
			BreakerConfigs configs = configs(context);
			this.environment.set("instances.payments.propagate-to", "ordrs");
			configs.reload();
			configs.reload();
			assertThat(output).containsOnlyOnce(
					"No circuit breakers exist for these names in propagate-to: ordrs (did you mean 'orders'?)");
			configs.change("orders", Map.of("propagate-to", List.of("payment", "stock:lyon", "nowhere:lyon")));
			assertThat(output).containsOnlyOnce("in propagate-to: nowhere:lyon, payment (did you mean 'payments'?)");
			this.environment.set("instances.paymnts.enforce", true);
			configs.reload();
			configs.reload();
			assertThat(output).containsOnlyOnce(
					"No annotation in this context names these circuit breakers of breaker.instances: paymnts");
		});
	}

	@Test
	void aNewNameThatIsRepeatedIsWarnedOfOnceMoreWhenItWasTakenBack(CapturedOutput output) {
		this.environment.set("instances.payments.enforce", true);
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			for (int round = 1; round <= 2; round++) {
				configs.change("payments", Map.of("propagate-to", "nowhere"));
				configs.restore("payments");
				assertThat(output.toString().lines().filter((line) -> line.contains("in propagate-to: nowhere")))
					.hasSize(round);
			}
		});
	}

	static class Annotated {

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		public void pay() {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "orders")
		public void order() {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "stock", key = "#store")
		public void stock(String store) {
		}

	}

	@Test
	void aValueThatHasNoEffectNowIsAWarning(CapturedOutput output) {
		this.environment.set("instances.payments.slow-call-duration-threshold", "1s")
			.set("instances.payments.slow-call-rate-threshold", 60);
		this.environment.runner.run((context) -> {
			this.environment.remove("instances.payments.slow-call-duration-threshold");
			configs(context).reload();
			configs(context).reload();
			assertThat(output).containsOnlyOnce("Values of instance \"payments\" have no effect");
		});
	}

	@Test
	void ofManyChangesAtATimeAllBreakersEndWithTheLast() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreakerRegistry registry = registry(context);
			for (int round = 0; round < 20; round++) {
				CountDownLatch start = new CountDownLatch(1);
				List<Future<?>> ends = new ArrayList<>();
				int number = round;
				for (int thread = 0; thread < 2; thread++) {
					int size = 20 + 2 * round + thread;
					ends.add(threads.submit(() -> {
						start.await();
						this.environment.set("configs.default.sliding-window-size", size);
						configs.reload();
						return null;
					}));
				}
				ends.add(threads.submit(() -> {
					start.await();
					for (int i = 0; i < 5; i++) {
						registry.get("breaker " + number + " " + i);
						registry.group("group " + number + " " + i, configs.get("group"), 3).get("key");
					}
					return null;
				}));
				registry.get("changed");
				ends.add(threads.submit(() -> {
					start.await();
					configs.change("changed", Map.of("minimum-number-of-calls", 1 + number));
					return null;
				}));
				start.countDown();
				for (Future<?> end : ends) {
					end.get(20, TimeUnit.SECONDS);
				}
				assertThat(registry.all()).filteredOn((breaker) -> !breaker.name().equals("changed"))
					.extracting(CircuitBreaker::config)
					.containsOnly(configs.defaults());
				assertThat(registry.groups()).extracting(CircuitBreakerGroup::config).containsOnly(configs.defaults());
				assertThat(registry.get("changed").config()).isSameAs(configs.get("changed"))
					.satisfies((config) -> assertThat(config.minimumNumberOfCalls()).isEqualTo(1 + number));
			}
		});
		threads.shutdown();
	}

	@Test
	void aBreakerThatIsMadeDuringAChangeIsNotMissed() {
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreakerConfig before = configs.defaults();
			this.environment.set("configs.default.sliding-window-size", 33);
			configs.reload();
			// As by a thread that was given the config just before.
			CircuitBreaker late = registry(context).get("late", before);
			CircuitBreakerGroup group = registry(context).group("late", before, 3);
			assertThat(List.of(late.config(), group.config())).containsOnly(configs.defaults());
		});
	}

	@Test
	void aClosedContextLeavesTheRegistryAlone() {
		CircuitBreakerRegistry[] kept = new CircuitBreakerRegistry[1];
		BreakerConfigs[] closed = new BreakerConfigs[1];
		this.environment.runner.run((context) -> {
			kept[0] = registry(context);
			closed[0] = configs(context);
		});
		this.environment.set("configs.default.sliding-window-size", 33);
		CircuitBreaker breaker = kept[0].get("x", closed[0].defaults());
		closed[0].reload();
		assertThat(breaker.config().slidingWindowSize()).isEqualTo(100);
	}

	@Test
	void httpClientsAreReadAtStartAlone(CapturedOutput output) {
		this.environment.set("http.clients[0].breaker", "shop").set("http.clients[0].host", "a.example");
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			CircuitBreaker shop = registry(context).get("shop", configs.get("shop"));
			CircuitBreakerConfig before = shop.config();
			this.environment.set("http.clients[0].breaker", "store").set("http.clients[1].host", "b.example");
			configs.reload();
			assertThat(output).containsOnlyOnce("\"breaker.http.clients\" changed from [{breaker=shop, host=a.example}]"
					+ " to [{breaker=store, host=a.example}, {host=b.example}]. It is read at start alone");
			assertThat(output).doesNotContain("config changed by");
			assertThat(shop.config()).isSameAs(before);
			assertThat(configs.httpClientBreakers()).containsExactly("shop");
			this.environment.remove("http.clients[0].breaker")
				.remove("http.clients[0].host")
				.remove("http.clients[1].host")
				.set("instances.shop.record-http-statuses", "503");
			configs.reload();
			assertThat(output).contains("changed from [{breaker=shop, host=a.example}] to not set");
			assertThat(output).contains("record-http-statuses [] -> [503]");
			this.environment.remove("instances.shop.record-http-statuses");
			configs.reload();
			assertThat(shop.config().outcomeRule()).isEqualTo(HttpOutcomeRule.DEFAULT);
		});
	}

	@Test
	void requestsThatAreRejectedAreReadAtStartAlone(CapturedOutput output) {
		this.environment.set("http.server.reject[0].breaker", "shop")
			.set("http.server.reject[0].paths[0]", "/orders/**");
		this.environment.runner.run((context) -> {
			BreakerConfigs configs = configs(context);
			this.environment.set("http.server.reject[0].paths[1]", "/carts/**")
				.set("http.server.reject[0].methods", "GET");
			configs.reload();
			assertThat(output).containsOnlyOnce("\"breaker.http.server.reject\" changed from"
					+ " [{breaker=shop, paths=[/orders/**]}] to [{breaker=shop, methods=GET, paths=[/orders/**, /carts/**]}]."
					+ " It is read at start alone");
			assertThat(configs.httpRejects()).singleElement()
				.satisfies((entry) -> assertThat(entry.paths()).hasToString("[/orders/**]"));
		});
	}

	private BreakerClock breakerClock() {
		return new BreakerClock(this.clock::nanos, this.clock.clock());
	}

	private static List<Meter.Id> ids(MeterRegistry meters) {
		return meters.getMeters().stream().map(Meter::getId).toList();
	}

	private static CircuitBreakerRegistry registry(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class);
	}

	private static BreakerConfigs configs(ApplicationContext context) {
		return context.getBean(BreakerConfigs.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		private CircuitBreaker payments;

		@Bean
		CircuitBreakerRegistry registry(BreakerConfigs configs) {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(configs.defaults());
			this.payments = registry.get("payments");
			return registry;
		}

	}

	static class Stock {

		@dev.breaker.annotation.CircuitBreaker(name = "stock", key = "#warehouse")
		public int count(String warehouse) {
			return warehouse.length();
		}

	}

}
