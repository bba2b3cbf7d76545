package dev.breaker.spring.autoconfigure;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.signal.ContributorBeans;
import dev.breaker.spring.signal.HealthSource;
import dev.breaker.spring.signal.HealthWatch;
import dev.breaker.spring.signal.SignalEventListener;
import dev.breaker.spring.signal.SignalPropagation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorNameGenerator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
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

	/**
	 * Where there are health contributors.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthContributorRegistry.class)
	static class HealthConfiguration {

		@Bean
		@Lazy(false)
		HealthWatch breakerHealthWatch(CircuitBreakerRegistry registry, BreakerConfigs breakerConfigs,
				ConfigurableListableBeanFactory beanFactory, ObjectProvider<HealthSource> sources,
				Environment environment) {
			return new HealthWatch(registry, breakerConfigs, sources.orderedStream().toList(),
					Threading.VIRTUAL.isActive(environment), Hierarchy.inherited(beanFactory, HealthWatch.class));
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

		@Bean
		@Order(2)
		@ConditionalOnMissingBean(value = HealthContributorRegistry.class, search = SearchStrategy.CURRENT)
		ContributorBeans breakerContributorBeans(ListableBeanFactory beanFactory,
				ObjectProvider<HealthContributorNameGenerator> names) {
			return ContributorBeans.of(beanFactory, HealthContributor.class, naming(names),
					(contributor) -> contributor);
		}

		/** As Spring Boot names contributors that it registers. */
		static UnaryOperator<String> naming(ObjectProvider<HealthContributorNameGenerator> names) {
			return names
				.getIfAvailable(HealthContributorNameGenerator::withoutStandardSuffixes)::generateContributorName;
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

		@Bean
		@Order(3)
		@ConditionalOnMissingBean(value = ReactiveHealthContributorRegistry.class, search = SearchStrategy.CURRENT)
		ContributorBeans breakerReactiveContributorBeans(ListableBeanFactory beanFactory,
				ObjectProvider<HealthContributorNameGenerator> names) {
			return ContributorBeans.of(beanFactory, ReactiveHealthContributor.class, HealthConfiguration.naming(names),
					ReactiveHealthContributor::asHealthContributor);
		}

	}

}
