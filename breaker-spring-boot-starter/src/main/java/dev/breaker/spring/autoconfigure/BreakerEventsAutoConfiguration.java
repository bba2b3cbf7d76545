package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.DefaultStateChangeLogger;
import dev.breaker.spring.event.ListenerRegistrar;
import dev.breaker.spring.event.StartupNewsKeeper;
import dev.breaker.spring.event.StateChangeLogger;
import dev.breaker.spring.event.StateChangePublisher;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the news of circuit breakers:
 * the log line, the application event, and every {@link CircuitBreakerListener} bean.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerEventsAutoConfiguration {

	@Bean
	@ConditionalOnMissingPart
	StateChangeLogger breakerStateChangeLogger() {
		return new DefaultStateChangeLogger();
	}

	@Bean
	StateChangePublisher breakerStateChangePublisher(ApplicationContext context) {
		ApplicationContext parent = context.getParent();
		return new StateChangePublisher(context, parent != null && !Hierarchy.hasOwnRegistry(context)
				&& Hierarchy.sharesAny(parent, StateChangePublisher.class));
	}

	@Bean
	ListenerRegistrar breakerListenerRegistrar(CircuitBreakerRegistry registry, StartupNewsKeeper breakerStartupNews,
			ListableBeanFactory beanFactory) {
		return new ListenerRegistrar(registry, breakerStartupNews, beanFactory);
	}

}
