package dev.breaker.spring.actuate;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

import javax.management.JMException;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Who may do what, over which technology.
 */
@ExtendWith(OutputCaptureExtension.class)
class CircuitBreakersEndpointAccessTests {

	@Test
	void readingIsAllWithoutFurtherPermission() {
		try (RunningApplication application = RunningApplication.start(Application.class)) {
			CircuitBreaker breaker = application.bean(CircuitBreakerRegistry.class).get("payments");
			assertThat(application.get("/actuator/circuitbreakers/payments").status()).isEqualTo(200);
			assertThat(application.post("/actuator/circuitbreakers/payments", "{\"state\": \"FORCED_OPEN\"}").status())
				.isEqualTo(405);
			assertThat(application.post("/actuator/circuitbreakers/a/b", "{\"state\": \"FORCED_OPEN\"}").status())
				.isEqualTo(405);
			assertThat(application.get("/actuator/circuitbreakers/payments/advice").status()).isEqualTo(200);
			assertThat(application.post("/actuator/circuitbreakers/payments/whatif", "{\"failure-rate-threshold\": 40}")
				.status()).isEqualTo(405);
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void withoutAccessThereIsNoEndpointAndNoEventIsKept() {
		try (RunningApplication application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=none",
				"management.endpoint.circuitbreakerevents.access=none")) {
			assertThat(application.get("/actuator/circuitbreakers").status()).isEqualTo(404);
			assertThat(application.get("/actuator/circuitbreakerevents").status()).isEqualTo(404);
			assertThat(application.context().getBeanProvider(EventStore.class).stream()).isEmpty();
		}
	}

	@Test
	void lazyInitializationLosesNoNews(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start(Application.class,
				"spring.main.lazy-initialization=true", "breaker.instances.payments.failure-rate-threshold=40")) {
			application.bean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			assertThat(output).containsOnlyOnce("Circuit breaker 'payments': CLOSED -> FORCED_OPEN");
			assertThat(application.get("/actuator/circuitbreakerevents").at("/events")).hasSize(1);
			assertThat(application.get("/actuator/prometheus").body())
				.contains("breaker_state{name=\"payments\",state=\"forced_open\"} 1.0");
		}
	}

	@Test
	void worksOverJmxToo() throws Exception {
		try (RunningApplication application = RunningApplication.start(Application.class, "spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=*",
				"management.endpoint.circuitbreakers.access=unrestricted")) {
			CircuitBreaker breaker = application.bean(CircuitBreakerRegistry.class).get("payments");
			Calls.succeed(breaker);
			MBeanServer server = ManagementFactory.getPlatformMBeanServer();
			ObjectName name = onlyName(server, "org.springframework.boot:type=Endpoint,name=Circuitbreakers,*");
			Map<?, ?> all = (Map<?, ?>) invoke(server, name, "circuitBreakers");
			assertThat((Map<?, ?>) all.get("circuitBreakers")).hasSize(1);
			Map<?, ?> one = (Map<?, ?>) invoke(server, name, "circuitBreaker", "payments", null);
			assertThat(one.get("state")).isEqualTo("CLOSED");
			assertThat(one.get("failureRate")).isEqualTo(0.0f);
			assertThat(invoke(server, name, "circuitBreaker", "unknown", null)).isNull();
			Map<?, ?> commanded = (Map<?, ?>) invoke(server, name, "command", "payments", "FORCED_OPEN", "10m",
					"maintenance", null, null, null, null, null, null);
			assertThat(commanded.get("state")).isEqualTo("FORCED_OPEN");
			assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
			Map<?, ?> changed = (Map<?, ?>) invoke(server, name, "command", "payments", null, null, "drill", null,
					"{\"failure-rate-threshold\": 40}", null, null, null, null);
			assertThat(changed.get("failureRateThreshold")).isEqualTo(40.0f);
			assertThat(((Map<?, ?>) changed.get("changed")).get("reason")).isEqualTo("drill");
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(() -> invoke(server, name, "command", "unknown", "OPEN", null, null, null, null, null, null,
						null, null))
				.withMessageContaining("There is no circuit breaker 'unknown'");
			assertThat(application.bean(CircuitBreakerRegistry.class).find("unknown")).isEmpty();
			ObjectName events = onlyName(server, "org.springframework.boot:type=Endpoint,name=Circuitbreakerevents,*");
			Map<?, ?> ofPayments = (Map<?, ?>) invoke(server, events, "eventsOf", "payments");
			assertThat(ofPayments.get("events")).asString().contains("STATE_CHANGE", "FORCED_OPEN");
		}
	}

	private static ObjectName onlyName(MBeanServer server, String pattern) throws Exception {
		Set<ObjectName> names = server.queryNames(new ObjectName(pattern), null);
		assertThat(names).hasSize(1);
		return names.iterator().next();
	}

	private static Object invoke(MBeanServer server, ObjectName name, String operation, Object... arguments)
			throws Exception {
		String[] signature = Arrays.stream(server.getMBeanInfo(name).getOperations())
			.filter((candidate) -> candidate.getName().equals(operation))
			.flatMap((found) -> Arrays.stream(found.getSignature()))
			.map(MBeanParameterInfo::getType)
			.toArray(String[]::new);
		assertThat(signature).hasSameSizeAs(arguments);
		return server.invoke(name, operation, arguments, signature);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
