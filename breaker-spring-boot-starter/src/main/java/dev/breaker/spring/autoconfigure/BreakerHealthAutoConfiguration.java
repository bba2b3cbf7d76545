package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakersHealthIndicator;
import dev.breaker.spring.config.BreakerProperties;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for
 * {@link CircuitBreakersHealthIndicator}. Comes last, since it steps back where another
 * library has a health contributor of the same name.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("circuitbreakers")
	@ConditionalOnMissingBean(name = { HealthName.INDICATOR, HealthName.CONTRIBUTOR })
	CircuitBreakersHealthIndicator circuitBreakersHealthIndicator(CircuitBreakerRegistry registry,
			Environment environment) {
		return new CircuitBreakersHealthIndicator(registry,
				BreakerProperties.findNames(environment, BreakerProperties.DOWN_WHEN_OPEN));
	}

	@Bean
	@ConditionalOnEnabledHealthIndicator("circuitbreakers")
	HealthName breakerHealthName(ConfigurableListableBeanFactory beanFactory) {
		return new HealthName(beanFactory);
	}

}
