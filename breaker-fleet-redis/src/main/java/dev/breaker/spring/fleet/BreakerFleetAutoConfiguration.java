package dev.breaker.spring.fleet;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.ConditionalOnSwitch;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of circuit breakers that instances
 * share through Redis, where {@code breaker.cluster.enabled} is true. It is there where
 * the registry of the breakers is: a child context that shares the registry of its parent
 * shares its fleet too.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnSwitch(value = "breaker.cluster.enabled", byDefault = false)
@ConditionalOnBean(value = CircuitBreakerRegistry.class, search = SearchStrategy.CURRENT)
@ImportRuntimeHints(FleetHints.class)
public final class BreakerFleetAutoConfiguration {

	@Bean
	static BreakerFleet breakerFleet(ConfigurableListableBeanFactory beanFactory, Environment environment) {
		return new BreakerFleet(beanFactory, environment);
	}

	/**
	 * Where there are meters.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	@ConditionalOnSwitch("breaker.metrics.enabled")
	static class OfMeters {

		@Bean
		FleetMetrics breakerFleetMetrics(BreakerFleet fleet) {
			return new FleetMetrics(fleet);
		}

	}

	/**
	 * Where there is health.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
	static class OfHealth {

		@Bean
		@ConditionalOnEnabledHealthIndicator("breakerfleet")
		@ConditionalOnMissingBean(name = { "breakerFleetHealthIndicator", "breakerFleetHealthContributor" })
		FleetHealthIndicator breakerFleetHealthIndicator(BreakerFleet fleet) {
			return new FleetHealthIndicator(fleet);
		}

	}

}
