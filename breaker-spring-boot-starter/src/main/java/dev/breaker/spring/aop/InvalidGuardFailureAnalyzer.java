package dev.breaker.spring.aop;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which annotated method cannot be guarded, and what to do.
 */
final class InvalidGuardFailureAnalyzer extends AbstractFailureAnalyzer<InvalidGuardException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidGuardException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
	}

}
