package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.event.StartupNewsKeeper;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the circuit breakers that properties name, and of the registry
 * that holds all. Nothing here is lazy, so that a configuration that cannot be used stops
 * every application at start. A context whose parent has a registry shares it: the
 * breakers that this one names are made there, and go when it closes.
 */
@AutoConfiguration
@ConditionalOnBreakerEnabled
@EnableConfigurationProperties(BreakerProperties.class)
public final class BreakerAutoConfiguration {

	/**
	 * The name of a bean that is there where this configuration is, and with it a
	 * registry. A condition that asks for the registry itself looks through all beans, as
	 * does a parameter that is not called as the bean that it is for.
	 */
	static final String PRESENT = "breakerBeansByType";

	@Bean(PRESENT)
	static BeansByType breakerBeansByType() {
		return new BeansByType();
	}

	@Bean
	@Lazy(false)
	BreakerConfigs breakerConfigs(Environment environment, BeansByType breakerBeansByType) {
		return BreakerConfigs.load(environment, breakerBeansByType.beanFactory(),
				breakerBeansByType.all(CircuitBreakerConfigCustomizer.class),
				breakerBeansByType.find(BreakerClock.class));
	}

	@Bean
	@Lazy(false)
	@ConditionalOnMissingBean
	CircuitBreakerRegistry breakerRegistry(BreakerConfigs breakerConfigs) {
		BreakerClock clock = breakerConfigs.clock();
		CircuitBreakerRegistry registry = (clock != null)
				? CircuitBreakerRegistry.of(breakerConfigs.defaults(), breakerConfigs::get, clock::applyTo)
				: CircuitBreakerRegistry.of(breakerConfigs.defaults(), breakerConfigs::get);
		breakerConfigs.addTo(registry);
		return registry;
	}

	@Bean
	static StartupNewsKeeper breakerStartupNews(ConfigurableListableBeanFactory beanFactory) {
		BeanFactory parent = beanFactory.getParentBeanFactory();
		return new StartupNewsKeeper(beanFactory,
				(parent != null && !Hierarchy.hasOwnRegistry(beanFactory)) ? parent : null);
	}

	@Bean
	@Lazy(false)
	@ConditionalOnInherited(CircuitBreakerRegistry.class)
	SharedBreakers breakerSharedBreakers(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs) {
		return new SharedBreakers(registry, breakerConfigs);
	}

	@Bean
	@Lazy(false)
	BreakerStartup breakerStartup(ApplicationContext context, BreakerConfigs breakerConfigs,
			CircuitBreakerRegistry registry, ObjectProvider<GuardedMethodRegistry> guardedMethods) {
		return new BreakerStartup(context, breakerConfigs, registry, guardedMethods);
	}

}
