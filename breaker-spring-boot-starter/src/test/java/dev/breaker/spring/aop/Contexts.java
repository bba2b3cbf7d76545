package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

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

	public static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class)
			.find(name)
			.orElseThrow(() -> new AssertionError(
					"No circuit breaker " + name + " in " + context.getBean(CircuitBreakerRegistry.class).all()));
	}

	/** How many calls the breaker has recorded. */
	public static long recorded(ApplicationContext context, String name) {
		return breaker(context, name).snapshot().successfulCallsTotal()
				+ breaker(context, name).snapshot().failedCallsTotal();
	}

}
