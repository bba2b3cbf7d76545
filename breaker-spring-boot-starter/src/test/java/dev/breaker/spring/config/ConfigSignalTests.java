package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;

import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What configs say of signals.
 */
class ConfigSignalTests {

	@TempDir
	Path directory;

	private CircuitBreakerConfig config(String yaml) {
		return new YamlApplication(this.directory).config(yaml, "payments");
	}

	@Test
	void namesAreListsOfAnyForm() {
		CircuitBreakerConfig config = config("""
				breaker:
				  instances:
				    payments:
				      open-when-down: db, queue/orders
				      health-interval: 2s
				      propagate-to:
				        - orders
				        - stock
				""");
		assertThat(config.openWhenDown()).containsExactly("db", "queue/orders");
		assertThat(config.healthInterval()).isEqualTo(Duration.ofSeconds(2));
		assertThat(config.propagateTo()).containsExactly("orders", "stock");
	}

	@Test
	void namesAreInheritedAndReplaced() {
		String base = """
				breaker:
				  configs.default: { open-when-down: [ db ], health-interval: 2s, propagate-to: [ orders, stock ] }
				""";
		assertThat(config(base).openWhenDown()).containsExactly("db");
		assertThat(config(base).propagateTo()).containsExactly("orders", "stock");
		CircuitBreakerConfig other = config(
				base + "  instances.payments: { open-when-down: [ queue ], propagate-to: none }");
		assertThat(other.openWhenDown()).containsExactly("queue");
		assertThat(other.healthInterval()).isEqualTo(Duration.ofSeconds(2));
		assertThat(other.propagateTo()).isEmpty();
	}

	@Test
	void whereNoHealthIsLookedAtAnInheritedIntervalIsGoneToo() {
		CircuitBreakerConfig config = config("""
				breaker:
				  configs.default: { open-when-down: [ db ], health-interval: 2s }
				  instances.payments.open-when-down: none
				""");
		assertThat(config.openWhenDown()).isEmpty();
		assertThat(config.healthInterval()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void anIntervalWithoutContributorsIsRefused() {
		assertThat(new YamlApplication(this.directory).failure("breaker.instances.payments.health-interval: 5s"))
			.contains("Property: breaker.instances.payments.health-interval")
			.contains("Value: \"5s\"")
			.contains("must not be given without open-when-down, which names the health contributors to look at");
	}

	@Test
	void anIntervalThatIsTooShortIsRefused() {
		assertThat(new YamlApplication(this.directory)
			.failure("breaker.instances.payments: { open-when-down: db, health-interval: 10ms }"))
			.contains("Property: breaker.instances.payments.health-interval")
			.contains("must be 100ms or more");
	}

	@Test
	void anEmptyNameIsRefused() {
		assertThat(new YamlApplication(this.directory).failure("breaker.instances.payments.propagate-to: orders,,"))
			.contains("Property: breaker.instances.payments.propagate-to")
			.contains("Reason: is empty");
	}

}
