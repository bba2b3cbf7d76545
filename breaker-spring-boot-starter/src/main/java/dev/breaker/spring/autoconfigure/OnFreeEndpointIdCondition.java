package dev.breaker.spring.autoconfigure;

import java.util.List;
import java.util.Objects;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Looks for endpoints of the same id, once the beans of others are known.
 */
class OnFreeEndpointIdCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnFreeEndpointId.class);
		if (BreakerProperties.find(context.getEnvironment(), EndpointIds.REPLACE_OTHERS, Boolean.class).orElse(false)) {
			return ConditionOutcome.match(message.because(EndpointIds.REPLACE_OTHERS + " is true"));
		}
		String id = metadata.getAnnotations().get(ConditionalOnFreeEndpointId.class).getString("value");
		ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
		List<String> others = EndpointIds.others(beanFactory, id);
		return others.isEmpty() ? ConditionOutcome.match(message.didNotFind("other endpoint").items(id))
				: ConditionOutcome.noMatch(message.found("other endpoint", "other endpoints").items(others));
	}

}
