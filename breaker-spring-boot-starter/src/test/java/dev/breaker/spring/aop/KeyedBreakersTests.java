package dev.breaker.spring.aop;

import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The groups of annotations with a key.
 */
class KeyedBreakersTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	@Test
	void theLimitIsThatOfEachName() {
		KeyedBreakers breakers = breakers(4);
		for (int i = 0; i < 20; i++) {
			breakers.group("one").get("k" + i);
			breakers.group("two").get("k" + i);
		}
		assertThat(this.registry.groups()).extracting(CircuitBreakerGroup::size).containsExactly(4, 4);
		assertThat(breakers.group("one")).isSameAs(breakers.group("one"));
	}

	@Test
	void aGroupIsConfiguredAsItsName() {
		KeyedBreakers breakers = breakers(4, "breaker.instances.shop.sliding-window-size=7");
		assertThat(breakers.group("shop").get("a").config().slidingWindowSize()).isEqualTo(7);
		assertThat(breakers.group("other").get("a").config().slidingWindowSize()).isEqualTo(100);
	}

	@Test
	void whatItMadeGoesWithItAndOthersStay() {
		CircuitBreakerGroup others = this.registry.group("others", CircuitBreakerConfig.ofDefaults(), 2);
		KeyedBreakers breakers = breakers(1);
		breakers.group("shop").get("a").acquire();
		breakers.group("shop").get("b");
		assertThat(breakers.group("others")).isSameAs(others);
		others.get("a");
		this.registry.get("plain");
		breakers.destroy();
		assertThat(this.registry.groups()).containsExactly(others);
		assertThat(this.registry.all()).extracting(CircuitBreaker::name).containsExactlyInAnyOrder("others:a", "plain");
	}

	private KeyedBreakers breakers(int max, String... properties) {
		StandardEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(properties).applyTo(environment);
		BreakerConfigs configs = BreakerConfigs.load(environment, new DefaultListableBeanFactory(), List.of(), null);
		return new KeyedBreakers(this.registry, configs, max);
	}

}
