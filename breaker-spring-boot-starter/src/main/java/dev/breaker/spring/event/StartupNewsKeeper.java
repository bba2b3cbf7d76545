package dev.breaker.spring.event;

import java.util.HashMap;
import java.util.Map;

import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Listens to each {@link CircuitBreakerRegistry} from the moment it is made, before any
 * bean gets hold of it; to that of a parent context from the moment this context starts.
 */
public final class StartupNewsKeeper implements BeanPostProcessor, DisposableBean {

	private final ListableBeanFactory beanFactory;

	/** Guarded by itself. */
	private final Map<CircuitBreakerRegistry, StartupNews> newsByRegistry = new HashMap<>();

	/**
	 * Creates a keeper.
	 * @param beanFactory the beans of this context
	 * @param parent the beans of the parent context whose registry this one shares, or
	 * {@code null}
	 */
	public StartupNewsKeeper(ListableBeanFactory beanFactory, @Nullable BeanFactory parent) {
		this.beanFactory = beanFactory;
		if (parent != null) {
			parent.getBeanProvider(CircuitBreakerRegistry.class).ifUnique(this::of);
		}
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof CircuitBreakerRegistry registry) {
			of(registry);
		}
		return bean;
	}

	/**
	 * The news of a registry.
	 * @param registry the registry
	 * @return its news, from the first time that it was asked for
	 */
	public StartupNews of(CircuitBreakerRegistry registry) {
		synchronized (this.newsByRegistry) {
			return this.newsByRegistry.computeIfAbsent(registry, (key) -> new StartupNews(key, this::log));
		}
	}

	// The log of this context alone: that of a parent hears by itself.
	private @Nullable StateChangeLogger log() {
		try {
			return (this.beanFactory.getBeanNamesForType(StateChangeLogger.class, true, false).length == 1)
					? this.beanFactory.getBean(StateChangeLogger.class) : null;
		}
		catch (BeansException ex) {
			// One of the application's own that cannot be made yet hears later
			return null;
		}
	}

	/** All beans are there. */
	void finish() {
		synchronized (this.newsByRegistry) {
			this.newsByRegistry.values().forEach(StartupNews::close);
			this.newsByRegistry.clear();
		}
	}

	@Override
	public void destroy() {
		finish();
	}

}
