package dev.breaker.spring.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.FleetDecision;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many series Prometheus has to store: as many as {@code docs/meters.md} says.
 */
class MeterCardinalityTests {

	private static final List<State> OF_A_FLEET = List.of(State.CLOSED, State.OPEN, State.HALF_OPEN);

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(this.clock.config().build());

	private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	@BeforeEach
	void bind() {
		new BreakerMetrics(this.breakers, () -> Set.of()).bindTo(this.prometheus);
	}

	@Test
	void aThousandBreakersHaveAsManySeriesAsThePageSays() throws IOException {
		this.breakers.get("payments");
		assertThat(series()).hasSize(documented("has ([0-9,]+) series from the start"));
		for (int number = 1; number < 1_000; number++) {
			this.breakers.get("breaker-" + number);
		}
		assertThat(series()).hasSize(documented("That is ([0-9,]+) for\\s+1,000 breakers"));
	}

	@Test
	void eachWayOfChangingTheStateAddsOneAndAllAsManyAsThePageSays() throws IOException {
		CircuitBreaker payments = this.breakers.get("payments");
		CircuitBreaker other = CircuitBreaker.of("other", this.clock.config().build());
		other.forceOpen();
		payments.restore(other.export());
		int before = series().size();
		payments.disable();
		assertThat(series()).hasSize(before + 1);
		for (State from : State.values()) {
			for (State to : State.values()) {
				payments.apply(StateCommand.to(from));
				payments.apply(StateCommand.to(to));
			}
		}
		for (State held : List.of(State.OPEN, State.FORCED_OPEN, State.DISABLED)) {
			payments.apply(StateCommand.to(held).hold(Duration.ofSeconds(5)));
			this.clock.advance(Duration.ofSeconds(5));
			payments.state();
		}
		for (State signalled : List.of(State.CLOSED, State.HALF_OPEN)) {
			payments.apply(StateCommand.to(signalled));
			payments.signal("backlog", null, Duration.ofMinutes(1));
		}
		for (State held : List.of(State.FORCED_OPEN, State.DISABLED)) {
			payments.apply(StateCommand.to(held).hold(Duration.ofSeconds(5)));
			payments.signal("backlog", null, Duration.ofMinutes(1));
			this.clock.advance(Duration.ofSeconds(5));
			payments.state();
		}
		assertThat(series()).hasSize(documented("at most ([0-9,]+), or"));
		for (State from : OF_A_FLEET) {
			for (State to : OF_A_FLEET) {
				payments.apply(StateCommand.to(from));
				payments.follow(new FleetDecision(to, Duration.ZERO, 1, null));
			}
		}
		assertThat(series()).hasSize(documented(", or ([0-9,]+) for one that is"));
	}

	@Test
	void keysThatAreRestoredToSeveralStatesAddAsManyAsThePageSays() throws IOException {
		CircuitBreakerGroup tenants = this.breakers.group("tenants", this.clock.config().build(), 10);
		restore(tenants, State.FORCED_OPEN);
		int before = series().size();
		for (State state : List.of(State.OPEN, State.HALF_OPEN, State.DISABLED, State.METRICS_ONLY)) {
			restore(tenants, state);
		}
		assertThat(series()).hasSize(before + documented("and ([0-9,]+) more for a name\\s+with keys"));
	}

	private void restore(CircuitBreakerGroup group, State state) {
		CircuitBreaker other = CircuitBreaker.of("other", this.clock.config().build());
		other.apply(StateCommand.to(state));
		assertThat(group.get(state.name()).restore(other.export())).isTrue();
	}

	@Test
	void keysAreNoTag() throws IOException {
		CircuitBreakerGroup tenants = this.breakers.group("tenants", this.clock.config().build(), 1_000);
		for (int key = 0; key < 1_000; key++) {
			CircuitBreaker tenant = tenants.get("customer-" + key);
			Calls.succeed(tenant);
			Calls.fail(tenant, 1);
			tenant.forceOpen();
			Calls.refused(tenant, 1);
		}
		assertThat(this.prometheus.scrape()).doesNotContain("customer-");
		assertThat(series()).hasSize(documented("has ([0-9,]+) series from the start") + 1);
		assertThat(Pattern.compile("[{,](\\w+)=\"")
			.matcher(String.join("\n", series()))
			.results()
			.map((tag) -> tag.group(1))).containsOnly("name", "outcome", "state", "from", "to", "reason");
	}

	private List<String> series() {
		return this.prometheus.scrape().lines().filter((line) -> line.startsWith("breaker_")).toList();
	}

	private static int documented(String pattern) throws IOException {
		List<MatchResult> found = Pattern.compile(pattern)
			.matcher(Files.readString(Path.of("..", "docs", "meters.md")))
			.results()
			.toList();
		assertThat(found).as(pattern).hasSize(1);
		return Integer.parseInt(found.get(0).group(1).replace(",", ""));
	}

}
