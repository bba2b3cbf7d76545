package dev.breaker.spring.config;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Refuse;
import dev.breaker.State;

/**
 * Tells whether anything of a config can open its breaker, or refuse a share of its
 * calls.
 */
final class RuleCheck {

	static final String REMEDY = "failure-rate-threshold is none, and neither slow-call-duration-threshold nor consecutive-failure-threshold is set. Set one of the three, or initial-state METRICS_ONLY where calls are only to be counted";

	private RuleCheck() {
	}

	/** Whether there is a rule, or the breaker begins in a state that needs none. */
	static boolean hasRule(CircuitBreakerConfig config) {
		State initial = config.initialState();
		return config.failureRateThreshold() != null || config.slowCallDurationThreshold() != null
				|| config.consecutiveFailureThreshold() != null || config.refuse() == Refuse.SHARE
				|| !config.openWhenDown().isEmpty() || initial == State.METRICS_ONLY || initial == State.DISABLED
				|| initial == State.FORCED_OPEN;
	}

}
