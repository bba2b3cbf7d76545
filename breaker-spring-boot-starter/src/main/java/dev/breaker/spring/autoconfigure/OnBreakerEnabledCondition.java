package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code breaker.enabled} as {@link BreakerProperties} do.
 */
class OnBreakerEnabledCondition extends SpringBootCondition implements ConfigurationCondition {

	static final String PROPERTY = "breaker.enabled";

	/** Once for each class, and before anything else of it is read. */
	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.PARSE_CONFIGURATION;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = isEnabled(context.getEnvironment());
		return new ConditionOutcome(enabled,
				ConditionMessage.forCondition(ConditionalOnBreakerEnabled.class).because(PROPERTY + " is " + enabled));
	}

	static boolean isEnabled(Environment environment) {
		return BreakerProperties.find(environment, PROPERTY, Boolean.class).orElse(true);
	}

}
