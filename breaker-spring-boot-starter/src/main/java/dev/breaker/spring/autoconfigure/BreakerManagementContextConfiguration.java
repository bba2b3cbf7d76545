package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.actuate.CircuitBreakerEventsEndpointWebExtension;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import dev.breaker.spring.actuate.EndpointRequestFilter;
import dev.breaker.spring.actuate.EndpointRequestGuard;
import dev.breaker.spring.actuate.EndpointRequestWebFilter;
import dev.breaker.spring.web.ReactiveCors;
import dev.breaker.spring.web.ServletCors;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.WebFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Puts the {@link EndpointRequestGuard} in front of the endpoints, on the application's
 * port or on that of management.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnBreakerEnabled
public final class BreakerManagementContextConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ FilterRegistrationBean.class, PathPattern.class })
	static final class OfServlets {

		@Bean
		FilterRegistrationBean<EndpointRequestFilter> breakerEndpointRequestFilter(
				ObjectProvider<PathMappedEndpoints> paths, ObjectProvider<EndpointAccessResolver> access,
				ObjectProvider<CircuitBreakersEndpointWebExtension> circuitBreakers,
				ObjectProvider<CircuitBreakerEventsEndpointWebExtension> events, ObjectProvider<ServletCors> cors) {
			FilterRegistrationBean<EndpointRequestFilter> registration = new FilterRegistrationBean<>(
					new EndpointRequestFilter(new EndpointRequestGuard(paths, access, circuitBreakers, events),
							cors.getIfAvailable()));
			registration.setOrder(EndpointRequestGuard.ORDER);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(DispatcherServlet.class)
	static final class OfWebMvc {

		@Bean
		ServletCors breakerServletCors(ObjectProvider<CorsFilter> corsFilters,
				ObjectProvider<DispatcherServlet> dispatchers) {
			return new ServletCors(corsFilters, dispatchers);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass({ WebFilter.class, DispatcherHandler.class })
	static final class OfWebFlux {

		@Bean
		EndpointRequestWebFilter breakerEndpointRequestWebFilter(ObjectProvider<PathMappedEndpoints> paths,
				ObjectProvider<EndpointAccessResolver> access,
				ObjectProvider<CircuitBreakersEndpointWebExtension> circuitBreakers,
				ObjectProvider<CircuitBreakerEventsEndpointWebExtension> events,
				ObjectProvider<CorsWebFilter> corsFilters, ObjectProvider<DispatcherHandler> dispatchers) {
			return new EndpointRequestWebFilter(new EndpointRequestGuard(paths, access, circuitBreakers, events),
					new ReactiveCors(corsFilters, dispatchers));
		}

	}

}
