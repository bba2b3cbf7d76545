package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A registry that has the last word on the configs of what it makes.
 */
class RegistryAdjustmentTests {

	private final HandClock clock = new HandClock();

	private final CircuitBreakerRegistry registry = registry(
			(config) -> config.toBuilder().nanoClock(this.clock).build());

	private static CircuitBreakerRegistry registry(UnaryOperator<CircuitBreakerConfig> adjustment) {
		return CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults(),
				(name) -> name.equals("known")
						? CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(1)).build() : null,
				adjustment);
	}

	private static CircuitBreakerConfig config() {
		return CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(2)).build();
	}

	@Test
	void everyBreakerIsMadeWithTheAdjustedConfig() {
		assertOpenFor(this.registry.get("other"), Duration.ofSeconds(60));
		assertOpenFor(this.registry.get("known"), Duration.ofSeconds(1));
		assertOpenFor(this.registry.get("given", config()), Duration.ofSeconds(2));
		assertOpenFor(this.registry.group("group", config(), 1).get("key"), Duration.ofSeconds(2));
	}

	private void assertOpenFor(CircuitBreaker breaker, Duration wait) {
		breaker.open();
		this.clock.advance(wait.minusNanos(1));
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void adjustmentThatThrowsMakesNothing() {
		CircuitBreakerRegistry refusing = registry((config) -> {
			throw new IllegalStateException("no");
		});
		assertThatIllegalStateException().isThrownBy(() -> refusing.get("payments"));
		assertThatIllegalStateException().isThrownBy(() -> refusing.group("stock", config(), 1));
		assertThat(refusing.all()).isEmpty();
		assertThat(refusing.groups()).isEmpty();
	}

	@Test
	void groupThatIsThereIsNotAdjustedAgain() {
		List<CircuitBreakerConfig> adjusted = new ArrayList<>();
		CircuitBreakerRegistry counting = registry((config) -> {
			adjusted.add(config);
			return config;
		});
		CircuitBreakerGroup stock = counting.group("stock", config(), 1);
		assertThat(counting.group("stock", config(), 0)).isSameAs(stock);
		assertThat(adjusted).hasSize(1);
	}

	@Test
	void groupMadeWhileItsConfigIsAdjustedIsTheOnlyOne() {
		AtomicReference<CircuitBreakerRegistry> made = new AtomicReference<>();
		AtomicReference<CircuitBreakerGroup> meanwhile = new AtomicReference<>();
		List<CircuitBreakerGroup> heard = new ArrayList<>();
		made.set(registry((config) -> {
			CircuitBreakerRegistry asked = made.getAndSet(null);
			if (asked != null) {
				meanwhile.set(asked.group("stock", config, 5));
			}
			return config;
		}));
		CircuitBreakerRegistry twice = made.get();
		twice.addRegistryListener(new CircuitBreakerRegistryListener() {
			@Override
			public void onGroupAdded(CircuitBreakerGroup group) {
				heard.add(group);
			}
		});
		CircuitBreakerGroup stock = twice.group("stock", config(), 1);
		assertThat(stock).isNotNull().isSameAs(meanwhile.get());
		assertThat(stock.limit()).isEqualTo(5);
		assertThat(heard).containsExactly(stock);
	}

}
