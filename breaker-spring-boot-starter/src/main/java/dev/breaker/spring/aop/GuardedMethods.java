package dev.breaker.spring.aop;

import java.util.Set;

/**
 * What every annotated method of every bean means: worked out at start.
 */
public final class GuardedMethods {

	private final Set<String> breakerNames;

	public GuardedMethods(Set<String> breakerNames) {
		this.breakerNames = Set.copyOf(breakerNames);
	}

	public Set<String> breakerNames() {
		return this.breakerNames;
	}

}
