package dev.breaker.spring.cloud;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration of Spring Cloud's circuit breaker factories. They come before those
 * of other implementations, which step back, and after those of the application, for
 * which they step back. Where {@code breaker.enabled} is false they are there, too, and
 * let every call pass: what asks for a factory goes on.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		beforeName = { "org.springframework.cloud.client.CommonsClientAutoConfiguration",
				"org.springframework.cloud.openfeign.FeignAutoConfiguration",
				"org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JAutoConfiguration",
				"org.springframework.cloud.circuitbreaker.retry.FrameworkRetryAutoConfiguration",
				"org.springframework.cloud.circuitbreaker.springretry.SpringRetryAutoConfiguration" })
@ConditionalOnClass(CircuitBreakerFactory.class)
public final class BreakerSpringCloudAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(CircuitBreakerFactory.class)
	BreakerCircuitBreakerFactory breakerCircuitBreakerFactory(ObjectProvider<CircuitBreakerRegistry> registry,
			ObjectProvider<BreakerConfigs> configs,
			ObjectProvider<Customizer<BreakerCircuitBreakerFactory>> customizers) {
		BreakerCircuitBreakerFactory factory = new BreakerCircuitBreakerFactory(breakers(registry, configs));
		customizers.orderedStream().forEach((customizer) -> customizer.customize(factory));
		return factory;
	}

	@Bean
	@Lazy(false)
	FactoryReport breakerFactoryReport(ConfigurableListableBeanFactory beanFactory) {
		return new FactoryReport(beanFactory);
	}

	static NamedBreakers breakers(ObjectProvider<CircuitBreakerRegistry> registry,
			ObjectProvider<BreakerConfigs> configs) {
		CircuitBreakerRegistry present = registry.getIfAvailable();
		return (present != null) ? new NamedBreakers(present, configs.getIfAvailable()) : NamedBreakers.disabled();
	}

}
