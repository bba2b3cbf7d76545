package dev.breaker.spring.aop;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What guards by which name, in all application contexts that share a registry. Where two
 * of them use one name, a call of the one can be inside of a call of the other. It knows
 * these contexts by their guarded methods. Safe for use by many threads.
 */
final class SharedNames {

	private final Map<String, Set<NamedBreaker>> byName = new ConcurrentHashMap<>();

	private final Set<GuardedMethodRegistry> contexts = ConcurrentHashMap.newKeySet();

	void add(GuardedMethodRegistry context) {
		this.contexts.add(context);
	}

	Set<GuardedMethodRegistry> contexts() {
		return this.contexts;
	}

	void add(NamedBreaker breaker) {
		Set<NamedBreaker> ofName = this.byName.compute(breaker.name(), (name, present) -> {
			Set<NamedBreaker> all = (present != null) ? present : ConcurrentHashMap.newKeySet();
			all.add(breaker);
			return all;
		});
		if (ofName.size() > 1) {
			ofName.forEach(NamedBreaker::nests);
		}
	}

	/** A context closes: nothing of it is kept. */
	void removeAll(GuardedMethodRegistry context, Collection<NamedBreaker> breakers) {
		this.contexts.remove(context);
		for (NamedBreaker breaker : breakers) {
			this.byName.computeIfPresent(breaker.name(), (name, ofName) -> {
				ofName.remove(breaker);
				return ofName.isEmpty() ? null : ofName;
			});
		}
	}

}
