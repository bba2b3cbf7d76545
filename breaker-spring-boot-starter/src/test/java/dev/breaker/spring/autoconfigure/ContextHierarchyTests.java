package dev.breaker.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.RunningApplication;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.EventListener;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Contexts that are parent and child, the starter in both.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContextHierarchyTests {

	private static final String EXPOSE = "management.endpoints.web.exposure.include=*";

	@Test
	void aChildSharesTheBreakersOfItsParent() {
		try (ConfigurableApplicationContext parent = parent(); ConfigurableApplicationContext child = child(parent)) {
			assertThat(child.getBean(CircuitBreakerRegistry.class))
				.isSameAs(parent.getBean(CircuitBreakerRegistry.class));
			parent.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			Remote remote = child.getBean("childRemote", Remote.class);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(remote::pay);
		}
	}

	@Test
	void aCallOfTheParentsClientInsideOfTheChildsFacadeIsRecordedOnce() {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext child = child(parent, WithFacade.class)) {
			CircuitBreaker breaker = parent.getBean(CircuitBreakerRegistry.class).get("payments");
			child.getBean(Facade.class).pay();
			assertThat(breaker.snapshot().successfulCallsTotal()).isOne();
			parent.getBean(Remote.class).pay();
			assertThat(breaker.snapshot().successfulCallsTotal()).isEqualTo(2);
		}
	}

	@Test
	void listenersOfBothHearEveryChangeOnce(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent(); ConfigurableApplicationContext child = child(parent)) {
			CircuitBreakerRegistry registry = parent.getBean(CircuitBreakerRegistry.class);
			registry.get("payments").forceOpen();
			registry.get("reports").forceOpen();
			for (ConfigurableApplicationContext context : List.of(parent, child)) {
				Hearing hearing = context.getBean(Hearing.class);
				assertThat(hearing.listened).containsExactly("payments", "reports");
				assertThat(hearing.published).containsExactly("payments", "reports");
			}
			assertThat(output).containsOnlyOnce("'payments': CLOSED").containsOnlyOnce("'reports': CLOSED");
		}
	}

	@Test
	void listenersOfAChildWithoutConfigsOfItsOwnHearEveryChangeOnce(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext child = child(parent,
						"spring.autoconfigure.exclude=" + BreakerAutoConfiguration.class.getName())) {
			parent.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			for (ConfigurableApplicationContext context : List.of(parent, child)) {
				assertThat(context.getBean(Hearing.class).listened).containsExactly("payments");
			}
			assertThat(output).containsOnlyOnce("'payments': CLOSED");
		}
	}

	@Test
	void changesWhileTheChildStartsAreHeardOnceByBoth(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext child = child(parent, OpeningAtStart.class)) {
			for (ConfigurableApplicationContext context : List.of(parent, child)) {
				assertThat(context.getBean(Hearing.class).listened).containsExactly("payments");
				assertThat(context.getBean(Hearing.class).published).containsExactly("payments");
			}
			assertThat(output).containsOnlyOnce("'payments': CLOSED");
		}
	}

	@Test
	void keyedMetersAreOneSetForAName() {
		try (ConfigurableApplicationContext parent = parent(); ConfigurableApplicationContext child = child(parent)) {
			for (String key : List.of("a", "b", "c")) {
				parent.getBean("parentRemote", Remote.class).region(key);
				child.getBean("childRemote", Remote.class).region(key + key);
				child.getBean(Reports.class).report(key);
			}
			MeterRegistry meters = parent.getBean(MeterRegistry.class);
			assertThat(names(meters)).containsExactlyInAnyOrder("payments", "regions", "reports");
			assertThat(meters.get("breaker.calls").tags("name", "regions", "outcome", "success").timer().count())
				.isEqualTo(6);
			assertThat(meters.get("breaker.calls").tags("name", "reports", "outcome", "success").timer().count())
				.isEqualTo(3);
		}
	}

	@Test
	void whatTheChildNamesIsConfiguredByTheChild() {
		try (ConfigurableApplicationContext parent = parent("breaker.instances.payments.sliding-window-size=11");
				ConfigurableApplicationContext child = child(parent,
						"breaker.instances.payments.sliding-window-size=12",
						"breaker.instances.reports.sliding-window-size=13",
						"breaker.instances.mail.sliding-window-size=14")) {
			CircuitBreakerRegistry registry = parent.getBean(CircuitBreakerRegistry.class);
			child.getBean(Reports.class).report("a");
			assertThat(registry.get("payments").config().slidingWindowSize()).isEqualTo(11);
			assertThat(registry.get("reports:a").config().slidingWindowSize()).isEqualTo(13);
			assertThat(registry.get("mail").config().slidingWindowSize()).isEqualTo(14);
		}
	}

	@Test
	void aBreakerThatWasChangedGoesWithTheChildThatMadeIt() {
		try (ConfigurableApplicationContext parent = parent()) {
			CircuitBreakerRegistry registry = parent.getBean(CircuitBreakerRegistry.class);
			try (ConfigurableApplicationContext child = child(parent,
					"breaker.instances.mail.sliding-window-size=14")) {
				parent.getBean(BreakerConfigs.class).change("mail", Map.of("sliding-window-size", 20));
				parent.getBean(BreakerConfigs.class).reload();
				child.getBean(BreakerConfigs.class).reload();
				assertThat(registry.get("mail").config().slidingWindowSize()).isEqualTo(20);
			}
			assertThat(registry.find("mail")).isEmpty();
		}
	}

	@Test
	void aCustomizerOfTheChildHasTheLastWordThere() {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext child = child(parent, CustomizingReports.class)) {
			child.getBean(Reports.class).report("a");
			assertThat(parent.getBean(CircuitBreakerRegistry.class)
				.get("reports:a")
				.config()
				.consecutiveFailureThreshold()).isEqualTo(1);
			assertThatIllegalStateException().isThrownBy(() -> child.getBean(Reports.class).report("fail"));
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> child.getBean(Reports.class).report("fail"));
		}
	}

	@Test
	void aChildThatClosesLeavesNothingInItsParent() {
		try (ConfigurableApplicationContext parent = parent("breaker.instances.payments.sliding-window-size=11")) {
			CircuitBreakerRegistry registry = parent.getBean(CircuitBreakerRegistry.class);
			MeterRegistry meters = parent.getBean(MeterRegistry.class);
			long metersBefore = count(meters);
			List<Hearing> heard = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				try (ConfigurableApplicationContext child = child(parent,
						"breaker.instances.mail.sliding-window-size=14")) {
					heard.add(child.getBean(Hearing.class));
					child.getBean(Reports.class).report("a");
					child.getBean("childRemote", Remote.class).region("of child");
					assertThat(registry.find("mail")).isPresent();
					assertThat(registry.find("reports:a")).isPresent();
				}
				// A key of a group that the parent has stays, with the config of the
				// parent.
				assertThat(names(registry.all())).containsExactlyInAnyOrder("payments", "regions:of child");
				assertThat(names(meters)).containsExactlyInAnyOrder("payments", "regions");
				assertThat(count(meters)).isEqualTo(metersBefore);
			}
			registry.get("payments").open();
			assertThat(heard).allSatisfy((hearing) -> {
				assertThat(hearing.listened).isEmpty();
				assertThat(hearing.published).isEmpty();
			});
			assertThat(parent.getBean(Hearing.class).published).containsExactly("payments");
		}
	}

	@Test
	void aChildThatClosesTakesNothingFromItsSibling() {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext first = child(parent);
				ConfigurableApplicationContext second = child(parent)) {
			first.getBean(Reports.class).report("a");
			second.getBean(Reports.class).report("a");
			first.close();
			assertThat(second.getBean(Reports.class).report("a")).isEqualTo("a");
			parent.getBean(CircuitBreakerRegistry.class).get("payments").open();
			assertThat(second.getBean(Hearing.class).listened).containsExactly("payments");
		}
	}

	@Test
	void endpointsThatOnlyTheChildExposesShowTheBreakersOfBoth() {
		try (ConfigurableApplicationContext parent = parent("management.endpoint.health.show-details=always");
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
					.web(WebApplicationType.SERVLET)
					.properties("server.port=0", EXPOSE)
					.run()) {
			parent.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			child.getBean(Reports.class).report("a");
			assertThat(get(child, "circuitbreakers")).contains("\"payments\"", "\"reports:a\"");
			assertThat(get(child, "circuitbreakerevents/payments")).contains("FORCED_OPEN");
			assertThat(get(child, "health")).contains("\"payments\":\"FORCED_OPEN\"");
		}
	}

	@Test
	void endpointsAreNotThereTwiceWhereBothExposeThem() {
		try (ConfigurableApplicationContext parent = parent(EXPOSE);
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
					.web(WebApplicationType.SERVLET)
					.properties("server.port=0", EXPOSE)
					.run()) {
			parent.getBean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			assertThat(get(child, "circuitbreakers")).contains("\"payments\"");
			assertThat(get(child, "circuitbreakerevents/payments")).containsOnlyOnce("FORCED_OPEN");
		}
	}

	@Test
	void aChildWithARegistryOfItsOwnHasItsOwnWhole(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent();
				ConfigurableApplicationContext child = child(parent, OwnRegistry.class)) {
			CircuitBreakerRegistry own = child.getBean(CircuitBreakerRegistry.class);
			assertThat(own).isNotSameAs(parent.getBean(CircuitBreakerRegistry.class));
			own.get("payments").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(child.getBean("childRemote", Remote.class)::pay);
			parent.getBean("parentRemote", Remote.class).pay();
			assertThat(child.getBean(Hearing.class).listened).containsExactly("payments");
			assertThat(child.getBean(Hearing.class).published).containsExactly("payments");
			assertThat(parent.getBean(Hearing.class).listened).isEmpty();
			assertThat(output).containsOnlyOnce("'payments': CLOSED -> FORCED_OPEN");
		}
	}

	@Test
	void metersOfTheChildsOwnRegistryGoWithTheChild() {
		try (ConfigurableApplicationContext parent = parent()) {
			SimpleMeterRegistry own;
			try (ConfigurableApplicationContext child = child(parent, OwnMeters.class)) {
				own = child.getBean("ownMeters", SimpleMeterRegistry.class);
				child.getBean("childRemote", Remote.class).pay();
				assertThat(own.get("breaker.calls").tags("name", "payments", "outcome", "success").timer().count())
					.isEqualTo(1);
			}
			assertThat(own.getMeters()).noneMatch((meter) -> meter.getId().getName().startsWith("breaker."));
		}
	}

	@Test
	void instancesOfTheParentAreNotReportedAsUnusedInTheChild(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent("breaker.instances.payments.sliding-window-size=11");
				ConfigurableApplicationContext child = child(parent, OnlyReports.class)) {
			assertThat(child.isActive()).isTrue();
			assertThat(output).doesNotContain("No annotation in this context names");
		}
	}

	@Test
	void instancesThatOnlyAChildUsesAreCalledUnusedInTheParentsContextAlone(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = parent("breaker.instances.reports.sliding-window-size=11");
				ConfigurableApplicationContext child = child(parent)) {
			assertThat(child.isActive()).isTrue();
			assertThat(output).containsOnlyOnce(
					"No annotation in this context names these circuit breakers of breaker.instances: reports");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { EXPOSE, "management.endpoints.web.exposure.include=health" })
	void bindingsAreThoseOfParentAndChildren(String ofParent) {
		try (ConfigurableApplicationContext parent = parent(ofParent);
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
					.web(WebApplicationType.SERVLET)
					.properties("server.port=0", EXPOSE)
					.run()) {
			assertThat(get(child, "circuitbreakerbindings")).containsOnlyOnce(Reports.class.getName() + ".report(")
				.containsOnlyOnce(Remote.class.getName() + ".pay()");
			try (ConfigurableApplicationContext second = child(parent, WithFacade.class)) {
				assertThat(second.isActive()).isTrue();
				assertThat(get(child, "circuitbreakerbindings")).contains(Facade.class.getName() + ".pay()");
			}
			assertThat(get(child, "circuitbreakerbindings")).doesNotContain(Facade.class.getName());
		}
	}

	@Test
	void aContextOfManagementAddsNothing(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Parent.class, "management.server.port=0")) {
			application.bean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			assertThat(application.bean(Hearing.class).listened).containsExactly("payments");
			assertThat(application.bean(Hearing.class).published).containsExactly("payments");
			String port = application.context().getEnvironment().getProperty("local.management.port");
			String body = RestClient.create("http://localhost:" + port)
				.get()
				.uri("/actuator/circuitbreakerevents/payments")
				.retrieve()
				.body(String.class);
			assertThat(body).containsOnlyOnce("FORCED_OPEN");
			assertThat(output).containsOnlyOnce("'payments': CLOSED");
		}
	}

	private static ConfigurableApplicationContext parent(String... properties) {
		return new SpringApplicationBuilder(Parent.class).web(WebApplicationType.NONE).properties(properties).run();
	}

	private static ConfigurableApplicationContext child(ConfigurableApplicationContext parent, String... properties) {
		return child(parent, Child.class, properties);
	}

	private static ConfigurableApplicationContext child(ConfigurableApplicationContext parent, Class<?> configuration,
			String... properties) {
		return new SpringApplicationBuilder(configuration).parent(parent)
			.web(WebApplicationType.NONE)
			.properties(properties)
			.run();
	}

	private static String get(ConfigurableApplicationContext context, String endpoint) {
		return RestClient.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"))
			.get()
			.uri("/actuator/" + endpoint)
			.retrieve()
			.body(String.class);
	}

	private static Set<String> names(Collection<CircuitBreaker> breakers) {
		Set<String> names = new HashSet<>();
		breakers.forEach((breaker) -> names.add(breaker.name()));
		return names;
	}

	private static long count(MeterRegistry meters) {
		return meters.getMeters().stream().filter((meter) -> meter.getId().getName().startsWith("breaker.")).count();
	}

	private static Set<String> names(MeterRegistry meters) {
		Set<String> names = new HashSet<>();
		for (Meter meter : meters.getMeters()) {
			if (meter.getId().getName().equals("breaker.calls")) {
				names.add(meter.getId().getTag("name"));
			}
		}
		return names;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Parent {

		@Bean
		Remote parentRemote() {
			return new Remote();
		}

		@Bean
		Hearing hearing() {
			return new Hearing();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child {

		@Bean
		Remote childRemote() {
			return new Remote();
		}

		@Bean
		Reports reports() {
			return new Reports();
		}

		@Bean
		Hearing hearing() {
			return new Hearing();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OnlyReports {

		@Bean
		Reports reports() {
			return new Reports();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry extends Child {

		@Bean
		@Primary
		CircuitBreakerRegistry ownRegistry() {
			return CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMeters extends Child {

		@Bean
		SimpleMeterRegistry ownMeters() {
			return new SimpleMeterRegistry() {
				@Override
				public void close() {
					// Looked at afterwards
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithFacade {

		@Bean
		Facade facade(Remote remote) {
			return new Facade(remote);
		}

	}

	static class Facade {

		private final Remote remote;

		Facade(Remote remote) {
			this.remote = remote;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		void pay() {
			this.remote.pay();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OpeningAtStart extends Child {

		@Bean
		InitializingBean opening(CircuitBreakerRegistry registry) {
			return () -> registry.get("payments").forceOpen();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizingReports extends Child {

		@Bean
		CircuitBreakerConfigCustomizer reportsAtOnce() {
			return CircuitBreakerConfigCustomizer.of("reports", (builder) -> builder.consecutiveFailureThreshold(1));
		}

	}

	static class Remote {

		@dev.breaker.annotation.CircuitBreaker(name = "payments")
		void pay() {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "regions", key = "#region")
		String region(String region) {
			return region;
		}

	}

	static class Reports {

		@dev.breaker.annotation.CircuitBreaker(name = "reports", key = "#region")
		String report(String region) {
			if (region.equals("fail")) {
				throw new IllegalStateException("down");
			}
			return region;
		}

	}

	static class Hearing implements CircuitBreakerListener {

		final List<String> listened = new ArrayList<>();

		final List<String> published = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.listened.add(breaker.name());
		}

		@EventListener
		void on(CircuitBreakerStateChangedEvent event) {
			this.published.add(event.getCircuitBreakerName());
		}

	}

}
