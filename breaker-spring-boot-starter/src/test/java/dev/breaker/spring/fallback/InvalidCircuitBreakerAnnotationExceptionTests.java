package dev.breaker.spring.fallback;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InvalidCircuitBreakerAnnotationExceptionTests {

	@Test
	void theOnlyProblemIsTheMessageAndHasNoNumber() {
		InvalidCircuitBreakerAnnotationException exception = new InvalidCircuitBreakerAnnotationException("Too long.",
				"Shorten it.");
		assertThat(exception).hasMessage("Too long.");
		assertThat(exception.remedy()).isEqualTo("Shorten it.");
		assertThat(exception.problems()).containsExactly(new Problem("Too long.", "Shorten it."));
	}

	@Test
	void severalProblemsAndTheirRemediesHaveTheSameNumbers() {
		InvalidCircuitBreakerAnnotationException exception = new InvalidCircuitBreakerAnnotationException(
				List.of(new Problem("Too long.", "Shorten it."), new Problem("100% wrong.", "Correct it.")));
		assertThat(exception).hasMessage(
				"There are 2 problems with @CircuitBreaker annotations and their fallbacks:%n%n1. Too long.%n%n2. 100%% wrong."
					.formatted());
		assertThat(exception.remedy()).isEqualTo("1. Shorten it.%n%n2. Correct it.".formatted());
	}

	@Test
	void theProblemsStayAsTheyWereGiven() {
		List<Problem> problems = new ArrayList<>(List.of(new Problem("a", "b"), new Problem("c", "d")));
		InvalidCircuitBreakerAnnotationException exception = new InvalidCircuitBreakerAnnotationException(problems);
		problems.clear();
		assertThat(exception.problems()).containsExactly(new Problem("a", "b"), new Problem("c", "d")).isUnmodifiable();
	}

}
