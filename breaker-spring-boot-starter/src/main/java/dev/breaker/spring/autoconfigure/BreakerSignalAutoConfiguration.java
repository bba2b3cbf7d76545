package dev.breaker.spring.autoconfigure;

import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.signal.HealthSource;
import dev.breaker.spring.signal.HealthWatch;
import dev.breaker.spring.signal.SignalEventListener;
import dev.breaker.spring.signal.SignalPropagation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for signals to circuit breakers:
 * from application events, from other breakers, and from the health of the application.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		afterName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnBean(CircuitBreakerRegistry.class)
@ConditionalOnBreakerEnabled
public final class BreakerSignalAutoConfiguration {

	@Bean
	@ConditionalOnMissingPart
	SignalEventListener breakerSignalEventListener(CircuitBreakerRegistry registry) {
		return new SignalEventListener(registry);
	}

	@Bean
	@Lazy(false)
	@ConditionalOnMissingPart
	SignalPropagation breakerSignalPropagation(CircuitBreakerRegistry registry, BreakerConfigs configs) {
		SignalPropagation propagation = new SignalPropagation(registry);
		configs.addChangeListener(propagation::lookAtAll);
		return propagation;
	}

	/**
	 * Where there are health contributors.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthContributorRegistry.class)
	static class HealthConfiguration {

		@Bean
		@Lazy(false)
		@ConditionalOnMissingPart
		@ConditionalOnBean(HealthContributorRegistry.class)
		HealthWatch breakerHealthWatch(CircuitBreakerRegistry registry, BreakerConfigs configs,
				ObjectProvider<HealthSource> sources, Environment environment) {
			return new HealthWatch(registry, configs, sources.orderedStream().toList(),
					Threading.VIRTUAL.isActive(environment));
		}

		@Bean
		@Order(0)
		@ConditionalOnBean(HealthContributorRegistry.class)
		HealthSource breakerHealthSource(HealthContributorRegistry contributors) {
			return new HealthSource() {

				@Override
				public @Nullable HealthContributor find(String name) {
					return contributors.getContributor(name);
				}

				@Override
				public Stream<String> names() {
					return contributors.stream().map(HealthContributors.Entry::name);
				}

			};
		}

	}

	/**
	 * Where contributors may be reactive.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ReactiveHealthContributorRegistry.class, Flux.class })
	static class ReactiveHealthConfiguration {

		@Bean
		@Order(1)
		@ConditionalOnBean(ReactiveHealthContributorRegistry.class)
		HealthSource breakerReactiveHealthSource(ReactiveHealthContributorRegistry contributors) {
			return new HealthSource() {

				@Override
				public @Nullable HealthContributor find(String name) {
					ReactiveHealthContributor found = contributors.getContributor(name);
					return (found != null) ? found.asHealthContributor() : null;
				}

				@Override
				public Stream<String> names() {
					return contributors.stream().map(ReactiveHealthContributors.Entry::name);
				}

			};
		}

	}

}
