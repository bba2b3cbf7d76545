package dev.breaker.spring.autoconfigure;

import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.signal.HealthSources;
import dev.breaker.spring.signal.HealthWatch;
import dev.breaker.spring.signal.SignalEventListener;
import dev.breaker.spring.signal.SignalPropagation;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for signals to circuit breakers:
 * from application events, from other breakers, and from the health of the application.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerSignalAutoConfiguration {

	@Bean
	@ConditionalOnMissingPart
	SignalEventListener breakerSignalEventListener(CircuitBreakerRegistry registry, ApplicationContext context) {
		ApplicationContext parent = context.getParent();
		return new SignalEventListener(registry,
				(parent != null) ? parent.getBeanProvider(SignalEventListener.class).getIfUnique() : null);
	}

	@Bean
	@Lazy(false)
	@ConditionalOnMissingPart
	SignalPropagation breakerSignalPropagation(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs) {
		SignalPropagation propagation = new SignalPropagation(registry);
		breakerConfigs.addChangeListener(propagation::lookAtAll);
		return propagation;
	}

	/** The configs of a child context change breakers of its parent, too. */
	@Bean
	@Lazy(false)
	@ConditionalOnInherited(SignalPropagation.class)
	SmartInitializingSingleton breakerInheritedSignalPropagation(BreakerConfigs breakerConfigs,
			SignalPropagation propagation) {
		return () -> breakerConfigs.addChangeListener(propagation::lookAtAll);
	}

	@Bean
	@Lazy(false)
	@ConditionalOnClass(name = "org.springframework.boot.health.registry.HealthContributorRegistry")
	HealthWatch breakerHealthWatch(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs,
			ConfigurableListableBeanFactory beanFactory, Environment environment) {
		return new HealthWatch(registry, breakerConfigs, List.of(new HealthSources(beanFactory)),
				Threading.VIRTUAL.isActive(environment), Hierarchy.inherited(beanFactory, HealthWatch.class));
	}

}
