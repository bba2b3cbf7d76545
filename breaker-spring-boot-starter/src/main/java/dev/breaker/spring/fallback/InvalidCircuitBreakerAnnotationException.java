package dev.breaker.spring.fallback;

import java.util.List;
import java.util.function.Function;

/**
 * Annotations ask for what cannot be done. Stops the application at start.
 */
public final class InvalidCircuitBreakerAnnotationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<Problem> problems;

	/**
	 * Makes the exception of one problem.
	 * @param problem what is asked for, of which method, and why it cannot be done
	 * @param remedy what to do about it
	 */
	public InvalidCircuitBreakerAnnotationException(String problem, String remedy) {
		this(List.of(new Problem(problem, remedy)));
	}

	/**
	 * Makes the exception of several problems.
	 * @param problems the problems, at least one
	 */
	public InvalidCircuitBreakerAnnotationException(List<Problem> problems) {
		super((problems.size() == 1) ? problems.get(0).message()
				: "There are %d problems with @CircuitBreaker annotations and their fallbacks:%s"
					.formatted(problems.size(), numbered(problems, Problem::message)));
		this.problems = List.copyOf(problems);
	}

	/**
	 * The problems.
	 * @return an unmodifiable list, never empty
	 */
	public List<Problem> problems() {
		return this.problems;
	}

	/**
	 * What to do about the problems.
	 * @return the remedy of the only problem, or a numbered list of remedies
	 */
	public String remedy() {
		return (this.problems.size() == 1) ? this.problems.get(0).remedy()
				: numbered(this.problems, Problem::remedy).strip();
	}

	private static String numbered(List<Problem> problems, Function<Problem, String> text) {
		StringBuilder numbered = new StringBuilder();
		for (int i = 0; i < problems.size(); i++) {
			numbered.append("%n%n%d. %s".formatted(i + 1, text.apply(problems.get(i))));
		}
		return numbered.toString();
	}

	/**
	 * What an annotation asks for and cannot have.
	 *
	 * @param message what is asked for, of which method, and why it cannot be done
	 * @param remedy what to do about it
	 */
	public record Problem(String message, String remedy) {

	}

}
