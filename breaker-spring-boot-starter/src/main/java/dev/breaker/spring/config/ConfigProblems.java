package dev.breaker.spring.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Collects problems, so that one start of the application shows all of them. A value that
 * is wrong by itself is one problem, however many breakers inherit it; one that
 * contradicts another value is one for each level where the two meet.
 */
final class ConfigProblems {

	private final Map<List<Object>, ConfigProblem> found = new LinkedHashMap<>();

	void add(ConfigProblem problem) {
		this.found.putIfAbsent(
				Arrays.asList(problem.key(), problem.value(), String.valueOf(problem.origin()), problem.reason()),
				problem);
	}

	void addIfAny(@Nullable ConfigProblem problem) {
		if (problem != null) {
			add(problem);
		}
	}

	void throwIfAny() {
		if (!this.found.isEmpty()) {
			throw new InvalidBreakerConfigurationException(List.copyOf(this.found.values()), null);
		}
	}

}
