package dev.breaker.spring.aop;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import org.apache.commons.logging.LogFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Application contexts with annotated beans.
 */
public final class Contexts {

	private Contexts() {
	}

	/** A context with beans of these classes, whose proxies are made as Boot does. */
	public static ApplicationContextRunner with(Class<?>... classes) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class))
			.withUserConfiguration(classes);
	}

	/** What the application is told when the context did not start. */
	public static FailureAnalysis analysis(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		assertThat(failure).isNotNull();
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, FailureHandler.logging(LogFactory.getLog(Contexts.class)))
			.stream()
			.filter((analyzer) -> analyzer.getClass().getName().startsWith("dev.breaker."))
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No analysis of it", failure));
	}

	public static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class)
			.find(name)
			.orElseThrow(() -> new AssertionError(
					"No circuit breaker " + name + " in " + context.getBean(CircuitBreakerRegistry.class).all()));
	}

	/** The advice on a bean, from the outermost to the innermost. */
	public static List<String> advice(ApplicationContext context, Class<?> bean) {
		return Arrays.stream(((Advised) context.getBean(bean)).getAdvisors())
			.map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
			.filter((name) -> !name.startsWith("ExposeInvocation"))
			.toList();
	}

	/** How many calls the breaker has recorded. */
	public static long recorded(ApplicationContext context, String name) {
		return breaker(context, name).snapshot().successfulCallsTotal()
				+ breaker(context, name).snapshot().failedCallsTotal();
	}

}
