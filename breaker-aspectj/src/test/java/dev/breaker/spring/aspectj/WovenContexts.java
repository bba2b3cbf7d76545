package dev.breaker.spring.aspectj;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerDisabledAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Application contexts whose beans, and other objects, are woven.
 */
final class WovenContexts {

	private WovenContexts() {
	}

	static ApplicationContextRunner with(Class<?>... beans) {
		return withMode("aspectj", beans);
	}

	static ApplicationContextRunner withMode(String mode, Class<?>... beans) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class,
					BreakerAopAutoConfiguration.class, BreakerDisabledAutoConfiguration.class,
					BreakerAspectjAutoConfiguration.class))
			.withPropertyValues("breaker.aspect.mode=" + mode)
			.withUserConfiguration(beans);
	}

	static CircuitBreaker breaker(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
	}

	/** How many calls the breaker has recorded; none where there is no breaker. */
	static long recorded(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class)
			.find(name)
			.map(CircuitBreaker::snapshot)
			.map((Snapshot snapshot) -> snapshot.successfulCallsTotal() + snapshot.failedCallsTotal())
			.orElse(0L);
	}

}
