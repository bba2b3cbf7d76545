package dev.breaker.spring.autoconfigure;

import java.time.Instant;
import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakerBindingsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpointWebExtension;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import dev.breaker.spring.actuate.EventStreams;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.stream.ServletSseStreams;
import dev.breaker.spring.stream.SseStreams;
import dev.breaker.spring.stream.WebFluxSseStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class BreakerEndpointAutoConfigurationTests {

	private static final String EXPOSE_ALL = "management.endpoints.web.exposure.include=*";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class, BreakerEndpointAutoConfiguration.class));

	@Test
	void endpointsAreThereWhenExposed() {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersEndpoint.class)
				.hasSingleBean(CircuitBreakersEndpointWebExtension.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class)
				.hasSingleBean(CircuitBreakerEventsEndpointWebExtension.class)
				.hasSingleBean(EventStore.class)
				.hasSingleBean(CircuitBreakerBindingsEndpoint.class));
	}

	@Test
	void withoutGuardsThereAreNoBindings() {
		new ApplicationContextRunner().withPropertyValues(EXPOSE_ALL)
			.withConfiguration(
					AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerEndpointAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersEndpoint.class)
				.doesNotHaveBean(CircuitBreakerBindingsEndpoint.class));
	}

	@Test
	void bindingsOfAnotherWithTheSameIdStay(CapturedOutput output) {
		this.runner.withPropertyValues(EXPOSE_ALL).withBean("others", OtherBindings.class).run((context) -> {
			assertThat(context).doesNotHaveBean(CircuitBreakerBindingsEndpoint.class)
				.hasSingleBean(CircuitBreakersEndpoint.class);
			assertThat(output).containsOnlyOnce("Breaker's actuator endpoints [circuitbreakerbindings] are not there");
		});
	}

	@Test
	void anEventStoreOfTheApplicationTakesThePlaceOfTheOwn() {
		BreakerEvent event = new BreakerEvent(Instant.EPOCH, "payments", BreakerEvent.Type.RESET, null, null, null,
				null, null);
		this.runner.withPropertyValues(EXPOSE_ALL).withBean(EventStore.class, () -> new EventStore() {

			@Override
			public List<BreakerEvent> all() {
				return List.of(event);
			}

			@Override
			public List<BreakerEvent> of(String name) {
				return List.of(event);
			}

		}).run((context) -> {
			assertThat(context).hasSingleBean(EventStore.class).doesNotHaveBean(RingEventStore.class);
			assertThat(context.getBean(CircuitBreakerEventsEndpoint.class).events().events()).hasSize(1);
		});
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
				.doesNotHaveBean(EventStore.class)
				.doesNotHaveBean(CircuitBreakerEventsEndpoint.class)
				.doesNotHaveBean(CircuitBreakerEventsEndpointWebExtension.class));
	}

	@Test
	void eventsAreKeptHoweverTrueIsSpelled() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.events.enabled=on")
			.run((context) -> assertThat(context).hasSingleBean(EventStore.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class));
	}

	@Test
	void streamsAreThereWhereAWebServerIs() {
		AutoConfigurations all = AutoConfigurations.of(BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerEndpointAutoConfiguration.class);
		this.runner.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).doesNotHaveBean(EventStreams.class)
				.doesNotHaveBean(SseStreams.class));
		new WebApplicationContextRunner().withConfiguration(all)
			.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).hasSingleBean(EventStreams.class)
				.hasSingleBean(ServletSseStreams.class));
		new ReactiveWebApplicationContextRunner().withConfiguration(all)
			.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).hasSingleBean(EventStreams.class)
				.hasSingleBean(WebFluxSseStreams.class));
		new WebApplicationContextRunner().withConfiguration(all)
			.withPropertyValues(EXPOSE_ALL, "breaker.events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EventStreams.class));
	}

	@Test
	void streamsAreThereForOthersWhereEventsAreNotExposed() {
		AutoConfigurations all = AutoConfigurations.of(BreakerAutoConfiguration.class,
				BreakerAopAutoConfiguration.class, BreakerEndpointAutoConfiguration.class);
		new WebApplicationContextRunner().withConfiguration(all)
			.run((context) -> assertThat(context).doesNotHaveBean(EventStreams.class)
				.hasSingleBean(ServletSseStreams.class));
		new ReactiveWebApplicationContextRunner().withConfiguration(all)
			.run((context) -> assertThat(context).doesNotHaveBean(EventStreams.class)
				.hasSingleBean(WebFluxSseStreams.class));
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
	void anEndpointOfAnotherWithTheSameIdStaysAndIsReported(CapturedOutput output) {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withBean("others", OtherEndpoint.class)
			.withBean("otherExtension", OtherExtension.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(OtherEndpoint.class)
					.hasSingleBean(CircuitBreakersEndpoint.class)
					.doesNotHaveBean(CircuitBreakerEventsEndpoint.class)
					.doesNotHaveBean(CircuitBreakerEventsEndpointWebExtension.class)
					.doesNotHaveBean(EventStore.class);
				assertThat(output)
					.containsOnlyOnce("Breaker's actuator endpoints [circuitbreakerevents] are not there, "
							+ "since other endpoints have these ids: 'others' of " + OtherEndpoint.class.getName())
					.contains("Set breaker.endpoints.replace-others=true");
			});
	}

	@Test
	void anEndpointOfAnotherGivesWayWithItsExtension(CapturedOutput output) {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.endpoints.replace-others=true")
			.withBean("others", OtherEndpoint.class)
			.withBean("otherExtension", OtherExtension.class)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(OtherEndpoint.class)
					.doesNotHaveBean(OtherExtension.class)
					.hasSingleBean(CircuitBreakerEventsEndpoint.class)
					.hasSingleBean(CircuitBreakerEventsEndpointWebExtension.class);
				assertThat(output).doesNotContain("are not there");
			});
	}

	@Test
	void anEndpointOfAnotherGivesWayHoweverTrueIsSpelled() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.endpoints.replace-others=yes")
			.withBean("others", OtherEndpoint.class)
			.run((context) -> assertThat(context).doesNotHaveBean(OtherEndpoint.class)
				.hasSingleBean(CircuitBreakerEventsEndpoint.class));
	}

	@Test
	void anEndpointThatExtendsOursIsNoStranger(CapturedOutput output) {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withBean("own", OwnEndpoint.class)
			.run((context) -> assertThat(output).doesNotContain("are not there"));
	}

	@Test
	void anImpossibleCapacityStopsTheApplicationNamingTheProperty() {
		this.runner.withPropertyValues(EXPOSE_ALL, "breaker.events.capacity=0")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("\"breaker.events.capacity\" must be between 1 and 10000"));
	}

	private static void assertNothing(String[] beanNames) {
		assertThat(beanNames)
			.noneMatch((name) -> name.startsWith("breakerEndpoint") && !name.equals("breakerEndpointIds"))
			.noneMatch((name) -> name.startsWith("breakerEvents"))
			.noneMatch((name) -> name.startsWith("breakerBindings"));
	}

	@Endpoint(id = "circuit-breaker-events")
	static class OtherEndpoint {

	}

	@Endpoint(id = "circuitbreakerbindings")
	static class OtherBindings {

	}

	@EndpointWebExtension(endpoint = OtherEndpoint.class)
	static class OtherExtension {

	}

	static class OwnEndpoint extends CircuitBreakersEndpoint {

		OwnEndpoint(CircuitBreakerRegistry registry) {
			super(registry);
		}

	}

}
