package dev.breaker.spring.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found so far, so that one start of the application shows all of it. A value
 * that is wrong by itself is one problem, however many breakers inherit it; one that
 * contradicts another value is one for each level where the two meet.
 */
final class Problems {

	private final Map<List<Object>, Problem> found = new LinkedHashMap<>();

	void add(Problem problem) {
		this.found.putIfAbsent(
				Arrays.asList(problem.key(), problem.value(), String.valueOf(problem.origin()), problem.reason()),
				problem);
	}

	void throwIfAny() {
		if (!this.found.isEmpty()) {
			throw new InvalidBreakerConfigurationException(List.copyOf(this.found.values()), null);
		}
	}

}
