package dev.breaker.spring.cloud;

import dev.breaker.spring.web.CallNotPermittedWebExceptionHandler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.gateway.config.conditional.ConditionalOnEnabledFilter;
import org.springframework.cloud.gateway.filter.factory.FallbackHeadersGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SpringCloudCircuitBreakerFilterFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Auto-configuration of the {@code CircuitBreaker} and {@code FallbackHeaders} filters of
 * Spring Cloud Gateway, which has them for Resilience4J alone.
 */
@AutoConfiguration(after = BreakerReactiveSpringCloudAutoConfiguration.class,
		afterName = "org.springframework.cloud.gateway.config.GatewayResilience4JCircuitBreakerAutoConfiguration")
@ConditionalOnClass({ DispatcherHandler.class, SpringCloudCircuitBreakerFilterFactory.class })
@ConditionalOnBooleanProperty(name = "spring.cloud.gateway.server.webflux.enabled", matchIfMissing = true)
@ConditionalOnBean(ReactiveBreakerCircuitBreakerFactory.class)
public final class BreakerGatewayAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(SpringCloudCircuitBreakerFilterFactory.class)
	@ConditionalOnEnabledFilter
	BreakerGatewayFilterFactory breakerGatewayFilterFactory(ReactiveBreakerCircuitBreakerFactory factory,
			ObjectProvider<DispatcherHandler> dispatcherHandler,
			ObjectProvider<CallNotPermittedWebExceptionHandler> refusalHandler) {
		return new BreakerGatewayFilterFactory(factory, dispatcherHandler, refusalHandler.getIfAvailable() != null);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnEnabledFilter
	FallbackHeadersGatewayFilterFactory breakerFallbackHeadersGatewayFilterFactory() {
		return new FallbackHeadersGatewayFilterFactory();
	}

}
