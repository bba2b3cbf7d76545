package dev.breaker.spring.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows each property that cannot be used with its value, its place and what to write
 * instead.
 */
class InvalidBreakerConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidBreakerConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidBreakerConfigurationException cause) {
		return new FailureAnalysis(cause.description(), cause.remedy(), cause);
	}

}
