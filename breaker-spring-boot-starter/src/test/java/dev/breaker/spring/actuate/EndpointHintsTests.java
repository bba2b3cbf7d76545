package dev.breaker.spring.actuate;

import dev.breaker.Replay;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint.StreamDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CommandDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.FailureDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.FailuresDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.MemberDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.StateChangeDescriptor;
import dev.breaker.spring.aop.MethodBinding;
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerEndpointAutoConfiguration;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.support.AheadOfTime;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told of the endpoints.
 */
class EndpointHintsTests {

	private final RuntimeHints hints = AheadOfTime
		.hints(TestPropertyValues.of("management.endpoints.web.exposure.include=*"), Application.class);

	@Test
	void operationsCanBeInvoked() throws NoSuchMethodException {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(CircuitBreakersEndpoint.class.getMethod("circuitBreakers"))).accepts(this.hints);
		assertInvoked(CircuitBreakersEndpointWebExtension.class, "circuitBreakerWithSlashes");
		assertInvoked(CircuitBreakerEventsEndpoint.class, "events");
		assertInvoked(CircuitBreakerBindingsEndpoint.class, "bindings");
		assertInvoked(CircuitBreakerEventsEndpointWebExtension.class, "eventsOfNameWithSlashes");
		assertInvoked(CircuitBreakerEventsEndpointWebExtension.class, "streamOfNameWithSlashes");
	}

	@Test
	void answersCanBeWritten() {
		assertInvoked(CircuitBreakerDescriptor.class, "failureRate");
		assertInvoked(StateChangeDescriptor.class, "lastFailure");
		assertInvoked(CommandDescriptor.class, "actor");
		assertInvoked(MemberDescriptor.class, "state");
		assertInvoked(FailuresDescriptor.class, "counts");
		assertInvoked(FailureDescriptor.class, "message");
		assertInvoked(FleetDescriptor.class, "voters");
		assertInvoked(FleetDescriptor.NodeDescriptor.class, "localOnly");
		assertInvoked(BreakerEvent.class, "circuitBreaker");
		assertInvoked(StreamDescriptor.class, "dropped");
		assertInvoked(MethodBinding.class, "reason");
		assertInvoked(ErrorDescriptor.class, "message");
		assertInvoked(WhatIfDescriptor.class, "circuitBreaker");
		assertInvoked(WhatIfDescriptor.ReplayDescriptor.class, "failuresSpared");
		assertInvoked(Replay.Opening.class, "lasted");
		assertInvoked(AdviceDescriptor.class, "silence");
		assertInvoked(AdviceDescriptor.SuggestionDescriptor.class, "reason");
	}

	private void assertInvoked(Class<?> type, String method) {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(type, method))
			.as(type.getSimpleName() + "." + method)
			.accepts(this.hints);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class,
			BreakerEndpointAutoConfiguration.class })
	static class Application {

	}

}
