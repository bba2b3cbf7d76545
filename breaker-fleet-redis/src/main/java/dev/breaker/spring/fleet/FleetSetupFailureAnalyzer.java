package dev.breaker.spring.fleet;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what a fleet lacks.
 */
final class FleetSetupFailureAnalyzer extends AbstractFailureAnalyzer<FleetSetupException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, FleetSetupException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.remedy(), cause);
	}

}
