package dev.breaker.spring.autoconfigure;

import java.util.Optional;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.GuardArranger;
import dev.breaker.spring.aop.GuardPostProcessor;
import dev.breaker.spring.aop.GuardedMethods;
import dev.breaker.spring.aop.KeyedBreakers;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.FallbackListener;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
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

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static GuardPostProcessor breakerGuardPostProcessor(Environment environment) {
		// Read by hand: properties beans must not be made as early as this.
		Optional<Integer> order = BreakerProperties.find(environment, ORDER, Integer.class);
		return new GuardPostProcessor(order.orElse(BreakerProperties.DEFAULT_ORDER), order.isPresent());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static GuardArranger breakerGuardArranger(GuardPostProcessor guards) {
		return new GuardArranger(guards);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	GuardedMethods breakerGuardedMethods(ConfigurableListableBeanFactory beanFactory, CircuitBreakerRegistry registry,
			BreakerConfigs configs, KeyedBreakers keyedBreakers, GuardPostProcessor guards,
			ObjectProvider<FallbackListener> fallbackListeners) {
		return new GuardedMethods(beanFactory, registry, configs, keyedBreakers, guards, fallbackListeners);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	KeyedBreakers breakerKeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs,
			BreakerProperties properties) {
		return new KeyedBreakers(registry, configs, properties.keys().max());
	}

}
