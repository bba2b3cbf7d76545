package dev.breaker.spring.aop;

import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.dao.InvalidDataAccessApiUsageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rules that look at what a library has translated.
 */
class MatchCausesTests {

	@ParameterizedTest
	@CsvSource({ "true, 1, 0", "false, 0, 1" })
	void exceptionsAreNotHiddenByTranslation(boolean matchCauses, long ignored, long failed) {
		Contexts.with(Repository.class)
			.withPropertyValues("breaker.instances.orders.ignore-exceptions=java.lang.IllegalArgumentException",
					"breaker.instances.orders.match-causes=" + matchCauses)
			.run((context) -> {
				assertThatExceptionOfType(InvalidDataAccessApiUsageException.class)
					.isThrownBy(() -> context.getBean(Repository.class).find(null));
				assertThat(Contexts.breaker(context, "orders").snapshot()).satisfies((snapshot) -> {
					assertThat(snapshot.ignoredCallsTotal()).isEqualTo(ignored);
					assertThat(snapshot.failedCallsTotal()).isEqualTo(failed);
				});
			});
	}

	static class Repository {

		@CircuitBreaker(name = "orders")
		String find(String id) {
			try {
				throw new IllegalArgumentException("The given id must not be null");
			}
			catch (IllegalArgumentException ex) {
				throw new InvalidDataAccessApiUsageException("Translated", ex);
			}
		}

	}

}
