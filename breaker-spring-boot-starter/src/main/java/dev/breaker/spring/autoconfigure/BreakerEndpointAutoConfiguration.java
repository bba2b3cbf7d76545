package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakerBindingsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpointWebExtension;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import dev.breaker.spring.actuate.EventStreams;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.event.StartupNewsKeeper;
import dev.breaker.spring.stream.ServletSseStreams;
import dev.breaker.spring.stream.SseStreams;
import dev.breaker.spring.stream.WebFluxSseStreams;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the
 * {@link CircuitBreakersEndpoint}, the {@link CircuitBreakerEventsEndpoint} and the
 * {@link CircuitBreakerBindingsEndpoint}. Events are kept only where their endpoint can
 * show them. Comes last, since it steps back where another library has an endpoint of the
 * same id.
 */
@AutoConfiguration(after = { BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class })
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(name = BreakerAutoConfiguration.PRESENT)
@ConditionalOnBreakerEnabled
public final class BreakerEndpointAutoConfiguration {

	// Conditions are evaluated in their order, and those come last that look at all beans

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(CircuitBreakersEndpoint.class)
	static class OfBreakers {

		@Bean
		@ConditionalOnMissingPart
		@ConditionalOnFreeEndpointId("circuitbreakers")
		CircuitBreakersEndpoint breakerEndpoint(CircuitBreakerRegistry registry, ApplicationEventPublisher publisher,
				BreakerConfigs breakerConfigs, ObjectProvider<FleetAccess> fleet) {
			return new CircuitBreakersEndpoint(registry, publisher, breakerConfigs, fleet.getIfAvailable());
		}

		@Bean
		@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
		@ConditionalOnMissingPart
		@ConditionalOnBean(CircuitBreakersEndpoint.class)
		CircuitBreakersEndpointWebExtension breakerEndpointWebExtension(CircuitBreakersEndpoint endpoint) {
			return new CircuitBreakersEndpointWebExtension(endpoint);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(CircuitBreakerEventsEndpoint.class)
	static class OfEvents {

		@Bean
		@ConditionalOnSwitch("breaker.events.enabled")
		@ConditionalOnMissingPart
		@ConditionalOnFreeEndpointId("circuitbreakerevents")
		// Begins to listen when all beans are there, which its type does not tell.
		@Lazy(false)
		EventStore breakerEventStore(CircuitBreakerRegistry registry, BreakerProperties properties,
				StartupNewsKeeper breakerStartupNews) {
			BreakerProperties.Events events = properties.events();
			return new RingEventStore(registry, events.capacity(), events.types(), breakerStartupNews.of(registry));
		}

		@Bean
		@ConditionalOnMissingPart
		@ConditionalOnBean(EventStore.class)
		@ConditionalOnFreeEndpointId("circuitbreakerevents")
		CircuitBreakerEventsEndpoint breakerEventsEndpoint(CircuitBreakerRegistry registry, EventStore events) {
			return new CircuitBreakerEventsEndpoint(registry, events);
		}

		@Bean
		@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
		@ConditionalOnMissingPart
		@ConditionalOnBean(CircuitBreakerEventsEndpoint.class)
		CircuitBreakerEventsEndpointWebExtension breakerEventsEndpointWebExtension(
				CircuitBreakerEventsEndpoint endpoint, ObjectProvider<EventStreams> streams) {
			return new CircuitBreakerEventsEndpointWebExtension(endpoint, streams.getIfAvailable());
		}

	}

	// Streams of other endpoints want them too

	@Bean
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(name = "org.springframework.web.servlet.DispatcherServlet")
	SseStreams breakerServletSseStreams() {
		return new ServletSseStreams();
	}

	@Bean
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(name = "org.springframework.web.reactive.DispatcherHandler")
	SseStreams breakerWebFluxSseStreams() {
		return new WebFluxSseStreams();
	}

	@Bean
	@ConditionalOnAvailableEndpoint(endpoint = CircuitBreakerEventsEndpoint.class, exposure = EndpointExposure.WEB)
	@ConditionalOnBean({ CircuitBreakerEventsEndpoint.class, SseStreams.class })
	EventStreams breakerEventStreams(SseStreams streams) {
		return new EventStreams(streams);
	}

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnMissingPart
	@ConditionalOnBean(GuardedMethodRegistry.class)
	@ConditionalOnFreeEndpointId("circuitbreakerbindings")
	CircuitBreakerBindingsEndpoint breakerBindingsEndpoint(GuardedMethodRegistry methods) {
		return new CircuitBreakerBindingsEndpoint(methods);
	}

	@Bean
	EndpointIds breakerEndpointIds(ConfigurableListableBeanFactory beanFactory) {
		return new EndpointIds(beanFactory);
	}

	@Bean
	@ConditionalOnSwitch(value = EndpointIds.REPLACE_OTHERS, byDefault = false)
	static OtherEndpointsRemover breakerOtherEndpointsRemover() {
		return new OtherEndpointsRemover();
	}

}
