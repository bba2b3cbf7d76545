package dev.breaker.spring.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.fallback.FallbackListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.DisposableBean;

/**
 * Gives every breaker its meters, in each meter registry that is bound, from the moment
 * it exists until it is removed from the registry of breakers or the context closes. The
 * breakers of a group share those of its name. The meters:
 * <ul>
 * <li>{@code breaker.calls}: timer; tags {@code name}, {@code outcome} (success, failure,
 * ignored)</li>
 * <li>{@code breaker.calls.slow}, {@code breaker.calls.not.permitted}: counters; tag
 * {@code name}</li>
 * <li>{@code breaker.state}: gauge, 1 for the present state; tags {@code name},
 * {@code state}</li>
 * <li>{@code breaker.failure.rate}, {@code breaker.slow.call.rate}: gauges, percent of
 * the window, NaN while it is empty; tag {@code name}</li>
 * <li>{@code breaker.window.calls}: gauge; tag {@code name}</li>
 * <li>{@code breaker.state.transitions}: counter; tags {@code name}, {@code from},
 * {@code to}</li>
 * <li>{@code breaker.fallbacks}: counter; tags {@code name}, {@code outcome} (success,
 * failure)</li>
 * </ul>
 */
public final class BreakerMetrics implements MeterBinder, FallbackListener, DisposableBean {

	private final CircuitBreakerRegistry breakers;

	private final Supplier<Set<String>> annotatedNames;

	/** Guarded by itself. */
	private final Map<MeterRegistry, MeterBinding> bindings = new HashMap<>();

	// What the bindings are, for the calls to read without a lock.
	private volatile List<MeterBinding> bound = List.of();

	/**
	 * Creates meters for breakers.
	 * @param breakers the breakers to measure
	 * @param annotatedNames the names that have their meters before they have a breaker
	 */
	public BreakerMetrics(CircuitBreakerRegistry breakers, Supplier<Set<String>> annotatedNames) {
		this.breakers = breakers;
		this.annotatedNames = annotatedNames;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		synchronized (this.bindings) {
			if (!this.bindings.containsKey(registry)) {
				MeterBinding binding = new MeterBinding(this.breakers, registry);
				this.bindings.put(registry, binding);
				this.bound = List.copyOf(this.bindings.values());
				binding.open(this.annotatedNames.get());
			}
		}
	}

	@Override
	public void onFallback(String name, boolean success) {
		for (MeterBinding binding : this.bound) {
			binding.countFallback(name, success);
		}
	}

	@Override
	public void destroy() {
		synchronized (this.bindings) {
			this.bound = List.of();
			this.bindings.values().forEach(MeterBinding::close);
			this.bindings.clear();
		}
	}

}
