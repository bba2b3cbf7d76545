package dev.breaker.spring.aop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import dev.breaker.spring.fallback.InvalidFallbackException;
import org.jspecify.annotations.Nullable;

/**
 * Collects what annotations ask for and cannot have, each once, so that one start tells
 * all of it.
 */
final class GuardProblems {

	private final Map<String, RuntimeException> problems = new LinkedHashMap<>();

	void add(InvalidGuardException problem) {
		this.problems.putIfAbsent(problem.getMessage(), problem);
	}

	void add(InvalidFallbackException problem) {
		this.problems.putIfAbsent(problem.getMessage(), problem);
	}

	/** Gets something, or {@code null} and one more problem. */
	<T> @Nullable T get(Supplier<@Nullable T> supplier) {
		try {
			return supplier.get();
		}
		catch (InvalidGuardException ex) {
			add(ex);
		}
		catch (InvalidFallbackException ex) {
			add(ex);
		}
		return null;
	}

	/** Runs something, which may add one more problem. */
	void run(Runnable check) {
		this.<Boolean>get(() -> {
			check.run();
			return true;
		});
	}

	boolean isEmpty() {
		return this.problems.isEmpty();
	}

	int size() {
		return this.problems.size();
	}

	/** One exception for all: the problem itself where there is only one. */
	RuntimeException toException() {
		return (size() == 1) ? this.problems.values().iterator().next()
				: new InvalidGuardsException(this.problems.values());
	}

}
