package dev.breaker.spring.signal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of a health contributor.
 */
@ExtendWith(OutputCaptureExtension.class)
class HealthLookTests {

	private static final HealthIndicator UP = () -> Health.up().build();

	private static final HealthIndicator DOWN = () -> Health.down().build();

	private final Map<String, HealthContributor> contributors = new LinkedHashMap<>();

	private final HealthLook look = new HealthLook(List.of(new HealthSource() {

		@Override
		public @Nullable HealthContributor find(String name) {
			return HealthLookTests.this.contributors.get(name);
		}

		@Override
		public Stream<String> names() {
			return HealthLookTests.this.contributors.keySet().stream();
		}

	}));

	private @Nullable String trouble(HealthIndicator indicator) {
		this.contributors.put("db", indicator);
		return this.look.trouble("db");
	}

	@Test
	void downAndOutOfServiceAreTrouble() {
		assertThat(trouble(DOWN)).isEqualTo("DOWN");
		assertThat(trouble(() -> Health.outOfService().build())).isEqualTo("OUT_OF_SERVICE");
		assertThat(trouble(() -> Health.down(new IllegalStateException("refused")).build()))
			.isEqualTo("DOWN: java.lang.IllegalStateException: refused");
	}

	@Test
	void upUnknownAndNothingAreNone() {
		assertThat(trouble(UP)).isNull();
		assertThat(trouble(() -> Health.unknown().build())).isNull();
		assertThat(trouble(() -> Health.status("DEGRADED").build())).isNull();
		assertThat(trouble(() -> null)).isNull();
	}

	@Test
	void whatThrowsIsTrouble() {
		assertThat(trouble(() -> {
			throw new IllegalStateException("no connection");
		})).isEqualTo("threw java.lang.IllegalStateException");
		assertThat(trouble(() -> {
			throw new NoClassDefFoundError("gone");
		})).isEqualTo("threw java.lang.NoClassDefFoundError");
	}

	@Test
	void theRefusalOfABreakerIsNoTrouble() {
		CircuitBreaker open = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().initialState(State.FORCED_OPEN).build());
		assertThat(trouble(() -> open.call(() -> Health.up().build()))).isNull();
		assertThat(trouble(() -> {
			try {
				return open.call(() -> Health.up().build());
			}
			catch (CallNotPermittedException ex) {
				throw new CompletionException(ex);
			}
		})).isNull();
		assertThat(trouble(() -> {
			try {
				return open.call(() -> Health.up().build());
			}
			catch (CallNotPermittedException ex) {
				return Health.down(ex).build();
			}
		})).isNull();
		assertThat(trouble(() -> {
			try {
				return open.call(() -> Health.up().build());
			}
			catch (CallNotPermittedException ex) {
				return Health.down(new IllegalStateException(ex)).build();
			}
		})).isNull();
	}

	@Test
	void anyInsideOfAnotherIsTroubleOfIt() {
		Map<String, HealthContributor> inside = new LinkedHashMap<>();
		inside.put("primary", UP);
		inside.put("replica", DOWN);
		this.contributors.put("db", CompositeHealthContributor.fromMap(inside));
		assertThat(this.look.trouble("db")).isEqualTo("replica: DOWN");
		assertThat(this.look.trouble("db/primary")).isNull();
		assertThat(this.look.trouble("db/replica")).isEqualTo("DOWN");
	}

	@Test
	void anUnknownNameIsAWarningOnce(CapturedOutput output) {
		this.contributors.put("database", UP);
		for (int i = 0; i < 3; i++) {
			assertThat(this.look.trouble("databse")).isNull();
			assertThat(this.look.knows("databse")).isFalse();
			this.look.reportMissing("databse", this.look.names());
		}
		assertThat(this.look.trouble("database/primary")).isNull();
		assertThat(this.look.trouble("/")).isNull();
		assertThat(output).containsOnlyOnce("databse (did you mean 'database'?)");
	}

}
