package dev.breaker.spring.fleet;

import java.util.List;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import org.jspecify.annotations.Nullable;

import org.springframework.util.PatternMatchUtils;

/**
 * Which breakers are shared. Safe for use by many threads.
 */
final class SharedNames {

	private final @Nullable List<String> patterns;

	private final Predicate<String> configured;

	/**
	 * Creates the names.
	 * @param patterns names, or patterns with {@code *}; {@code null} for those that are
	 * configured
	 * @param configured whether the properties have an instance of a name
	 */
	SharedNames(@Nullable List<String> patterns, Predicate<String> configured) {
		this.patterns = patterns;
		this.configured = configured;
	}

	/**
	 * Whether a breaker is one of these. The one that keys share which have no breaker of
	 * their own is none: on each instance it is that of other keys.
	 */
	boolean has(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group == null) ? has(breaker.name())
				: breaker.key() != null && (has(breaker.name()) || has(group.name()));
	}

	boolean has(CircuitBreakerGroup group) {
		return has(group.name());
	}

	private boolean has(String name) {
		return (this.patterns != null) ? PatternMatchUtils.simpleMatch(this.patterns.toArray(String[]::new), name)
				: this.configured.test(name);
	}

	/** What is written that is the name of none of these. */
	List<String> withoutAny(List<String> names) {
		return (this.patterns != null) ? this.patterns.stream()
			.filter((pattern) -> names.stream().noneMatch((name) -> PatternMatchUtils.simpleMatch(pattern, name)))
			.toList() : List.of();
	}

}
