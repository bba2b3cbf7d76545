package dev.breaker.spring.aop;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says at once which annotated methods cannot be guarded, and what to do.
 */
final class InvalidGuardsFailureAnalyzer extends AbstractFailureAnalyzer<InvalidGuardsException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidGuardsException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
	}

}
