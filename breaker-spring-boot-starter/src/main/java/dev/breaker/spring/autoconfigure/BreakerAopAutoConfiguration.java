package dev.breaker.spring.autoconfigure;

import java.util.Optional;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.AdvisorOrderBeanPostProcessor;
import dev.breaker.spring.aop.CircuitBreakerBeanPostProcessor;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.FallbackListener;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of annotated methods.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBreakerEnabled
public final class BreakerAopAutoConfiguration {

	private static final String ORDER = "breaker.aspect.order";

	private static final String MAX_KEYS = "breaker.keys.max";

	private static final String AOP_AUTO = "spring.aop.auto";

	private static final String PROXY_TARGET_CLASS = "spring.aop.proxy-target-class";

	private static final int DEFAULT_MAX_KEYS = 10_000;

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CircuitBreakerBeanPostProcessor breakerBeanPostProcessor(Environment environment) {
		// Read by hand: properties beans must not be made as early as this.
		Optional<Integer> order = BreakerProperties.find(environment, ORDER, Integer.class);
		boolean weaving = BreakerProperties.find(environment, BreakerProperties.MODE, BreakerProperties.Mode.class)
			.filter((mode) -> mode == BreakerProperties.Mode.ASPECTJ)
			.isPresent();
		CircuitBreakerBeanPostProcessor guards = new CircuitBreakerBeanPostProcessor(
				order.orElse(BreakerProperties.DEFAULT_ORDER), order.isPresent(), weaving);
		if (!BreakerProperties.find(environment, AOP_AUTO, Boolean.class).orElse(true)) {
			// Boot gives its kind of proxies to none then.
			BreakerProperties.find(environment, PROXY_TARGET_CLASS, Boolean.class)
				.ifPresent(guards::setProxyTargetClass);
		}
		return guards;
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AdvisorOrderBeanPostProcessor breakerAdvisorOrderBeanPostProcessor(
			CircuitBreakerBeanPostProcessor breakerBeanPostProcessor) {
		return new AdvisorOrderBeanPostProcessor(breakerBeanPostProcessor);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	GuardedMethodRegistry breakerGuardedMethodRegistry(Environment environment, BeansByType breakerBeansByType,
			BreakerConfigs breakerConfigs, CircuitBreakerBeanPostProcessor breakerBeanPostProcessor,
			ObjectProvider<FallbackListener> fallbackListeners) {
		// Read by hand, too: Boot looks beans up by type where it binds properties.
		int maxKeys = BreakerProperties.find(environment, MAX_KEYS, Integer.class)
			.filter((max) -> max > 0)
			.orElse(DEFAULT_MAX_KEYS);
		boolean strict = BreakerProperties.find(environment, BreakerProperties.STRICT, Boolean.class).orElse(false);
		return new GuardedMethodRegistry(breakerBeansByType.beanFactory(),
				breakerBeansByType.get(CircuitBreakerRegistry.class), breakerConfigs, maxKeys, strict,
				breakerBeanPostProcessor, fallbackListeners);
	}

}
