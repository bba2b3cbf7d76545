package dev.breaker.spring.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.metrics.BreakerMetrics;
import dev.breaker.spring.metrics.KeyedBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Lets the names that this context uses have meters in its parent's, as long as it is
 * there.
 */
final class SharedMeters implements SmartInitializingSingleton, DisposableBean {

	private final BreakerMetrics metrics;

	private final @Nullable KeyedBreakerMetrics keyedMetrics;

	private final ObjectProvider<GuardedMethodRegistry> guardedMethods;

	private final BreakerConfigs configs;

	private final ListableBeanFactory beanFactory;

	private Set<String> names = Set.of();

	private Set<MeterRegistry> registries = Set.of();

	SharedMeters(BreakerMetrics metrics, @Nullable KeyedBreakerMetrics keyedMetrics,
			ObjectProvider<GuardedMethodRegistry> guardedMethods, BreakerConfigs configs,
			ListableBeanFactory beanFactory) {
		this.metrics = metrics;
		this.keyedMetrics = keyedMetrics;
		this.guardedMethods = guardedMethods;
		this.configs = configs;
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> used = new TreeSet<>(this.configs.httpClientBreakers());
		this.guardedMethods.ifAvailable((methods) -> used.addAll(methods.breakerNames()));
		this.names = used;
		this.registries = Set.copyOf(this.beanFactory.getBeansOfType(MeterRegistry.class).values());
		this.metrics.addNames(this.names);
	}

	@Override
	public void destroy() {
		this.metrics.removeNames(this.names);
		this.registries.forEach(this::unbind);
	}

	private void unbind(MeterRegistry registry) {
		this.metrics.unbind(registry);
		if (this.keyedMetrics != null) {
			this.keyedMetrics.unbind(registry);
		}
	}

}
