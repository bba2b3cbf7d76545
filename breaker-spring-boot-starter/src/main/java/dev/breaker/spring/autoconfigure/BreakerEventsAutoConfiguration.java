package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.ListenerRegistrar;
import dev.breaker.spring.event.StateChangeLogger;
import dev.breaker.spring.event.StateChangePublisher;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the news of circuit breakers:
 * the log line, the application event, and every {@link CircuitBreakerListener} bean.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@ConditionalOnBean(CircuitBreakerRegistry.class)
@ConditionalOnBreakerEnabled
public final class BreakerEventsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	StateChangeLogger breakerStateChangeLogger() {
		return new StateChangeLogger();
	}

	@Bean
	@ConditionalOnMissingBean
	StateChangePublisher breakerStateChangePublisher(ApplicationEventPublisher publisher) {
		return new StateChangePublisher(publisher);
	}

	@Bean
	@ConditionalOnMissingBean
	ListenerRegistrar breakerListenerRegistrar(CircuitBreakerRegistry registry,
			ObjectProvider<CircuitBreakerListener> listeners) {
		return new ListenerRegistrar(registry, listeners);
	}

}
