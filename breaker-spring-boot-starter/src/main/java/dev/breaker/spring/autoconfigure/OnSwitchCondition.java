package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads a switch as {@link BreakerProperties} do.
 */
class OnSwitchCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		MergedAnnotation<ConditionalOnSwitch> annotation = metadata.getAnnotations().get(ConditionalOnSwitch.class);
		String key = annotation.getString("value");
		boolean on = BreakerProperties.find(context.getEnvironment(), key, Boolean.class)
			.orElse(annotation.getBoolean("byDefault"));
		return new ConditionOutcome(on,
				ConditionMessage.forCondition(ConditionalOnSwitch.class).because(key + " is " + on));
	}

}
