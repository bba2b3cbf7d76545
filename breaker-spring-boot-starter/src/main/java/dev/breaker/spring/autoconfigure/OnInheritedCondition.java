package dev.breaker.spring.autoconfigure;

import java.util.Objects;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Looks in the parent contexts that this one shares the registry with.
 */
class OnInheritedCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Class<?> type = metadata.getAnnotations().get(ConditionalOnInherited.class).getClass("value");
		boolean inherited = Hierarchy.isInherited(Objects.requireNonNull(context.getBeanFactory()), type);
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnInherited.class);
		return inherited ? ConditionOutcome.match(message.found("bean of a parent context").items(type))
				: ConditionOutcome.noMatch(message.didNotFind("bean of a parent context").items(type));
	}

}
