package dev.breaker.spring.event;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Adds every {@link CircuitBreakerListener} bean of this context, in its order, to the
 * registry once all beans are there, tells it what happened until then, and takes it back
 * when the context closes. Beans of a parent context have a registrar there.
 */
public final class ListenerRegistrar implements SmartLifecycle, DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final StartupNewsKeeper startupNews;

	private final ListableBeanFactory beanFactory;

	private volatile boolean started;

	private List<CircuitBreakerListener> added = List.of();

	/**
	 * Creates a registrar.
	 * @param registry the breakers to listen to
	 * @param startupNews what happened until all beans are there
	 * @param beanFactory has the listeners
	 */
	public ListenerRegistrar(CircuitBreakerRegistry registry, StartupNewsKeeper startupNews,
			ListableBeanFactory beanFactory) {
		this.registry = registry;
		this.startupNews = startupNews;
		this.beanFactory = beanFactory;
		startupNews.of(registry);
	}

	@Override
	public void start() {
		if (!this.started) {
			this.started = true;
			this.added = listeners();
			this.startupNews.of(this.registry).handOver(this.added);
			this.startupNews.finish();
		}
	}

	private List<CircuitBreakerListener> listeners() {
		Set<CircuitBreakerListener> own = Collections.newSetFromMap(new IdentityHashMap<>());
		own.addAll(this.beanFactory.getBeansOfType(CircuitBreakerListener.class).values());
		// Sorts by the order of bean methods too, but sees the beans of parent contexts
		return this.beanFactory.getBeanProvider(CircuitBreakerListener.class)
			.orderedStream()
			.filter(own::contains)
			.toList();
	}

	/** Before anything that calls, such as a web server. */
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	/** Listeners hear what happens until their context has closed. */
	@Override
	public void stop() {
	}

	@Override
	public boolean isRunning() {
		return this.started;
	}

	@Override
	public void destroy() {
		this.added.forEach(this.registry::removeListener);
		this.added = List.of();
	}

}
