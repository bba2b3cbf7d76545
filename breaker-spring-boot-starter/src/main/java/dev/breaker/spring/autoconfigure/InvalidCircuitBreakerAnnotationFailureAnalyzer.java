package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows which annotated methods cannot be guarded, which fallbacks cannot run, and what
 * to do about each.
 */
final class InvalidCircuitBreakerAnnotationFailureAnalyzer
		extends AbstractFailureAnalyzer<InvalidCircuitBreakerAnnotationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidCircuitBreakerAnnotationException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
	}

}
