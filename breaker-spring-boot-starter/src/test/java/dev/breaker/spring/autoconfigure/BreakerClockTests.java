package dev.breaker.spring.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * One clock for all breakers of an application.
 */
class BreakerClockTests {

	private final LongSupplier nanoClock = () -> 42;

	private final BreakerClock clock = new BreakerClock(this.nanoClock, Clock.systemDefaultZone());

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class))
		.withPropertyValues("breaker.instances.payments.wait-duration-in-open-state=7s");

	@Test
	void everyBreakerGoesByIt() {
		this.runner.withBean(BreakerClock.class, () -> this.clock)
			.withBean(CircuitBreakerConfigCustomizer.class,
					() -> CircuitBreakerConfigCustomizer.of("stock", (config) -> config.nanoClock(() -> 0)))
			.run((context) -> {
				CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
				CircuitBreakerConfig ofCode = CircuitBreakerConfig.builder().slidingWindowSize(7).build();
				assertGoesByIt(registry.get("payments").config());
				assertGoesByIt(registry.get("stock").config());
				assertGoesByIt(registry.get("unknown").config());
				assertGoesByIt(registry.get("of-code", ofCode).config());
				assertGoesByIt(registry.group("group", ofCode, 2).get("key").config());
				assertThat(registry.get("payments").config().waitDurationInOpenState())
					.isEqualTo(Duration.ofSeconds(7));
				assertThat(registry.get("of-code").config().slidingWindowSize()).isEqualTo(7);
			});
	}

	private void assertGoesByIt(CircuitBreakerConfig config) {
		assertThat(config.nanoClock()).isSameAs(this.nanoClock);
		assertThat(config.clock()).isSameAs(this.clock.clock());
	}

	@Test
	void childContextTakesItsBreakersOutOfTheRegistryWhenItCloses() {
		this.runner.withBean(BreakerClock.class, () -> this.clock).run((parent) -> {
			CircuitBreakerRegistry registry = parent.getBean(CircuitBreakerRegistry.class);
			this.runner.withPropertyValues("breaker.instances.of-child.sliding-window-size=7")
				.withParent(parent)
				.run((child) -> {
					CircuitBreaker ofChild = registry.find("of-child").orElseThrow();
					assertGoesByIt(ofChild.config());
				});
			assertThat(registry.find("of-child")).isEmpty();
		});
	}

	@Test
	void breakersHaveTheirOwnClocksWithoutIt() {
		this.runner.run((context) -> assertThat(
				context.getBean(CircuitBreakerRegistry.class).get("payments").config().nanoClock())
			.isSameAs(CircuitBreakerConfig.ofDefaults().nanoClock()));
	}

	@Test
	void configThatGoesByItIsTheSame() {
		CircuitBreakerConfig config = this.clock.applyTo(CircuitBreakerConfig.ofDefaults());
		assertGoesByIt(config);
		assertThat(this.clock.applyTo(config)).isSameAs(config);
	}

	@Test
	void bothClocksAreRequired() {
		assertThatNullPointerException().isThrownBy(() -> new BreakerClock(null, Clock.systemUTC()))
			.withMessage("nanoClock");
		assertThatNullPointerException().isThrownBy(() -> new BreakerClock(() -> 0, null)).withMessage("clock");
	}

}
