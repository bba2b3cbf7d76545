package dev.breaker.spring.config;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The {@code breaker.*} properties cannot be used. Stops the application at start.
 */
final class InvalidBreakerConfigurationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<ConfigProblem> problems;

	InvalidBreakerConfigurationException(List<ConfigProblem> problems, @Nullable Throwable cause) {
		super(problems.stream()
			.map((problem) -> "\"" + problem.key() + "\" " + problem.reason())
			.collect(Collectors.joining("; ")), cause);
		this.problems = problems;
	}

	List<ConfigProblem> problems() {
		return this.problems;
	}

}
