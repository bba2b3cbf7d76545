package dev.breaker.spring.http;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.OutcomeRule.Verdict;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatusCode;

/**
 * The exception that the breaker of a client is told of. A failed request has several
 * forms: what the transport throws, and what the client makes of it for its caller. The
 * rules for exceptions may name any of them.
 */
final class ExceptionForms {

	private ExceptionForms() {
	}

	/** Whether a config has rules for exceptions. */
	static boolean areNamed(CircuitBreakerConfig config) {
		return config.ignoreException() != null || config.recordException() != null
				|| !config.ignoreExceptions().isEmpty() || !config.recordExceptions().isEmpty();
	}

	/**
	 * Chooses among the forms of one exception: the first that an ignore rule names; else
	 * the first that a record rule names; else the first.
	 */
	static <T extends Throwable> T choose(CircuitBreakerConfig config, List<T> forms) {
		return forms.stream()
			.filter((form) -> isIgnored(config, form))
			.findFirst()
			.or(() -> forms.stream().filter((form) -> isRecorded(config, form)).findFirst())
			.orElse(forms.get(0));
	}

	/**
	 * What a breaker is told of an answer; {@code null} where it is a success.
	 * @param breaker the breaker
	 * @param status the status of the answer
	 * @param thrown the exception that a client makes of such an answer for its caller
	 * @param otherwise what the breaker is told where no rule names that exception
	 */
	static @Nullable RuntimeException ofAnswer(CircuitBreaker breaker, HttpStatusCode status,
			Supplier<RuntimeException> thrown, Supplier<HttpStatusException> otherwise) {
		CircuitBreakerConfig config = breaker.config();
		HttpOutcomeRule rule = HttpOutcomeRule.of(config);
		Verdict verdict = rule.judge(status.value());
		if (status.isError() && areNamed(config)) {
			RuntimeException exception = thrown.get();
			boolean leftToRecordRules = verdict == Verdict.SUCCESS && rule.recorded().isEmpty();
			if (isIgnored(config, exception) || (leftToRecordRules && isRecorded(config, exception))) {
				return exception;
			}
		}
		return (verdict != Verdict.SUCCESS) ? otherwise.get() : null;
	}

	private static boolean isIgnored(CircuitBreakerConfig config, Throwable thrown) {
		return matches(thrown, config.ignoreExceptions(), config.ignoreException());
	}

	private static boolean isRecorded(CircuitBreakerConfig config, Throwable thrown) {
		return matches(thrown, config.recordExceptions(), config.recordException());
	}

	private static boolean matches(Throwable thrown, List<Class<? extends Throwable>> classes,
			@Nullable Predicate<? super Throwable> predicate) {
		try {
			return classes.stream().anyMatch((type) -> type.isInstance(thrown))
					|| (predicate != null && predicate.test(thrown));
		}
		catch (Throwable ex) {
			// The breaker asks again, and reports it.
			return true;
		}
	}

}
