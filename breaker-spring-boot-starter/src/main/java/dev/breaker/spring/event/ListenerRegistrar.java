package dev.breaker.spring.event;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Adds every {@link CircuitBreakerListener} bean, in its order, to the registry once all
 * beans are there, and takes them back when the context closes.
 */
public final class ListenerRegistrar implements SmartInitializingSingleton, DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final ObjectProvider<CircuitBreakerListener> listeners;

	private final List<CircuitBreakerListener> added = new ArrayList<>();

	public ListenerRegistrar(CircuitBreakerRegistry registry, ObjectProvider<CircuitBreakerListener> listeners) {
		this.registry = registry;
		this.listeners = listeners;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.listeners.orderedStream().forEach((listener) -> {
			this.registry.addListener(listener);
			this.added.add(listener);
		});
	}

	@Override
	public void destroy() {
		this.added.forEach(this.registry::removeListener);
		this.added.clear();
	}

}
