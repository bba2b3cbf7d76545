package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakersHealthIndicator;
import dev.breaker.spring.config.BreakerProperties;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for
 * {@link CircuitBreakersHealthIndicator}.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnBean(CircuitBreakerRegistry.class)
@ConditionalOnBreakerEnabled
public final class BreakerHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("circuitbreakers")
	@ConditionalOnMissingBean(name = { "circuitBreakersHealthIndicator", "circuitBreakersHealthContributor" })
	CircuitBreakersHealthIndicator circuitBreakersHealthIndicator(CircuitBreakerRegistry registry,
			BreakerProperties properties) {
		return new CircuitBreakersHealthIndicator(registry, properties.getHealth().getDownWhenOpen());
	}

}
