package dev.breaker.spring.fleet;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code breaker.cluster.enabled} as {@link BreakerProperties} do, so that
 * {@code on} and {@code yes} are true in every kind of file. A value that is no boolean
 * stops the application.
 */
final class OnFleetEnabledCondition extends SpringBootCondition {

	private static final String PROPERTY = "breaker.cluster.enabled";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = BreakerProperties.find(context.getEnvironment(), PROPERTY, Boolean.class).orElse(false);
		return new ConditionOutcome(enabled,
				ConditionMessage.forCondition("fleet").because("%s is %s".formatted(PROPERTY, enabled)));
	}

}
