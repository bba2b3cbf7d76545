package dev.breaker.spring.config;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rules that properties name by class.
 */
class ConfigPredicateTests {

	private static final String YAML = "breaker.instances.payments.%s: %s";

	@TempDir
	Path directory;

	@Test
	void classWithoutABeanIsMadeByItsConstructorHoweverHidden() {
		CircuitBreakerConfig config = config("record-exception-predicate", RulePredicates.OfFiles.class);
		assertThat(recordException(config).test(new FileNotFoundException())).isTrue();
	}

	@Test
	void predicateOfOneExceptionIsNoMatchForAnother() {
		CircuitBreakerConfig config = config("record-exception-predicate", RulePredicates.OfFiles.class);
		assertThat(recordException(config).test(new IOException())).isFalse();
		assertThat(recordException(config).test(new OutOfMemoryError())).isFalse();
	}

	@Test
	void predicateOfResultsIsAskedAboutNullToo() {
		Predicate<Object> rule = Objects
			.requireNonNull(config("record-result-predicate", RulePredicates.EmptyOrNull.class).recordResult());
		assertThat(rule.test(null)).isTrue();
		assertThat(rule.test("")).isTrue();
		assertThat(rule.test("some")).isFalse();
		assertThat(rule.test(4)).isFalse();
	}

	@Test
	void onlyBeanOfTheClassIsUsedAndMayDependOnOrdinaryBeans() {
		CircuitBreakerConfig config = application().with(LimitBean.class)
			.config(YAML.formatted("ignore-exception-predicate", RulePredicates.Limit.class.getName()), "payments");
		Predicate<? super Throwable> rule = Objects.requireNonNull(config.ignoreException());
		assertThat(rule.test(new IOException("the limit"))).isTrue();
		assertThat(rule.test(new IOException("another"))).isFalse();
		assertThat(rule).hasToString(RulePredicates.Limit.class.getName());
	}

	@Test
	void beanOfAPredicateMayItselfUseTheRegistry() {
		try (ConfigurableApplicationContext context = application().with(CircularBean.class)
			.start(YAML.formatted("ignore-exception-predicate", RulePredicates.Limit.class.getName()))) {
			assertThat(recordOrIgnore(context).test(new IOException("payments"))).isTrue();
		}
	}

	@Test
	void beanWithAScopedProxyIsOneBean() {
		CircuitBreakerConfig config = application().with(ScopedBean.class)
			.config(YAML.formatted("record-exception-predicate", RulePredicates.Anything.class.getName()), "payments");
		assertThat(config.recordException()).isNotNull();
	}

	@Test
	void beanThatCannotBeMadeStopsTheApplicationAndNotTheFirstCall() {
		new ApplicationContextRunner().withUserConfiguration(YamlApplication.Application.class, BrokenBean.class)
			.withPropertyValues(
					"breaker.instances.payments.ignore-exception-predicate=" + RulePredicates.Limit.class.getName())
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasRootCauseInstanceOf(UnsupportedOperationException.class));
	}

	@Test
	void classWithNeitherBeanNorConstructorStopsTheApplication() {
		assertThat(application().failure("""
				breaker:
				  instances:
				    payments:
				      ignore-exception-predicate: %s
				""".formatted(RulePredicates.Limit.class.getName())))
			.contains("Property: breaker.instances.payments.ignore-exception-predicate")
			.contains("Value: \"" + RulePredicates.Limit.class.getName() + "\"")
			.contains("application.yml] - 4:35")
			.contains("must be the type of a bean, or have a no-argument constructor");
	}

	@Test
	void classWithSeveralBeansStopsTheApplicationAndNamesThem() {
		assertThat(application().with(LimitBean.class, CircularBean.class)
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.Limit.class.getName())))
			.contains("Property: breaker.instances.payments.record-exception-predicate")
			.contains("must have one bean of its type, and has limit, limitOfRegistry");
	}

	@Test
	void constructorThatFailsStopsTheApplicationAndSaysWhy() {
		assertThat(application()
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.Failing.class.getName())))
			.contains("Property: breaker.instances.payments.record-exception-predicate")
			.contains("no licence");
	}

	@Test
	void constructorThatThrowsAnErrorStopsTheApplicationAndSaysWhy() {
		assertThat(application()
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.FailingWithAnError.class.getName())))
			.contains("Property: breaker.instances.payments.record-exception-predicate")
			.contains("no native library");
		assertThat(application()
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.FailingToLoad.class.getName())))
			.contains("Property: breaker.instances.payments.record-exception-predicate")
			.contains("no table of codes");
	}

	@ParameterizedTest
	@ValueSource(classes = { RulePredicates.OfFiles.class, RulePredicates.Limit.class, RulePredicates.OfErrors.class })
	void predicateOfExceptionsCannotJudgeResults(Class<?> type) {
		assertThat(
				application().with(LimitBean.class).failure(YAML.formatted("record-result-predicate", type.getName())))
			.contains("Property: breaker.instances.payments.record-result-predicate")
			.contains("Value: \"" + type.getName() + "\"")
			.contains("application.yml] - 1:")
			.contains("Reason: must be a predicate of results, and is one of java.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "record-exception-predicate", "ignore-exception-predicate" })
	void predicateOfResultsCannotJudgeExceptions(String property) {
		assertThat(application().failure(YAML.formatted(property, RulePredicates.EmptyOrNull.class.getName())))
			.contains("Property: breaker.instances.payments." + property)
			.contains("Reason: must be a predicate of exceptions, and is one of java.lang.String");
		assertThat(application()
			.failure("breaker.configs.unused.%s: %s".formatted(property, RulePredicates.EmptyOrNull.class.getName())))
			.contains("must be a predicate of exceptions");
	}

	@ParameterizedTest
	@ValueSource(strings = { "record-exception-predicate", "ignore-exception-predicate", "record-result-predicate" })
	void predicateOfAnythingOrOfAnInterfaceJudgesBoth(String property) {
		assertThat(config(property, RulePredicates.Anything.class)).isNotNull();
		assertThat(config(property, RulePredicates.OfAnInterface.class)).isNotNull();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void recordRuleThatFewExceptionsCanMatchIsAWarning(CapturedOutput output) {
		application().start("""
				breaker.instances:
				  payments.record-exception-predicate: %1$s
				  orders.record-exception-predicate: %2$s
				  stock.record-exception-predicate: %3$s
				  carts.record-result-predicate: %1$s
				""".formatted(RulePredicates.OfAnInterface.class.getName(), RulePredicates.OfFiles.class.getName(),
				RulePredicates.Anything.class.getName()))
			.close();
		assertThat(output.toString().lines().filter((line) -> line.contains("count as successes"))).singleElement()
			.asString()
			.contains(" WARN ",
					"\"breaker.instances.payments.record-exception-predicate\" is \""
							+ RulePredicates.OfAnInterface.class.getName() + "\"",
					"application.yml] - 2:", "the interface java.lang.Iterable",
					"record-result-predicate if it judges results");
	}

	@Test
	void predicateThatIsSuggestedFitsTheProperty() {
		String given = RulePredicates.class.getName() + "$Anythink";
		assertThat(application().failure(YAML.formatted("record-result-predicate", given)))
			.contains("did you mean \"" + RulePredicates.Anything.class.getName() + "\"?");
		assertThat(application()
			.failure(YAML.formatted("record-result-predicate", RulePredicates.class.getName() + "$OfFile")))
			.contains("there is no class")
			.doesNotContain("did you mean");
		assertThat(application()
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.class.getName() + "$Limits")))
			.doesNotContain("did you mean");
		assertThat(application().with(LimitBean.class)
			.failure(YAML.formatted("record-exception-predicate", RulePredicates.class.getName() + "$Limits")))
			.contains("did you mean \"" + RulePredicates.Limit.class.getName() + "\"?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "record-exception-predicate", "ignore-exception-predicate" })
	@ExtendWith(OutputCaptureExtension.class)
	void predicateThatFailsAtACallIsNamedAndHarmsNoCaller(String property, CapturedOutput output) {
		try (ConfigurableApplicationContext context = application()
			.start(YAML.formatted(property, RulePredicates.FailingAtACall.class.getName()))) {
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			IOException thrown = new IOException("reset");
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> breaker.run(() -> {
				throw thrown;
			})).isSameAs(thrown);
			assertThat(breaker.snapshot().failedCalls()).isEqualTo(1);
		}
		assertThat(output)
			.containsOnlyOnce("The predicate " + RulePredicates.FailingAtACall.class.getName() + " failed")
			.contains("no rule for it");
	}

	@Test
	void breakerJudgesByThePredicate() throws IOException {
		try (ConfigurableApplicationContext context = application()
			.start(YAML.formatted("record-result-predicate", RulePredicates.EmptyOrNull.class.getName())
					+ "\nbreaker.instances.payments.consecutive-failure-threshold: 1")) {
			var breaker = context.getBean(CircuitBreakerRegistry.class).get("payments");
			assertThat(breaker.call(() -> "some")).isEqualTo("some");
			assertThat(breaker.state()).hasToString("CLOSED");
			assertThat(breaker.call(() -> "")).isEmpty();
			assertThat(breaker.state()).hasToString("OPEN");
		}
	}

	private CircuitBreakerConfig config(String property, Class<?> type) {
		return application().config(YAML.formatted(property, type.getName()), "payments");
	}

	private static Predicate<? super Throwable> recordException(CircuitBreakerConfig config) {
		return Objects.requireNonNull(config.recordException());
	}

	private static Predicate<? super Throwable> recordOrIgnore(ConfigurableApplicationContext context) {
		return Objects.requireNonNull(context.getBean(BreakerConfigs.class).get("payments").ignoreException());
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

	@Configuration(proxyBeanMethods = false)
	static class LimitBean {

		@Bean
		String text() {
			return "the limit";
		}

		@Bean
		RulePredicates.Limit limit(String text) {
			return new RulePredicates.Limit(text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CircularBean {

		@Bean
		RulePredicates.Limit limitOfRegistry(CircuitBreakerRegistry registry) {
			return new RulePredicates.Limit(registry.get("payments").name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedBean {

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		RulePredicates.Anything anything() {
			return new RulePredicates.Anything();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenBean {

		@Bean
		RulePredicates.Limit limit() {
			throw new UnsupportedOperationException();
		}

	}

}
