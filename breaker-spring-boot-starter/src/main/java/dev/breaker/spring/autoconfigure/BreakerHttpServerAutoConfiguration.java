package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.EndpointPaths;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.metrics.RejectedRequestMetrics;
import dev.breaker.spring.web.ReactiveCors;
import dev.breaker.spring.web.RejectingInterceptor;
import dev.breaker.spring.web.RejectingWebFilter;
import dev.breaker.spring.web.RequestRejector;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of what answers requests before
 * their handlers run, while a circuit breaker refuses calls. Without entries of
 * {@code breaker.http.server.reject} there is nothing; with them it is itself a bean of
 * applications without a web server too, which are told so.
 */
@AutoConfiguration(after = { BreakerAutoConfiguration.class, BreakerMetricsAutoConfiguration.class })
@ConditionalOnHttpRejects
@ConditionalOnBreakerEnabled
public final class BreakerHttpServerAutoConfiguration {

	@Bean
	@ConditionalOnWebApplication
	RequestRejector breakerRequestRejector(BreakerConfigs breakerConfigs, CircuitBreakerRegistry registry) {
		return new RequestRejector(breakerConfigs.httpRejects(), registry);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(DispatcherServlet.class)
	static class OfWebMvc {

		/** Outside of the application's interceptors, whose work is spared too. */
		@Bean
		WebMvcConfigurer breakerRejectingWebMvcConfigurer(RequestRejector rejector) {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry interceptors) {
					interceptors.addInterceptor(new RejectingInterceptor(rejector)).order(Ordered.HIGHEST_PRECEDENCE);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(DispatcherHandler.class)
	static class OfWebFlux {

		@Bean
		RejectingWebFilter breakerRejectingWebFilter(RequestRejector rejector, ApplicationContext context,
				ObjectProvider<EndpointPaths> endpoints, ObjectProvider<CorsWebFilter> corsFilters,
				ObjectProvider<DispatcherHandler> dispatchers) {
			EndpointPaths exempt = endpoints.getIfAvailable();
			return new RejectingWebFilter(rejector, context, (exempt != null) ? exempt : (path) -> false,
					new ReactiveCors(corsFilters, dispatchers));
		}

	}

	/** Where other meters are. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication
	@ConditionalOnBean(value = BreakerMetricsAutoConfiguration.class, search = SearchStrategy.CURRENT)
	static class OfMeters {

		@Bean
		RejectedRequestMetrics breakerRejectedRequestMetrics(RequestRejector rejector) {
			return new RejectedRequestMetrics(rejector);
		}

	}

	/** Spring MVC's endpoints have no interceptors of the application. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass({ ConditionalOnManagementPort.class, PathMappedEndpoints.class })
	static class OfEndpoints {

		@Bean
		@ConditionalOnManagementPort(ManagementPortType.SAME)
		EndpointPaths breakerEndpointPaths(ObjectProvider<PathMappedEndpoints> endpoints) {
			return new EndpointPaths(endpoints);
		}

	}

}
