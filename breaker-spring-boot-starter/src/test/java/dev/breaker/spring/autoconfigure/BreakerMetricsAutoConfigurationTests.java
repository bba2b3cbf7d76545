package dev.breaker.spring.autoconfigure;

import java.util.Set;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.fallback.FallbackListener;
import dev.breaker.spring.metrics.BreakerMetrics;
import dev.breaker.spring.metrics.KeyedBreakerMetrics;
import dev.breaker.spring.support.Calls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(BreakerAutoConfiguration.class, BreakerMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void bindsTheMetersOfEveryBreaker() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(BreakerMetrics.class).hasSingleBean(FallbackListener.class);
			context.getBean(CircuitBreakerRegistry.class).get("payments");
			assertThat(context.getBean(MeterRegistry.class).find("breaker.state").tag("name", "payments").gauges())
				.hasSize(6);
		});
	}

	@Test
	void isNotThereWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.withConfiguration(AutoConfigurations.of(BreakerEventsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("breakerMetrics")
				.hasSingleBean(CircuitBreakerRegistry.class));
	}

	@Test
	void isNotThereWithoutMeterRegistry() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerMetricsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BreakerMetrics.class));
	}

	@Test
	void isNotThereWhenSwitchedOff() {
		this.runner.withPropertyValues("breaker.metrics.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(BreakerMetrics.class)
				.doesNotHaveBean(FallbackListener.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "on", "yes", "1", "TRUE" })
	void isThereHoweverTrueIsSpelled(String value) {
		this.runner.withPropertyValues("breaker.metrics.enabled=" + value)
			.run((context) -> assertThat(context).hasSingleBean(BreakerMetrics.class));
	}

	@Test
	void isNotThereWhenTheStarterIsSwitchedOff() {
		this.runner.withPropertyValues("breaker.enabled=false")
			.withBean(CircuitBreakerRegistry.class, () -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.run((context) -> assertThat(context).doesNotHaveBean(BreakerMetrics.class));
	}

	@Test
	void backsOffFromTheUsersOwn() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		BreakerMetrics own = new BreakerMetrics(registry, Set::of);
		this.runner.withBean("own", BreakerMetrics.class, () -> own)
			.run((context) -> assertThat(context).getBean(BreakerMetrics.class).isSameAs(own));
	}

	@Test
	void doesNotCreateTheMeterRegistryEarlySoThatNoOtherBinderStarves() {
		MeterBinder other = (registry) -> registry.counter("other");
		this.runner.withBean("other", MeterBinder.class, () -> other).run((context) -> {
			assertThat(context.getBeanFactory().getDependenciesForBean("breakerMetrics"))
				.noneMatch((name) -> context.isTypeMatch(name, MeterRegistry.class));
			assertThat(context.getBean(MeterRegistry.class).find("other").counter()).isNotNull();
		});
	}

	@Test
	void aHundredRefreshesLeaveTheSameMeters() {
		CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		SimpleMeterRegistry shared = new SimpleMeterRegistry() {
			@Override
			public void close() {
				// Outlives the contexts.
			}
		};
		CircuitBreaker breaker = breakers.get("payments");
		ApplicationContextRunner sharing = this.runner
			.withConfiguration(AutoConfigurations.of(BreakerAopAutoConfiguration.class))
			.withBean(CircuitBreakerRegistry.class, () -> breakers)
			.withBean("shared", MeterRegistry.class, () -> shared);
		int[] meters = new int[100];
		for (int i = 0; i < 100; i++) {
			int round = i;
			sharing.run((context) -> {
				Calls.succeed(breaker);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				meters[round] = (int) registry.getMeters()
					.stream()
					.filter((meter) -> meter.getId().getName().startsWith("breaker."))
					.count();
				assertThat(registry.get("breaker.calls").tag("outcome", "success").timer().count()).isEqualTo(1);
				assertThat(registry.get("breaker.state").tag("state", "closed").gauge().value()).isEqualTo(1);
			});
			assertThat(shared.getMeters()).noneMatch((meter) -> meter.getId().getName().startsWith("breaker."));
		}
		assertThat(meters).containsOnly(meters[0]);
		assertThat(meters[0]).isPositive();
	}

	@Test
	void withoutKeyedBreakersThereIsNoOverflowMeter() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(KeyedBreakerMetrics.class));
	}

}
