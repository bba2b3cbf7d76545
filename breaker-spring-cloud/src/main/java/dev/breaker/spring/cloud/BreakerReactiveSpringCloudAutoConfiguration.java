package dev.breaker.spring.cloud;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of Spring Cloud's reactive circuit breaker factory, by the rules of
 * {@link BreakerSpringCloudAutoConfiguration}.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		beforeName = { "org.springframework.cloud.client.CommonsClientAutoConfiguration",
				"org.springframework.cloud.circuitbreaker.resilience4j.ReactiveResilience4JAutoConfiguration" })
@ConditionalOnClass({ Mono.class, ReactiveCircuitBreakerFactory.class })
public final class BreakerReactiveSpringCloudAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(ReactiveCircuitBreakerFactory.class)
	ReactiveBreakerCircuitBreakerFactory breakerReactiveCircuitBreakerFactory(
			ObjectProvider<CircuitBreakerRegistry> registry, ObjectProvider<BreakerConfigs> configs,
			ObjectProvider<Customizer<ReactiveBreakerCircuitBreakerFactory>> customizers) {
		ReactiveBreakerCircuitBreakerFactory factory = new ReactiveBreakerCircuitBreakerFactory(
				BreakerSpringCloudAutoConfiguration.breakers(registry, configs));
		customizers.orderedStream().forEach((customizer) -> customizer.customize(factory));
		return factory;
	}

}
