package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.web.CallNotPermittedWebExceptionHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the answer to refusals in
 * applications with WebFlux. It stands just before Spring Boot's error handler, and so
 * behind those of the application that come before that; where the application has
 * replaced that one, it stands behind all others.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class,
		beforeName = "org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration")
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnSwitch("breaker.web.problem-details")
@ConditionalOnBreakerEnabled
public final class BreakerWebFluxAutoConfiguration {

	/** That of Spring Boot's handler: of two, the one that is defined first is asked. */
	private static final int ORDER_OF_BOOT = -1;

	private static final String ERROR_HANDLER = "org.springframework.boot.webflux.error.ErrorWebExceptionHandler";

	@Bean
	@ConditionalOnMissingBean(type = ERROR_HANDLER, search = SearchStrategy.CURRENT)
	CallNotPermittedWebExceptionHandler breakerCallNotPermittedWebExceptionHandler() {
		return new CallNotPermittedWebExceptionHandler(ORDER_OF_BOOT);
	}

	@Bean
	@ConditionalOnBean(type = ERROR_HANDLER, search = SearchStrategy.CURRENT)
	CallNotPermittedWebExceptionHandler breakerLastCallNotPermittedWebExceptionHandler() {
		return new CallNotPermittedWebExceptionHandler(Ordered.LOWEST_PRECEDENCE);
	}

}
