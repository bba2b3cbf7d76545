package dev.breaker.spring.autoconfigure;

import dev.breaker.spring.web.CallNotPermittedExceptionResolver;
import dev.breaker.spring.web.CallNotPermittedFilter;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the answer to refusals in
 * applications with Spring MVC. Last of all, since resolvers of the same order are asked
 * in the order of their definition.
 */
@AutoConfiguration(after = BreakerAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnSwitch("breaker.web.problem-details")
@ConditionalOnBreakerEnabled
public final class BreakerWebMvcAutoConfiguration {

	@Bean
	CallNotPermittedExceptionResolver breakerCallNotPermittedExceptionResolver() {
		return new CallNotPermittedExceptionResolver();
	}

	@Bean
	CallNotPermittedFilter breakerCallNotPermittedFilter() {
		return new CallNotPermittedFilter();
	}

}
