package dev.breaker.spring.dashboard;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Sets the {@link DashboardHeaders} on the application's port or on that of management.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnAvailableEndpoint(endpoint = BreakerDashboardEndpoint.class, exposure = EndpointExposure.WEB)
public final class BreakerDashboardManagementContextConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ FilterRegistrationBean.class, PathPattern.class })
	static final class OfServlets {

		@Bean
		FilterRegistrationBean<DashboardHeadersFilter> breakerDashboardHeadersFilter(
				ObjectProvider<DashboardPaths> paths) {
			FilterRegistrationBean<DashboardHeadersFilter> registration = new FilterRegistrationBean<>(
					new DashboardHeadersFilter(paths));
			registration.setOrder(DashboardHeaders.ORDER);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(WebFilter.class)
	static final class OfWebFlux {

		@Bean
		DashboardHeadersWebFilter breakerDashboardHeadersWebFilter(ObjectProvider<DashboardPaths> paths) {
			return new DashboardHeadersWebFilter(paths);
		}

	}

}
