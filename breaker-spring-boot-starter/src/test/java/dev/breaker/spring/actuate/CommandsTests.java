package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the log says of commands.
 */
@ExtendWith(OutputCaptureExtension.class)
class CommandsTests {

	@Test
	void namesAndOperatorsForgeNoLine(CapturedOutput output) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		registry.get("one\nERROR forged");
		registry.group("many\nERROR forged", CircuitBreakerConfig.ofDefaults(), 1);
		Commands commands = new Commands(registry, (event) -> {
			throw new IllegalStateException("no audit");
		}, null, null);
		StateCommand command = StateCommand.to(State.FORCED_OPEN).actor("eve\r\nERROR forged");
		assertThat(commands.give("one\nERROR forged", command, null)).isTrue();
		assertThat(commands.give("many\nERROR forged", command, null)).isTrue();
		assertThat(output).contains(
				"Circuit breaker 'one ERROR forged': operator eve ERROR forged commands FORCED_OPEN",
				"Circuit breakers 'many ERROR forged' of 0 keys: operator eve ERROR forged commands FORCED_OPEN",
				"The audit of a command to circuit breaker 'one ERROR forged' failed",
				"The audit of a command to circuit breaker 'many ERROR forged' failed");
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("ERROR"));
	}

	@Test
	void whatIsAuditedForgesNoLineAndIsComplete() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		registry.get("one\nERROR forged");
		List<AuditEvent> audited = new ArrayList<>();
		Commands commands = new Commands(registry,
				(event) -> audited.add(((AuditApplicationEvent) event).getAuditEvent()), null, null);
		String reason = "a bank\r\nERROR forged" + "x".repeat(900);
		commands.give("one\nERROR forged",
				StateCommand.to(State.FORCED_OPEN).actor("eve\nERROR").hold(Duration.ofMinutes(10)).comment(reason),
				null);
		assertThat(audited).singleElement().satisfies((event) -> {
			assertThat(event.getPrincipal()).isEqualTo("eve\\u000aERROR");
			assertThat(event.getData()).containsEntry("circuitBreaker", "one\\u000aERROR forged")
				.containsEntry("state", "FORCED_OPEN")
				.containsEntry("hold", "PT10M")
				.containsEntry("reason", "a bank\\u000d\\u000aERROR forged" + "x".repeat(900));
			assertThat(event.toString().lines()).hasSize(1);
		});
	}

}
