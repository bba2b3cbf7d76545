package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpointWebExtension;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import dev.breaker.spring.event.BreakerEvents;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerEndpointAutoConfigurationTests {

	private static final String EXPOSE_ALL = "management.endpoints.web.exposure.include=*";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEndpointAutoConfiguration.class));

	@Test
	void endpointsAreThereWhenExposed() {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersEndpoint.class)
				.hasSingleBean(CircuitBreakersEndpointWebExtension.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class)
				.hasSingleBean(CircuitBreakerEventsEndpointWebExtension.class)
				.hasSingleBean(BreakerEvents.class));
	}

	@Test
	void nothingIsThereNorKeptWhenNotExposed() {
		this.runner.run((context) -> assertNothing(context.getBeanDefinitionNames()));
	}

	@Test
	void nothingIsThereWithoutActuator() {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertNothing(context.getBeanDefinitionNames());
			});
	}

	@Test
	void nothingIsThereWithoutRegistry() {
		new ApplicationContextRunner().withPropertyValues(EXPOSE_ALL)
			.withConfiguration(AutoConfigurations.of(BreakerEndpointAutoConfiguration.class))
			.run((context) -> assertNothing(context.getBeanDefinitionNames()));
	}

	@Test
	void nothingIsThereWhenTheStarterIsSwitchedOff() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.enabled=false")
			.withBean(CircuitBreakerRegistry.class, () -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.run((context) -> assertNothing(context.getBeanDefinitionNames()));
	}

	@Test
	void anEndpointWithoutAccessIsNotThere() {
		this.runner.withPropertyValues(EXPOSE_ALL, "management.endpoint.circuitbreakers.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakersEndpoint.class)
				.doesNotHaveBean(CircuitBreakersEndpointWebExtension.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class));
	}

	@Test
	void eventsCanBeSwitchedOff() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.events.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersEndpoint.class)
				.doesNotHaveBean(BreakerEvents.class)
				.doesNotHaveBean(CircuitBreakerEventsEndpoint.class)
				.doesNotHaveBean(CircuitBreakerEventsEndpointWebExtension.class));
	}

	@Test
	void exposedOverJmxAloneThereIsNoWebExtension() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=info", "spring.jmx.enabled=true",
					"management.endpoints.jmx.exposure.include=circuitbreakers,circuitbreakerevents")
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersEndpoint.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class)
				.doesNotHaveBean(CircuitBreakersEndpointWebExtension.class)
				.doesNotHaveBean(CircuitBreakerEventsEndpointWebExtension.class));
	}

	@Test
	void backsOffFromTheUsersOwnEndpoint() {
		CircuitBreakersEndpoint own = new CircuitBreakersEndpoint(
				CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()));
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withBean("own", CircuitBreakersEndpoint.class, () -> own)
			.run((context) -> assertThat(context).getBean(CircuitBreakersEndpoint.class).isSameAs(own));
	}

	@Test
	void anImpossibleCapacityStopsTheApplicationNamingTheProperty() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.events.capacity=0")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("\"breaker.events.capacity\" must be 1 or more"));
	}

	private static void assertNothing(String[] beanNames) {
		assertThat(beanNames).noneMatch((name) -> name.startsWith("circuitBreakersEndpoint"))
			.noneMatch((name) -> name.startsWith("circuitBreakerEvents"));
	}

}
