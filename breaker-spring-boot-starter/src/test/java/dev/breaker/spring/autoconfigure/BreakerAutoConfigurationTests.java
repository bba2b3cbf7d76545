package dev.breaker.spring.autoconfigure;

import java.util.List;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link BreakerAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerAutoConfigurationTests {

	private static final String PAYMENTS = "breaker.instances.payments.sliding-window-size=30";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class));

	@Test
	void isRegistered() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(BreakerAutoConfiguration.class.getName());
	}

	@Test
	void applicationWithoutAnyPropertyHasARegistryWithTheDefaults() {
		this.runner.run((context) -> {
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).isEmpty();
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("any").config().slidingWindowSize())
				.isEqualTo(100);
			assertThat(context).hasSingleBean(BreakerProperties.class);
		});
	}

	@Test
	void breakersOfThePropertiesAreThereFromTheStart() {
		this.runner.withPropertyValues(PAYMENTS, "breaker.instances.stock.initial-state=FORCED_OPEN")
			.run((context) -> assertThat(context.getBean(CircuitBreakerRegistry.class).all())
				.extracting(CircuitBreaker::name)
				.containsExactlyInAnyOrder("payments", "stock"));
	}

	@Test
	void breakerMadeByHandHasTheDefaultConfigOfTheProperties() {
		this.runner.withPropertyValues("breaker.configs.default.sliding-window-size=30")
			.run((context) -> assertThat(
					context.getBean(CircuitBreakerRegistry.class).get("by hand").config().slidingWindowSize())
				.isEqualTo(30));
	}

	@Test
	void switchedOffThereIsNothingOfIt() {
		this.runner.withPropertyValues("breaker.enabled=false", "breaker.instances.payments.typo=1")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CircuitBreakerRegistry.class)
				.doesNotHaveBean(BreakerConfigs.class)
				.doesNotHaveBean(BreakerProperties.class)
				.doesNotHaveBean(BreakerStartup.class));
	}

	@Test
	void switchedOffInTheWordsThatSpringBootTakesForFalse() {
		this.runner.withPropertyValues("breaker.enabled=off")
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakerRegistry.class));
	}

	@Test
	void registryOfTheApplicationIsUsedAndFilled() {
		this.runner.withUserConfiguration(OwnRegistry.class).withPropertyValues(PAYMENTS).run((context) -> {
			assertThat(context).hasSingleBean(CircuitBreakerRegistry.class);
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			assertThat(registry.get("other").config().slidingWindowSize()).isEqualTo(77);
			assertThat(registry.find("payments").orElseThrow().config().slidingWindowSize()).isEqualTo(30);
		});
	}

	@Test
	void aNameThatIsMadeAgainHasTheConfigOfTheProperties() {
		this.runner.withPropertyValues(PAYMENTS).run((context) -> {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			registry.remove("payments");
			assertThat(registry.get("payments").config().slidingWindowSize()).isEqualTo(30);
			assertThat(registry.get("any").config().slidingWindowSize()).isEqualTo(100);
		});
	}

	@Test
	void anOwnRegistryThatDiffersIsReported(CapturedOutput output) {
		this.runner.withBean(CircuitBreakerRegistry.class, () -> {
			CircuitBreakerRegistry own = CircuitBreakerRegistry
				.of(CircuitBreakerConfig.builder().slidingWindowSize(77).build());
			own.get("payments");
			own.get("as configured", CircuitBreakerConfig.builder().slidingWindowSize(30).build());
			own.get("by hand");
			return own;
		})
			.withPropertyValues(PAYMENTS, "breaker.instances[as configured].sliding-window-size=30")
			.run((context) -> assertThat(output.toString().lines().filter((line) -> line.contains("WARN")))
				.satisfiesExactly((line) -> assertThat(line).contains("other defaults than breaker.configs.default"),
						(line) -> assertThat(line).contains("configured otherwise").endsWith(": payments")));
	}

	@Test
	void anOwnRegistryThatDoesNotDifferIsNotReported(CapturedOutput output) {
		this.runner.withUserConfiguration(OwnRegistry.class)
			.withPropertyValues("breaker.configs.default.sliding-window-size=77", PAYMENTS)
			.run((context) -> assertThat(output).doesNotContain("WARN"));
	}

	@Test
	void customizersHaveTheLastWordInTheirOrder() {
		this.runner.withUserConfiguration(Customizers.class).withPropertyValues(PAYMENTS).run((context) -> {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.get("payments").slidingWindowSize()).isEqualTo(50);
			assertThat(configs.get("payments").minimumNumberOfCalls()).isEqualTo(7);
			assertThat(configs.get("other").slidingWindowSize()).isEqualTo(100);
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("payments").config())
				.isSameAs(configs.get("payments"));
		});
	}

	@Test
	void customizerThatContradictsThePropertiesIsNamed() {
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("breaker.instances.payments.sliding-window-type=COUNT_BASED")
			.withBean("late", CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("payments", (builder) -> builder.minimumNumberOfCalls(60)))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("\"breaker.instances.payments\" is left with a config that cannot be used by "
						+ "CircuitBreakerConfigCustomizer[payments]: Invalid minimumNumberOfCalls (60)"));
	}

	@Test
	void ruleMayDependOnABeanThatIsItselfGuarded() {
		annotated(Payments.class, DependingOnPayments.class)
			.withPropertyValues("breaker.configs.default.ignore-exception-predicate="
					+ PaymentsRule.class.getName().replace('$', '.'))
			.run((context) -> {
				assertThat(AopUtils.isAopProxy(context.getBean(Payments.class))).isTrue();
				CircuitBreakerConfig config = context.getBean(CircuitBreakerRegistry.class).get("payments").config();
				assertThat(config.ignoreException()).isNotNull();
			});
	}

	@Test
	void typoStopsAnApplicationWhoseBeansAreLazyToo() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("breaker.instances.payments.typo=1")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void annotationThatNamesAnUnknownBreakerIsReportedInOneLine(CapturedOutput output) {
		annotated(Payments.class, Stock.class, Mail.class).withPropertyValues(PAYMENTS).run((context) -> {
			assertThat(lines(output, "mail")).singleElement()
				.asString()
				.contains(" INFO ")
				.contains("default config")
				.endsWith("mail, stock");
			assertThat(output).doesNotContain("WARN");
		});
	}

	@Test
	void instanceThatNothingUsesIsReportedInOneLine(CapturedOutput output) {
		annotated(Payments.class).withPropertyValues(PAYMENTS, "breaker.instances.paiments.initial-state=OPEN")
			.run((context) -> assertThat(lines(output, "paiments")).singleElement()
				.asString()
				.contains(" WARN ")
				.endsWith("paiments"));
	}

	@Test
	void applicationThatUsesItsBreakersByHandIsNotWarned(CapturedOutput output) {
		annotated().withPropertyValues(PAYMENTS).run((context) -> assertThat(output).doesNotContain("payments"));
		this.runner.withPropertyValues(PAYMENTS).run((context) -> assertThat(output).doesNotContain("payments"));
	}

	@Test
	void namesThatMeetAreNotReported(CapturedOutput output) {
		annotated(Payments.class).withPropertyValues(PAYMENTS)
			.run((context) -> assertThat(output).doesNotContain("payments"));
	}

	@Test
	void nameInDownWhenOpenThatNoBreakerHasIsReported(CapturedOutput output) {
		this.runner.withPropertyValues(PAYMENTS, "breaker.health.down-when-open=payments,paiments")
			.run((context) -> assertThat(lines(output, "down-when-open")).singleElement()
				.asString()
				.contains(" WARN ")
				.endsWith(": paiments (did you mean 'payments'?)"));
	}

	@Test
	void namesOfSingleKeysAreNotReported(CapturedOutput output) {
		annotated(Keyed.class)
			.withPropertyValues("breaker.health.down-when-open=stock:lyon,stock,store:lyon",
					"breaker.instances.stock.propagate-to=stock:paris,stores:paris")
			.run((context) -> {
				assertThat(lines(output, "down-when-open")).singleElement()
					.asString()
					.contains("in breaker.health.down-when-open: store:lyon");
				assertThat(lines(output, "propagate-to")).singleElement()
					.asString()
					.contains("in propagate-to: stores:paris");
			});
	}

	static class Keyed {

		@dev.breaker.annotation.CircuitBreaker(name = "stock", key = "#store")
		public void stock(String store) {
		}

	}

	@Test
	void namesInReportsOfTheStartForgeNoLine(CapturedOutput output) {
		this.runner.withPropertyValues(PAYMENTS, "breaker.health.down-when-open=gone\u0085WARN forged\u202E")
			.run((context) -> assertThat(lines(output, "down-when-open")).singleElement()
				.asString()
				.endsWith(": gone WARN forged"));
	}

	@Test
	void reportIsNotRepeatedForAChildContext(CapturedOutput output) {
		annotated(Mail.class).run((context) -> {
			try (GenericApplicationContext child = new GenericApplicationContext(context)) {
				child.refresh();
			}
			assertThat(lines(output, "mail")).hasSize(1);
		});
	}

	private ApplicationContextRunner annotated(Class<?>... beans) {
		return this.runner.withConfiguration(AutoConfigurations.of(BreakerAopAutoConfiguration.class))
			.withUserConfiguration(beans);
	}

	private static List<String> lines(CapturedOutput output, String text) {
		return output.toString().lines().filter((line) -> line.contains(text)).toList();
	}

	static class Payments {

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		void pay() {
		}

	}

	static class Stock {

		@dev.breaker.annotation.CircuitBreaker(name = "stock")
		void reserve() {
		}

	}

	static class Mail {

		@dev.breaker.annotation.CircuitBreaker(name = "mail")
		void send() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DependingOnPayments {

		@Bean
		PaymentsRule rule(Payments payments) {
			return new PaymentsRule(payments);
		}

	}

	record PaymentsRule(Payments payments) implements Predicate<Throwable> {

		@Override
		public boolean test(Throwable thrown) {
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		CircuitBreakerRegistry ownRegistry() {
			return CircuitBreakerRegistry.of(CircuitBreakerConfig.builder().slidingWindowSize(77).build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		CircuitBreakerConfigCustomizer second() {
			return CircuitBreakerConfigCustomizer.of("payments", (builder) -> builder.slidingWindowSize(50));
		}

		@Bean
		@Order(1)
		CircuitBreakerConfigCustomizer first() {
			return CircuitBreakerConfigCustomizer.of("payments",
					(builder) -> builder.slidingWindowSize(40).minimumNumberOfCalls(7));
		}

	}

}
