package dev.breaker.spring.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.FleetDescriptor.NodeDescriptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the endpoint says of a fleet and tells it, whatever the fleet is.
 */
class FleetDescriptorTests {

	private static final Instant SINCE = Instant.parse("2026-01-01T12:00:00.123Z");

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final CircuitBreaker payments = this.registry.get("payments");

	private final CircuitBreaker search = this.registry.get("search");

	private final List<String> told = new ArrayList<>();

	private FleetDescriptor fleet = fleet(true, State.CLOSED, "CLOSED CLOSED CLOSED");

	private final CircuitBreakersEndpoint endpoint = new CircuitBreakersEndpoint(this.registry, (event) -> {
	}, null, new FleetAccess() {

		@Override
		public boolean shares(String name) {
			return name.equals("payments");
		}

		@Override
		public void command(String name, StateCommand command) {
			FleetDescriptorTests.this.told.add(name + " " + command);
		}

		@Override
		public boolean isLocalOnly(String name) {
			return FleetDescriptorTests.this.payments.state() == State.OPEN;
		}

		@Override
		public @Nullable FleetDescriptor describe(String name) {
			return shares(name) ? FleetDescriptorTests.this.fleet : null;
		}

	});

	private static FleetDescriptor fleet(boolean connected, State state, String nodes) {
		List<NodeDescriptor> described = Stream.of(nodes.split(" "))
			.map((each) -> new NodeDescriptor("node", State.valueOf(each), false, 0))
			.toList();
		return new FleetDescriptor(connected, "node", described.size(), described, state,
				(state != State.CLOSED) ? SINCE : null, null, 1, 0, 2, List.of(), List.of());
	}

	private static void command(CircuitBreakersEndpoint endpoint, String name, @Nullable String scope) {
		endpoint.command(name, "FORCED_OPEN", null, null, null, null, null, null, null, scope);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
			false|OPEN|OPEN OPEN OPEN|; its fleet cannot be reached
			true|CLOSED|CLOSED OPEN CLOSED|; open on 1 of 3 instances, 2 open it for all
			true|OPEN|OPEN OPEN CLOSED|; open on 2 of 3 instances since 2026-01-01T12:00:00Z
			true|OPEN|OPEN|; open on 1 of 1 instance since 2026-01-01T12:00:00Z
			true|HALF_OPEN|HALF_OPEN CLOSED|; half-open on 1 of 2 instances since 2026-01-01T12:00:00Z
			true|FORCED_OPEN|FORCED_OPEN CLOSED|; forced open on 1 of 2 instances since 2026-01-01T12:00:00Z
			true|DISABLED|DISABLED DISABLED|; disabled on 2 of 2 instances since 2026-01-01T12:00:00Z
			true|METRICS_ONLY|METRICS_ONLY CLOSED|; metrics only on 1 of 2 instances since 2026-01-01T12:00:00Z
			""")
	void explanationSaysOnHowManyInstances(boolean connected, State state, String nodes, String end) {
		this.fleet = fleet(connected, state, nodes);
		CircuitBreakerDescriptor shown = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		assertThat(shown).isNotNull();
		assertThat(shown.explanation()).endsWith(end);
		assertThat(shown.fleet()).isSameAs(this.fleet);
	}

	@Test
	void healthyFleetAddsNothingToTheExplanation() {
		assertThat(this.fleet.explanation()).isEmpty();
	}

	@Test
	void onlySharedBreakersShowAFleet() {
		this.payments.open();
		CircuitBreakerDescriptor shared = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("payments");
		CircuitBreakerDescriptor other = (CircuitBreakerDescriptor) this.endpoint.circuitBreaker("search");
		assertThat(shared).isNotNull();
		assertThat(shared.localOnly()).isTrue();
		assertThat(other).isNotNull();
		assertThat(other.localOnly()).isNull();
		assertThat(other.fleet()).isNull();
	}

	@Test
	void commandGoesToTheFleetUnlessItIsForThisInstance() {
		command(this.endpoint, "payments", null);
		command(this.endpoint, "payments", "fleet");
		assertThat(this.told).containsExactly("payments StateCommand[FORCED_OPEN]",
				"payments StateCommand[FORCED_OPEN]");
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
		command(this.endpoint, "payments", "node");
		assertThat(this.told).hasSize(2);
		assertThat(this.payments.state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void breakerThatIsNotSharedHasNoFleetToCommand() {
		command(this.endpoint, "search", null);
		assertThat(this.search.state()).isEqualTo(State.FORCED_OPEN);
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> command(this.endpoint, "search", "fleet"))
			.withMessageContaining("breaker.cluster.breakers does not name it");
		assertThat(this.told).isEmpty();
	}

}
