package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Looks for the breaker of the first entry, which each entry must have.
 */
class OnHttpRejectsCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String PROPERTY = "breaker.http.server.reject[0].breaker";

	/** Once for each class, and before anything else of it is read. */
	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.PARSE_CONFIGURATION;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean found = BreakerProperties.find(context.getEnvironment(), PROPERTY, String.class).isPresent();
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnHttpRejects.class);
		return found ? ConditionOutcome.match(message.found("property").items(PROPERTY))
				: ConditionOutcome.noMatch(message.didNotFind("property").items(PROPERTY));
	}

}
