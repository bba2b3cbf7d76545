package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.aop.UnguardedMethodFinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that says what
 * {@code breaker.enabled=false} takes away.
 */
@AutoConfiguration
@Conditional(BreakerDisabledAutoConfiguration.OnBreakerDisabledCondition.class)
public final class BreakerDisabledAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(BreakerDisabledAutoConfiguration.class);

	@Bean
	@Lazy(false)
	SmartInitializingSingleton breakerDisabledReport(ConfigurableListableBeanFactory beanFactory) {
		return () -> logger.warn(
				"breaker.enabled is false: there are no circuit breakers. Methods with @CircuitBreaker that run unguarded: {}",
				new UnguardedMethodFinder(beanFactory, false).count());
	}

	static final class OnBreakerDisabledCondition extends OnBreakerEnabledCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionOutcome enabled = super.getMatchOutcome(context, metadata);
			return new ConditionOutcome(!enabled.isMatch(), enabled.getConditionMessage());
		}

	}

}
