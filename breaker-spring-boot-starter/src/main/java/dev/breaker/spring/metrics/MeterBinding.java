package dev.breaker.spring.metrics;

import java.util.Collection;
import java.util.HashSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.spring.event.StartupNews;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Keeps the meters of one meter registry in step with the breakers that there are. Names
 * that annotations use keep their meters, with a breaker or without, and so do those of
 * groups while they are there; those of any other name go with its last breaker.
 */
final class MeterBinding implements CircuitBreakerRegistryListener {

	private final CircuitBreakerRegistry breakers;

	private final MeterRegistry meterRegistry;

	private final StartupNews startupNews;

	private final Map<String, BreakerMeters> metersByName = new ConcurrentHashMap<>();

	/** Guarded by this. */
	private final Map<CircuitBreaker, Attached> attached = new HashMap<>();

	/** Guarded by this. */
	private final Set<String> lasting = new HashSet<>();

	/** Guarded by this. */
	private boolean closed;

	MeterBinding(CircuitBreakerRegistry breakers, MeterRegistry meterRegistry, StartupNews startupNews) {
		this.breakers = breakers;
		this.meterRegistry = meterRegistry;
		this.startupNews = startupNews;
	}

	void open(Collection<String> lastingNames) {
		addLasting(lastingNames);
		this.breakers.addRegistryListener(this);
	}

	synchronized void removeLasting(Collection<String> names) {
		this.lasting.removeAll(names);
		for (String name : names) {
			BreakerMeters meters = this.metersByName.get(name);
			if (meters != null && meters.isEmpty()) {
				this.metersByName.remove(name);
				meters.unregister();
			}
		}
	}

	synchronized void addLasting(Collection<String> names) {
		this.lasting.addAll(names);
		names.forEach(this::meters);
	}

	@Override
	public void onAdded(CircuitBreaker breaker) {
		reconcile(breaker);
	}

	@Override
	public void onRemoved(CircuitBreaker breaker) {
		reconcile(breaker);
	}

	@Override
	public synchronized void onGroupAdded(CircuitBreakerGroup group) {
		if (!this.closed && isGroup(group.name())) {
			meters(group.name());
		}
	}

	@Override
	public synchronized void onGroupRemoved(CircuitBreakerGroup group) {
		dropUnused(group.name());
	}

	private boolean isGroup(String name) {
		return this.breakers.findGroup(name).isPresent();
	}

	// News of adding and removing may come in the wrong order: what counts is whether the
	// breaker is there now.
	private void reconcile(CircuitBreaker breaker) {
		MeterListener added = null;
		synchronized (this) {
			boolean present = this.breakers.find(breaker.name()).filter((found) -> found == breaker).isPresent();
			if (!present) {
				detach(breaker);
			}
			else if (!this.closed && !this.attached.containsKey(breaker)) {
				added = attach(breaker);
			}
		}
		if (added != null) {
			added.begin(breaker);
		}
	}

	private MeterListener attach(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		String name = (group != null) ? group.name() : breaker.name();
		BreakerMeters meters = meters(name);
		Attached added = new Attached(name, meters, new MeterListener(meters));
		meters.add(breaker);
		this.startupNews.addTo(breaker, added.listener());
		this.attached.put(breaker, added);
		return added.listener();
	}

	private void detach(CircuitBreaker breaker) {
		Attached gone = this.attached.remove(breaker);
		if (gone == null) {
			return;
		}
		breaker.removeListener(gone.listener());
		gone.meters().remove(breaker);
		dropUnused(gone.name());
	}

	private void dropUnused(String name) {
		BreakerMeters meters = this.metersByName.get(name);
		if (meters != null && meters.isEmpty() && !this.lasting.contains(name) && !isGroup(name)) {
			this.metersByName.remove(name);
			meters.unregister();
		}
	}

	private BreakerMeters meters(String name) {
		return this.metersByName.computeIfAbsent(name, (key) -> new BreakerMeters(this.meterRegistry, key));
	}

	void countFallback(String name, boolean success) {
		BreakerMeters meters = this.metersByName.get(name);
		if (meters != null) {
			Counter counter = success ? meters.fallbackSuccess : meters.fallbackFailure;
			counter.increment();
		}
	}

	void close() {
		this.breakers.removeRegistryListener(this);
		synchronized (this) {
			this.closed = true;
			this.lasting.clear();
			Set.copyOf(this.attached.keySet()).forEach(this::detach);
			this.metersByName.values().forEach(BreakerMeters::unregister);
			this.metersByName.clear();
		}
	}

	private record Attached(String name, BreakerMeters meters, MeterListener listener) {
	}

}
