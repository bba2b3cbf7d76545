package dev.breaker.spring.config;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows each property that cannot be used with its value, its place and what to write
 * instead.
 */
class InvalidBreakerConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidBreakerConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidBreakerConfigurationException cause) {
		String description = cause.problems()
			.stream()
			.map(ConfigProblem::describe)
			.collect(Collectors.joining("%n%n".formatted(),
					"The configuration of the circuit breakers cannot be used:%n%n".formatted(), ""));
		String action = Stream
			.concat(cause.problems().stream().map(ConfigProblem::remedy),
					cause.problems().stream().map(ConfigProblem::valid).filter(Objects::nonNull))
			.distinct()
			.collect(Collectors.joining("%n".formatted()));
		return new FailureAnalysis(description, action, cause);
	}

}
