package dev.breaker.spring.config;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Customizers whose breaker is not there, and those that fail.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigCustomizerTests {

	private static final String PAYMENTS = "breaker.instances.payments.sliding-window-size=40";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class));

	@Test
	void nameThatNoBreakerHasIsReportedWithTheNearest(CapturedOutput output) {
		customized("paymets").withPropertyValues(PAYMENTS).run((context) -> {
			assertThat(output.toString().lines().filter((line) -> line.contains("paymets"))).singleElement()
				.asString()
				.contains(" WARN ")
				.contains("did you mean \"payments\"?");
			assertThat(context.getBean(CircuitBreakerRegistry.class).find("paymets")).isEmpty();
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).hasSize(1);
		});
	}

	@Test
	void nameIsComparedWithThoseOfAnnotationsToo(CapturedOutput output) {
		customized("stocks").withBean(Stock.class)
			.run((context) -> assertThat(output).contains("names circuit breaker \"stocks\"")
				.contains("did you mean \"stock\"?"));
	}

	@Test
	void nameThatIsNearNothingIsReportedWithoutAnother(CapturedOutput output) {
		customized("paymets\nforged")
			.run((context) -> assertThat(output).contains("\"paymets forged\"").doesNotContain("did you mean"));
	}

	@Test
	void nameOfAnInstanceOrAnAnnotationIsNotReported(CapturedOutput output) {
		customized("stock").withBean(Stock.class).run((context) -> {
			assertThat(output).doesNotContain("CircuitBreakerConfigCustomizer names");
			assertThat(config(context.getBean(CircuitBreakerRegistry.class), "stock").minimumNumberOfCalls())
				.isEqualTo(7);
		});
		customized("payments").withPropertyValues(PAYMENTS).run((context) -> {
			assertThat(output).doesNotContain("CircuitBreakerConfigCustomizer names");
			assertThat(config(context.getBean(CircuitBreakerRegistry.class), "payments").minimumNumberOfCalls())
				.isEqualTo(7);
		});
	}

	@Test
	void nameThatTheApplicationAsksForAtStartIsNotReported(CapturedOutput output) {
		customized("byhand").withBean(ByHand.class)
			.run((context) -> assertThat(output).doesNotContain("CircuitBreakerConfigCustomizer names"));
	}

	@Test
	void configOfANameThatOnlyACustomizerKnowsStartsFromTheDefaultOne() {
		customized("other").withPropertyValues("breaker.configs.default.initial-state=METRICS_ONLY").run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.isConfigured("other")).isFalse();
			assertThat(configs.get("other").minimumNumberOfCalls()).isEqualTo(7);
			assertThat(configs.get("other").initialState()).hasToString("METRICS_ONLY");
			assertThat(configs.names()).containsExactly("other");
		});
	}

	@Test
	void customizerThatThrowsIsNamed() {
		failing(() -> {
			throw new IllegalStateException("no route");
		}, "\"breaker.instances.payments\" cannot be customized by CircuitBreakerConfigCustomizer[payments],"
				+ " which threw java.lang.IllegalStateException: no route");
	}

	@Test
	void customizerThatThrowsAnErrorIsNamed() {
		failing(() -> {
			throw new NoClassDefFoundError("com/example/Gone");
		}, "\"breaker.instances.payments\" cannot be customized by CircuitBreakerConfigCustomizer[payments],"
				+ " which threw java.lang.NoClassDefFoundError: com/example/Gone");
	}

	@Test
	void valueThatACustomizerMayNotSetIsNamed() {
		this.runner
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments", (builder) -> builder.failureRateThreshold(140)))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("\"breaker.instances.payments\" is left with a config that cannot be used by"
						+ " CircuitBreakerConfigCustomizer[payments]: Invalid failureRateThreshold (140.0): must be above")
				.rootCause()
				.isInstanceOf(InvalidCircuitBreakerConfigException.class));
	}

	@Test
	void exceptionWithoutAMessageDoesNotHideTheCustomizer() {
		failing(() -> {
			throw new IllegalStateException() {

				private static final long serialVersionUID = 1L;

				@Override
				public String getMessage() {
					throw new IllegalArgumentException("no message");
				}

			};
		}, "cannot be customized by CircuitBreakerConfigCustomizer[payments], which threw dev.breaker");
	}

	@Test
	void customizerWithoutANameIsNamedByItsClass() {
		for (CircuitBreakerConfigCustomizer nameless : new CircuitBreakerConfigCustomizer[] { new Nameless(null),
				new Nameless("") }) {
			this.runner.withBean(CircuitBreakerConfigCustomizer.class, () -> nameless)
				.run((context) -> assertThat(context).hasFailed()
					.getFailure()
					.hasStackTraceContaining(
							"cannot be customized by " + Nameless.class.getName() + ", which gives no name"));
		}
	}

	@Test
	void customizerWhoseNameFailsIsNamedByItsClass() {
		this.runner.withBean(CircuitBreakerConfigCustomizer.class, FailingName::new)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("cannot be customized by FailingName, whose name() threw"
						+ " java.lang.IllegalStateException: no name yet"));
	}

	@Test
	void allCustomizersThatFailAreReportedAtOnce() {
		this.runner.withBean("one", CircuitBreakerConfigCustomizer.class,
				() -> CircuitBreakerConfigCustomizer.of("one", (builder) -> {
					throw new IllegalStateException("1");
				}))
			.withBean("two", CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("two", (builder) -> {
						throw new IllegalStateException("2");
					}))
			.run((context) -> {
				FailureAnalysis analysis = new InvalidBreakerConfigurationFailureAnalyzer()
					.analyze(context.getStartupFailure());
				assertThat(analysis).isNotNull();
				assertThat(analysis.getDescription()).contains("Property: breaker.instances.one")
					.contains("Property: breaker.instances.two");
			});
	}

	private void failing(Runnable body, String message) {
		this.runner.withPropertyValues(PAYMENTS)
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments", (builder) -> {
						builder.slidingWindowSize(50);
						body.run();
					}))
			.run((context) -> assertThat(context).hasFailed().getFailure().hasStackTraceContaining(message));
	}

	private ApplicationContextRunner customized(String name) {
		return this.runner.withBean(CircuitBreakerConfigCustomizer.class,
				() -> CircuitBreakerConfigCustomizer.of(name, (builder) -> builder.minimumNumberOfCalls(7)));
	}

	private static CircuitBreakerConfig config(CircuitBreakerRegistry registry, String name) {
		return registry.find(name).orElseThrow().config();
	}

	static class Stock {

		@CircuitBreaker(name = "stock")
		void reserve() {
		}

	}

	static class ByHand implements InitializingBean {

		private final CircuitBreakerRegistry registry;

		ByHand(CircuitBreakerRegistry registry) {
			this.registry = registry;
		}

		@Override
		public void afterPropertiesSet() {
			this.registry.get("byhand");
		}

	}

	static class FailingName implements CircuitBreakerConfigCustomizer {

		@Override
		public String name() {
			throw new IllegalStateException("no name yet");
		}

		@Override
		public void customize(CircuitBreakerConfig.Builder builder) {
		}

		@Override
		public String toString() {
			return "FailingName";
		}

	}

	record Nameless(String name) implements CircuitBreakerConfigCustomizer {

		@Override
		public void customize(CircuitBreakerConfig.Builder builder) {
		}

		@Override
		public String toString() {
			throw new IllegalStateException("no text");
		}

	}

}
