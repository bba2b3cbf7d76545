package dev.breaker.spring.fallback;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which signatures would fit, and which methods nearly do.
 */
final class InvalidFallbackFailureAnalyzer extends AbstractFailureAnalyzer<InvalidFallbackException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidFallbackException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
	}

}
