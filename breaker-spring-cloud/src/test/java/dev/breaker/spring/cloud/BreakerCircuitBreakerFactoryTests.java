package dev.breaker.spring.cloud;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Code that is written against Spring Cloud's blocking API.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerCircuitBreakerFactoryTests {

	private static final String ODD = "Client#pay(String,int[]).${x}";

	private final ManualClock clock = new ManualClock();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerSpringCloudAutoConfiguration.class))
		.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
		.withPropertyValues("breaker.configs.default.consecutive-failure-threshold=2");

	@Test
	void callsTripRefuseAndRecover() {
		this.runner.run((context) -> {
			assertThat(run(context, "payments", () -> "paid")).isEqualTo("paid");
			for (int i = 0; i < 2; i++) {
				assertThat(run(context, "payments", failing())).isEqualTo("IllegalStateException");
			}
			assertThat(run(context, "payments", () -> {
				throw new AssertionError("called though open");
			})).isEqualTo("CallNotPermittedException");
			assertThat(breaker(context, "payments")).isOpen().hasSucceeded(1).hasFailed(2).hasRefused(1);

			this.clock.advance(Duration.ofMinutes(1));
			assertThat(run(context, "payments", () -> "paid")).isEqualTo("paid");
			assertThat(breaker(context, "payments")).isClosed();
		});
	}

	@Test
	void aTimeLimitThatCannotBeKeptIsAWarning(CapturedOutput output) {
		this.runner.withPropertyValues("breaker.instances.payments.time-limit=2s").run((context) -> {
			factory(context).create("payments");
			assertThat(output).contains("Circuit breaker 'payments' has a time-limit (PT2S)",
					"spring.http.clients.read-timeout", "ReactiveCircuitBreakerFactory");
			run(context, "orders", () -> "done");
			assertThat(output).doesNotContain("'orders'");
			context.getBean(BreakerConfigs.class).change("orders", Map.of("time-limit", "3s"));
			run(context, "orders", () -> "done");
			run(context, "payments", () -> "paid");
			assertThat(output).containsOnlyOnce("'payments' has a time-limit")
				.containsOnlyOnce("'orders' has a time-limit (PT3S)");
		});
	}

	@Test
	void withoutFallbackSpringCloudsExceptionHasTheCause() {
		this.runner.run((context) -> {
			IllegalStateException down = new IllegalStateException("down");
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(NoFallbackAvailableException.class)
					.isThrownBy(() -> factory(context).create("payments").run(() -> {
						throw down;
					}))
					.havingCause()
					.isSameAs(down);
			}
			assertThatExceptionOfType(NoFallbackAvailableException.class)
				.isThrownBy(() -> factory(context).create("payments").run(() -> "paid"))
				.withCauseInstanceOf(CallNotPermittedException.class);
		});
	}

	@Test
	void theFallbackRunsForWhatIsIgnoredToo() {
		this.runner.withPropertyValues("breaker.configs.default.ignore-exceptions=java.lang.IllegalArgumentException")
			.run((context) -> {
				assertThat(run(context, "payments", () -> {
					throw new IllegalArgumentException();
				})).isEqualTo("IllegalArgumentException");
				assertThat(breaker(context, "payments")).hasIgnored(1).hasFailed(0);
			});
	}

	@Test
	void theFallbackRunsForErrorsAndCheckedExceptionsToo() {
		this.runner.run((context) -> {
			assertThat(run(context, "payments", () -> {
				throw new StackOverflowError();
			})).isEqualTo("StackOverflowError");
			assertThat(run(context, "payments", () -> throwAny(new IOException()))).isEqualTo("IOException");
			assertThat(breaker(context, "payments")).hasFailed(2);
		});
	}

	@Test
	void whatTheFallbackThrowsReachesTheCaller() {
		this.runner.run((context) -> assertThatIllegalStateException()
			.isThrownBy(() -> factory(context).create("payments").run(() -> throwAny(new IOException()), (ex) -> {
				throw new IllegalStateException("no fallback", ex);
			}))
			.withMessage("no fallback")
			.withCauseInstanceOf(IOException.class));
	}

	@Test
	void anInterruptedCallCountsAsNothing() {
		this.runner.run((context) -> {
			assertThat(run(context, "payments", () -> throwAny(new InterruptedException())))
				.isEqualTo("InterruptedException");
			assertThat(breaker(context, "payments")).hasFailed(0).hasSucceeded(0);
		});
	}

	@Test
	void aResultMayBeNull() {
		this.runner.run((context) -> assertThat(run(context, "payments", () -> null)).isNull());
	}

	@Test
	void callAndFallbackStayOnTheCallersThread() {
		this.runner.run((context) -> {
			Thread caller = Thread.currentThread();
			Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
			for (int i = 0; i < 100; i++) {
				Thread ofFallback = factory(context).create("payments" + i, "group" + i).run(() -> {
					assertThat(Thread.currentThread()).isSameAs(caller);
					throw new IllegalStateException();
				}, (ex) -> Thread.currentThread());
				assertThat(ofFallback).isSameAs(caller);
			}
			assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !isOfTheJvm(thread))
				.isSubsetOf(before);
		});
	}

	@Test
	void aSlowCallIsNotEndedButCountsAsSlow() {
		this.runner.withPropertyValues("breaker.configs.default.slow-call-duration-threshold=1s").run((context) -> {
			assertThat(run(context, "payments", () -> {
				this.clock.advance(Duration.ofHours(1));
				return "late";
			})).isEqualTo("late");
			assertThat(breaker(context, "payments")).hasSlow(1);
		});
	}

	@Test
	void theBreakerIsThatOfAnnotationsOfTheSameName() {
		this.runner.withBean(Payments.class).run((context) -> {
			assertThatIllegalStateException().isThrownBy(context.getBean(Payments.class)::pay);
			run(context, "payments", failing());
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(context.getBean(Payments.class)::pay);
		});
	}

	@Test
	void theBreakerIsThereWhenItsViewIs() {
		this.runner.run((context) -> {
			factory(context).create("payments");
			assertThat(breaker(context, "payments")).isClosed();
		});
	}

	@Test
	void aRemovedBreakerIsMadeAnew() {
		this.runner.withPropertyValues("breaker.instances.shop.sliding-window-size=42").run((context) -> {
			org.springframework.cloud.client.circuitbreaker.CircuitBreaker view = factory(context).create("payments",
					"shop");
			dev.breaker.CircuitBreaker before = breaker(context, "payments");
			context.getBean(CircuitBreakerRegistry.class).remove("payments");
			view.run(() -> "paid", (ex) -> "not paid");
			assertThat(breaker(context, "payments")).isNotSameAs(before).hasSucceeded(1);
			assertThat(breaker(context, "payments").config().slidingWindowSize()).isEqualTo(42);
			assertThat(view).hasToString("CircuitBreaker[payments, CLOSED]");
		});
	}

	@Test
	void theConfigIsThatOfTheIdThenOfTheGroupThenTheDefault() {
		this.runner
			.withPropertyValues("breaker.configs.default.sliding-window-size=41",
					"breaker.instances.shop.sliding-window-size=42", "breaker.instances.pay.sliding-window-size=43")
			.run((context) -> {
				CircuitBreakerFactory<?, ?> factory = factory(context);
				factory.create("pay", "shop");
				factory.create("refund", "shop");
				factory.create("list", "others");
				factory.create("alone");
				assertThat(windowOf(context, "pay")).isEqualTo(43);
				assertThat(windowOf(context, "refund")).isEqualTo(42);
				assertThat(windowOf(context, "list")).isEqualTo(41);
				assertThat(windowOf(context, "alone")).isEqualTo(41);
			});
	}

	@Test
	void anOddNameIsConfiguredInBrackets() {
		this.runner.withPropertyValues("breaker.instances[" + ODD + "].sliding-window-size=42").run((context) -> {
			run(context, ODD, failing());
			assertThat(breaker(context, ODD)).hasFailed(1);
			assertThat(windowOf(context, ODD)).isEqualTo(42);
		});
	}

	@Test
	void configureStartsFromThePropertiesAndWins() {
		this.runner
			.withPropertyValues("breaker.instances.pay.sliding-window-size=43",
					"breaker.instances.pay.failure-rate-threshold=30")
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("pay", (config) -> config.waitDurationMultiplier(2)))
			.run((context) -> {
				BreakerCircuitBreakerFactory factory = factory(context);
				factory.configure((builder) -> {
					assertThat(builder.id()).isIn("pay", "refund");
					builder.config().failureRateThreshold(20);
				}, "pay", "refund");
				factory.create("refund");
				assertThat(breaker(context, "pay").config().failureRateThreshold()).isEqualTo(20);
				assertThat(windowOf(context, "pay")).isEqualTo(43);
				assertThat(breaker(context, "pay").config().waitDurationMultiplier()).isEqualTo(2);
				assertThat(breaker(context, "refund").config().failureRateThreshold()).isEqualTo(20);
			});
	}

	@Test
	void configureKeepsTheStateOfABreakerThatIsThere() {
		this.runner.run((context) -> {
			run(context, "payments", failing());
			run(context, "payments", failing());
			factory(context).configure((builder) -> builder.config().waitDurationMultiplier(3), "payments", "unknown");
			assertThat(breaker(context, "payments")).isOpen().hasFailed(2);
			assertThat(breaker(context, "payments").config().waitDurationMultiplier()).isEqualTo(3);
			assertThat(context.getBean(CircuitBreakerRegistry.class).find("unknown")).isEmpty();
		});
	}

	@Test
	void configureOfAGroupHoldsForIdsWithoutAConfig() {
		this.runner.withPropertyValues("breaker.instances.pay.sliding-window-size=43").run((context) -> {
			factory(context)
				.configure(
						(builder) -> builder
							.circuitBreakerConfig(CircuitBreakerConfig.builder().slidingWindowSize(44).build()),
						"shop");
			factory(context).create("pay", "shop");
			factory(context).create("refund", "shop");
			assertThat(windowOf(context, "pay")).isEqualTo(43);
			assertThat(windowOf(context, "refund")).isEqualTo(44);
			assertThat(breaker(context, "refund").config().nanoClock().getAsLong()).isEqualTo(this.clock.nanos());
		});
	}

	@Test
	void whatIsConfiguredSurvivesAReload() {
		Changing environment = new Changing();
		this.runner.withInitializer(environment)
			.withPropertyValues("breaker.instances.pay.sliding-window-size=43",
					"breaker.instances.shop.sliding-window-size=45")
			.run((context) -> {
				factory(context).configure((builder) -> builder.config().failureRateThreshold(20), "pay", "shop",
						"later", "unknown");
				factory(context).create("refund", "shop");
				factory(context).create("unknown");
				environment.set("breaker.instances.pay.sliding-window-size", 53);
				environment.set("breaker.instances.shop.sliding-window-size", 55);
				environment.set("breaker.instances.later.sliding-window-size", 57);
				environment.set("breaker.configs.default.permitted-number-of-calls-in-half-open-state", 3);
				context.getBean(BreakerConfigs.class).reload();
				for (String name : List.of("pay", "shop", "refund", "later", "unknown")) {
					CircuitBreakerConfig config = breaker(context, name).config();
					assertThat(config.failureRateThreshold()).as(name).isEqualTo(20);
					assertThat(config.permittedNumberOfCallsInHalfOpenState()).as(name).isEqualTo(3);
					assertThat(config.nanoClock().getAsLong()).isEqualTo(this.clock.nanos());
				}
				assertThat(windowOf(context, "pay")).isEqualTo(53);
				assertThat(windowOf(context, "shop")).isEqualTo(55);
				assertThat(windowOf(context, "refund")).isEqualTo(55);
				assertThat(windowOf(context, "later")).isEqualTo(57);
			});
	}

	@Test
	void aConfigThatIsGivenAsAWholeSurvivesAReload() {
		Changing environment = new Changing();
		CircuitBreakerConfig whole = CircuitBreakerConfig.builder().slidingWindowSize(44).build();
		this.runner.withInitializer(environment)
			.withPropertyValues("breaker.instances.pay.sliding-window-size=43")
			.run((context) -> {
				factory(context).configure((builder) -> builder.circuitBreakerConfig(whole), "pay", "shop");
				factory(context).create("refund", "shop");
				environment.set("breaker.instances.pay.sliding-window-size", 53);
				environment.set("breaker.instances.shop.sliding-window-size", 55);
				context.getBean(BreakerConfigs.class).reload();
				assertThat(windowOf(context, "pay")).isEqualTo(44);
				assertThat(windowOf(context, "shop")).isEqualTo(44);
				assertThat(windowOf(context, "refund")).isEqualTo(44);
			});
	}

	@Test
	void whatIsConfiguredIsNoChangeAtRunTimeAndIsUnderOne() {
		this.runner.withPropertyValues("breaker.instances.pay.sliding-window-size=43").run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			configs.change("pay", Map.of("failure-rate-threshold", 30));
			factory(context).configure((builder) -> builder.config().failureRateThreshold(20).slidingWindowSize(44),
					"pay");
			assertThat(breaker(context, "pay").config().failureRateThreshold()).isEqualTo(30);
			assertThat(windowOf(context, "pay")).isEqualTo(44);
			configs.restore("pay");
			assertThat(breaker(context, "pay").config().failureRateThreshold()).isEqualTo(20);
			assertThat(configs.changeOf(breaker(context, "pay"))).isNull();
		});
	}

	@Test
	void annotationsOfTheSameNameHaveWhatIsConfigured() {
		this.runner.run((context) -> {
			factory(context).configure((builder) -> builder.config().slidingWindowSize(44), "pay");
			context.getBean(CircuitBreakerRegistry.class).get("pay");
			assertThat(windowOf(context, "pay")).isEqualTo(44);
		});
	}

	@Test
	void configureDefaultIsForWhatNothingElseConfigures() {
		this.runner.withPropertyValues("breaker.instances.shop.sliding-window-size=42").run((context) -> {
			factory(context)
				.configureDefault((id) -> CircuitBreakerConfig.builder().slidingWindowSize(id.length()).build());
			factory(context).create("refund", "shop");
			factory(context).create("refund-all");
			assertThat(windowOf(context, "refund")).isEqualTo(42);
			assertThat(windowOf(context, "refund-all")).isEqualTo(10);
		});
	}

	@Test
	void aConfigThatContradictsItselfIsRefused() {
		this.runner.run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> factory(context)
				.configure((builder) -> builder.config().slidingWindowSize(5).minimumNumberOfCalls(6), "payments"))
			.withMessageContaining("minimumNumberOfCalls"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void aBlankIdOrGroupIsRefused(String blank) {
		this.runner.run((context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> factory(context).create(blank))
				.withMessageContaining("must have an id");
			assertThatIllegalArgumentException().isThrownBy(() -> factory(context).create("payments", blank))
				.withMessageContaining("The group of circuit breaker 'payments'");
		});
	}

	private static BreakerCircuitBreakerFactory factory(ApplicationContext context) {
		return context.getBean(BreakerCircuitBreakerFactory.class);
	}

	private static String run(ApplicationContext context, String id, Supplier<String> work) {
		return factory(context).create(id).run(work, (ex) -> ex.getClass().getSimpleName());
	}

	private static dev.breaker.CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
	}

	private static int windowOf(ApplicationContext context, String name) {
		return breaker(context, name).config().slidingWindowSize();
	}

	private static Supplier<String> failing() {
		return () -> {
			throw new IllegalStateException("down");
		};
	}

	@SuppressWarnings("unchecked")
	private static <T, X extends Throwable> T throwAny(Throwable thrown) throws X {
		throw (X) thrown;
	}

	private static boolean isOfTheJvm(Thread thread) {
		return thread.getThreadGroup() != null && thread.getThreadGroup().getName().equals("system");
	}

	static class Payments {

		@CircuitBreaker(name = "payments")
		void pay() {
			throw new IllegalStateException("down");
		}

	}

	/** An environment whose properties change. */
	private static final class Changing implements ApplicationContextInitializer<ConfigurableApplicationContext> {

		private final Map<String, Object> properties = new HashMap<>();

		void set(String key, Object value) {
			this.properties.put(key, value);
		}

		@Override
		public void initialize(ConfigurableApplicationContext context) {
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("changing", this.properties));
		}

	}

}
