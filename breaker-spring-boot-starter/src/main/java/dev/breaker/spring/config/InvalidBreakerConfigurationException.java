package dev.breaker.spring.config;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Properties of circuit breakers that cannot be used. Stops the application at start; at
 * run time nothing of what was to be changed is applied.
 */
public final class InvalidBreakerConfigurationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<ConfigProblem> problems;

	InvalidBreakerConfigurationException(List<ConfigProblem> problems, @Nullable Throwable cause) {
		super(problems.stream()
			.map((problem) -> "\"" + problem.key() + "\" " + problem.reason())
			.collect(Collectors.joining("; ")), cause);
		this.problems = problems;
	}

	/**
	 * Each property that cannot be used, with its value, its place and what is wrong.
	 * @return several lines
	 */
	public String description() {
		return this.problems.stream()
			.map(ConfigProblem::describe)
			.collect(Collectors.joining("%n%n".formatted(),
					"The configuration of the circuit breakers cannot be used:%n%n".formatted(), ""));
	}

	/**
	 * What to write instead.
	 * @return one or more lines
	 */
	public String remedy() {
		return remedies().collect(Collectors.joining("%n".formatted()));
	}

	private Stream<String> remedies() {
		return Stream
			.concat(this.problems.stream().map(ConfigProblem::remedy),
					this.problems.stream().map(ConfigProblem::valid).filter(Objects::nonNull))
			.distinct();
	}

	/**
	 * What is wrong, with each value, and what to write instead.
	 * @return one line
	 */
	public String summary() {
		String wrong = this.problems.stream()
			.map((problem) -> "\"%s\"%s %s".formatted(problem.key(), shown(problem.value()), problem.reason()))
			.collect(Collectors.joining("; "));
		return (wrong + ". " + remedies().collect(Collectors.joining(" "))).replaceAll("\\s+", " ");
	}

	private static String shown(@Nullable Object value) {
		return (value != null) ? " (" + LogText.oneLine(value.toString()) + ")" : "";
	}

}
