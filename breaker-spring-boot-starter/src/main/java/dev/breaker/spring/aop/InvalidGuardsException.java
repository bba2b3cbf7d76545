package dev.breaker.spring.aop;

import java.util.Collection;
import java.util.List;

import dev.breaker.spring.fallback.InvalidFallbackException;

/**
 * Several annotations ask for what cannot be done.
 */
final class InvalidGuardsException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String remedy;

	InvalidGuardsException(Collection<RuntimeException> problems) {
		super("There are %d problems with @CircuitBreaker annotations and their fallbacks:%s".formatted(problems.size(),
				numbered(problems.stream().map(Throwable::getMessage).toList())));
		this.remedy = numbered(problems.stream().map(InvalidGuardsException::remedyOf).toList()).strip();
		problems.forEach(this::addSuppressed);
	}

	private static String remedyOf(RuntimeException problem) {
		return (problem instanceof InvalidFallbackException fallback) ? fallback.remedy()
				: ((InvalidGuardException) problem).remedy();
	}

	private static String numbered(List<String> texts) {
		StringBuilder numbered = new StringBuilder();
		for (int i = 0; i < texts.size(); i++) {
			numbered.append("%n%n%d. %s".formatted(i + 1, texts.get(i)));
		}
		return numbered.toString();
	}

	String remedy() {
		return this.remedy;
	}

}
