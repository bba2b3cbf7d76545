package dev.breaker.spring.aspectj;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.config.BreakerProperties;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that gives the aspect the circuit
 * breakers of the context, before any of its other beans are made.
 */
@AutoConfiguration(after = BreakerAopAutoConfiguration.class)
public final class BreakerAspectjAutoConfiguration {

	@Bean
	@Conditional(OnAspectjModeCondition.class)
	@ConditionalOnBean(value = GuardedMethodRegistry.class, search = SearchStrategy.CURRENT)
	WovenCalls breakerWovenCalls(GuardedMethodRegistry methods, CircuitBreakerRegistry registry) {
		return new WovenCalls(methods, registry);
	}

	@Bean
	static BeanFactoryInitializer<ConfigurableListableBeanFactory> breakerWovenCallsInitializer() {
		return (beanFactory) -> {
			if (beanFactory.getBeanProvider(WovenCalls.class).getIfAvailable() == null) {
				ActiveContext.startedWithoutGuards();
			}
		};
	}

	static final class OnAspectjModeCondition extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			BreakerProperties.Mode mode = BreakerProperties
				.find(context.getEnvironment(), BreakerProperties.MODE, BreakerProperties.Mode.class)
				.orElse(BreakerProperties.Mode.PROXY);
			return new ConditionOutcome(mode == BreakerProperties.Mode.ASPECTJ,
					ConditionMessage.forCondition("AspectJ mode")
						.because("%s is %s".formatted(BreakerProperties.MODE, mode)));
		}

	}

}
