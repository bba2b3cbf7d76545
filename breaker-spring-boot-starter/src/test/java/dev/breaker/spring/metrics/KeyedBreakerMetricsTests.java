package dev.breaker.spring.metrics;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyedBreakerMetricsTests {

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final KeyedBreakerMetrics metrics = new KeyedBreakerMetrics(this.breakers);

	private final MeterRegistry first = new SimpleMeterRegistry();

	private final MeterRegistry second = new SimpleMeterRegistry();

	@Test
	void keysWithoutAPlaceAreCountedOverAllGroups() {
		this.metrics.bindTo(this.first);
		overflow("inventory", 2);
		overflow("prices", 3);
		assertThat(this.first.get("breaker.keys.overflow").functionCounter().count()).isEqualTo(5);
	}

	@Test
	void aRegistryThatIsUnboundLosesTheMeterAndOthersKeepIt() {
		this.metrics.bindTo(this.first);
		this.metrics.bindTo(this.second);
		this.metrics.unbind(this.first);
		this.metrics.unbind(this.first);
		assertThat(this.first.getMeters()).isEmpty();
		assertThat(this.second.getMeters()).hasSize(1);
	}

	@Test
	void nothingIsLeftAfterDestroy() {
		this.metrics.bindTo(this.first);
		this.metrics.bindTo(this.second);
		this.metrics.destroy();
		assertThat(this.first.getMeters()).isEmpty();
		assertThat(this.second.getMeters()).isEmpty();
	}

	private void overflow(String name, int times) {
		CircuitBreakerGroup group = this.breakers.group(name, CircuitBreakerConfig.ofDefaults(), 1);
		group.get("in use").acquire();
		for (int i = 0; i < times; i++) {
			group.get("further" + i);
		}
	}

}
