package dev.breaker.spring.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.StartupNews;
import dev.breaker.spring.fallback.FallbackListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.DisposableBean;

/**
 * Gives every breaker its meters, in each meter registry that is bound, from the moment
 * it exists until it is removed from the registry of breakers or the context closes;
 * names that annotations use keep theirs until then. The breakers of a group share those
 * of its name. The meters:
 * <ul>
 * <li>{@code breaker.calls}: timer; tags {@code name}, {@code outcome} (success, failure,
 * ignored)</li>
 * <li>{@code breaker.calls.slow}, {@code breaker.calls.not.permitted},
 * {@code breaker.calls.would.refuse}: counters; tag {@code name}</li>
 * <li>{@code breaker.enforced}: gauge, 1 where calls are refused, 0 where they are let
 * through all the same, of a group of how many of its breakers they are refused; tag
 * {@code name}</li>
 * <li>{@code breaker.state}: gauge, 1 for the present state, of a group how many of its
 * breakers are in it; tags {@code name}, {@code state}</li>
 * <li>{@code breaker.failure.rate}, {@code breaker.slow.call.rate}: gauges, percent of
 * the window, NaN while it is empty; tag {@code name}</li>
 * <li>{@code breaker.failure.rate.threshold}, {@code breaker.slow.call.rate.threshold}:
 * gauges, percent, of a group the lowest, NaN where it is off or there is no breaker; tag
 * {@code name}</li>
 * <li>{@code breaker.window.calls}: gauge; tag {@code name}</li>
 * <li>{@code breaker.calls.in.flight}: gauge, calls under way, of a group those of all
 * its breakers, 0 where {@code count-hung-calls} is off; tag {@code name}</li>
 * <li>{@code breaker.calls.until.evaluated}: gauge, of a group the fewest, NaN where
 * there is no breaker; tag {@code name}</li>
 * <li>{@code breaker.admitted.share}: gauge, percent of the calls that are admitted while
 * closed, 100 in other states, of a group the lowest, NaN where there is no breaker; tag
 * {@code name}</li>
 * <li>{@code breaker.state.duration}: gauge, the time since the present state began, zero
 * for the others, of a group the longest of its breakers in that state; tags
 * {@code name}, {@code state}</li>
 * <li>{@code breaker.retry.after}: gauge, the time until a probe may pass, of a group the
 * longest; tag {@code name}</li>
 * <li>{@code breaker.signals}: gauge, how many signals live; tag {@code name}</li>
 * <li>{@code breaker.state.transitions}: counter; tags {@code name}, {@code from},
 * {@code to}, {@code reason}</li>
 * <li>{@code breaker.fallbacks}: counter; tags {@code name}, {@code outcome} (success,
 * failure)</li>
 * </ul>
 */
public final class BreakerMetrics implements MeterBinder, FallbackListener, DisposableBean {

	private final CircuitBreakerRegistry breakers;

	private final Supplier<Set<String>> annotatedNames;

	private final StartupNews startupNews;

	/** Guarded by itself. */
	private final Map<MeterRegistry, MeterBinding> bindings = new HashMap<>();

	// What the bindings are, for the calls to read without a lock.
	private volatile List<MeterBinding> bound = List.of();

	/**
	 * Creates meters for breakers of which nothing was told yet.
	 * @param breakers the breakers to measure
	 * @param annotatedNames the names that have their meters before they have a breaker
	 */
	public BreakerMetrics(CircuitBreakerRegistry breakers, Supplier<Set<String>> annotatedNames) {
		this(breakers, annotatedNames, StartupNews.none());
	}

	/**
	 * Creates meters for breakers.
	 * @param breakers the breakers to measure
	 * @param annotatedNames the names that have their meters before they have a breaker
	 * @param startupNews what happened before meter registries are bound
	 */
	public BreakerMetrics(CircuitBreakerRegistry breakers, Supplier<Set<String>> annotatedNames,
			StartupNews startupNews) {
		this.breakers = breakers;
		this.annotatedNames = annotatedNames;
		this.startupNews = startupNews;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		synchronized (this.bindings) {
			if (!this.bindings.containsKey(registry)) {
				MeterBinding binding = new MeterBinding(this.breakers, registry, this.startupNews);
				this.bindings.put(registry, binding);
				this.bound = List.copyOf(this.bindings.values());
				binding.open(this.annotatedNames.get());
			}
		}
	}

	/**
	 * Lets go of a meter registry that closes before this context does.
	 * @param registry the registry
	 */
	public void unbind(MeterRegistry registry) {
		synchronized (this.bindings) {
			MeterBinding binding = this.bindings.remove(registry);
			if (binding != null) {
				this.bound = List.copyOf(this.bindings.values());
				binding.close();
			}
		}
	}

	/**
	 * Gives names their meters, with a breaker or without.
	 * @param names the names that annotations of another context use
	 */
	public void addNames(Collection<String> names) {
		this.bound.forEach((binding) -> binding.addLasting(names));
	}

	/**
	 * Takes the meters of names back that have no breaker.
	 * @param names the names that were added, and that this context does not use
	 */
	public void removeNames(Collection<String> names) {
		if (this.bound.isEmpty()) {
			return;
		}
		Set<String> gone = new HashSet<>(names);
		gone.removeAll(this.annotatedNames.get());
		this.bound.forEach((binding) -> binding.removeLasting(gone));
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
