package dev.breaker.spring.aop;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.spring.config.BreakerConfigs;

import org.springframework.beans.factory.DisposableBean;

/**
 * Makes the groups of breakers for annotations that have a {@code key}: one for each
 * name, configured as that name, each with the same limit. Safe for use by many threads.
 */
public final class KeyedBreakers implements DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final int limit;

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	/** Those that were not there before. */
	private final Set<String> made = ConcurrentHashMap.newKeySet();

	/**
	 * Makes an empty holder.
	 * @param registry where the groups are made
	 * @param configs their configs
	 * @param limit how many keys of a name may have a breaker at a time, 1 or more
	 */
	public KeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, int limit) {
		this.registry = registry;
		this.configs = configs;
		this.limit = limit;
	}

	CircuitBreakerGroup group(String name) {
		if (this.names.add(name) && this.registry.findGroup(name).isEmpty()) {
			this.made.add(name);
		}
		return this.registry.group(name, this.configs.get(name), this.limit);
	}

	/**
	 * Takes the breakers out that were made for a configured name before it was known
	 * that its calls have keys: no call would ever reach them.
	 * @param used the names that calls without a key use, too
	 */
	void removeIdle(Set<String> used) {
		for (String name : this.names) {
			if (!used.contains(name)
					&& this.registry.find(name).filter((breaker) -> isUntouched(breaker.snapshot())).isPresent()) {
				this.registry.remove(name);
			}
		}
	}

	private static boolean isUntouched(Snapshot snapshot) {
		return snapshot.lastChange() == null && snapshot.successfulCallsTotal() + snapshot.failedCallsTotal()
				+ snapshot.ignoredCallsTotal() + snapshot.notPermittedCallsTotal() == 0;
	}

	/** Leaves nothing of itself in a registry that outlives the context. */
	@Override
	public void destroy() {
		this.made.forEach(this.registry::removeGroup);
		this.made.clear();
		this.names.clear();
	}

}
