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
class NamedBreakerTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	@Test
	void theLimitIsThatOfEachName() {
		NamedBreaker one = keyed("one", 4);
		NamedBreaker two = keyed("two", 4);
		for (int i = 0; i < 20; i++) {
			one.breaker("k" + i);
			two.breaker("k" + i);
		}
		assertThat(this.registry.groups()).extracting(CircuitBreakerGroup::size).containsExactly(4, 4);
		assertThat(keyed("one", 4).breaker("k19")).isSameAs(one.breaker("k19"));
	}

	@Test
	void aGroupIsConfiguredAsItsName() {
		String property = "breaker.instances.shop.sliding-window-size=7";
		assertThat(keyed("shop", 4, property).breaker("a").config().slidingWindowSize()).isEqualTo(7);
		assertThat(keyed("other", 4, property).breaker("a").config().slidingWindowSize()).isEqualTo(100);
	}

	@Test
	void whatItMadeGoesWithItAndOthersStay() {
		CircuitBreakerGroup others = this.registry.group("others", CircuitBreakerConfig.ofDefaults(), 2);
		NamedBreaker shop = keyed("shop", 1);
		shop.breaker("a").acquire();
		shop.breaker("b");
		NamedBreaker ofOthers = keyed("others", 1);
		ofOthers.breaker("a");
		this.registry.get("plain");
		shop.removeGroup();
		ofOthers.removeGroup();
		assertThat(this.registry.groups()).containsExactly(others);
		assertThat(this.registry.all()).extracting(CircuitBreaker::name).containsExactlyInAnyOrder("others:a", "plain");
	}

	@Test
	void anIdleBreakerGoesWhereAllCallsHaveKeys() {
		this.registry.get("keyed");
		this.registry.get("called").call(() -> "answer");
		this.registry.get("both");
		keyed("keyed", 1).removeIdle();
		keyed("called", 1).removeIdle();
		NamedBreaker both = keyed("both", 1);
		both.useBreaker();
		both.removeIdle();
		assertThat(this.registry.all()).extracting(CircuitBreaker::name).containsExactlyInAnyOrder("called", "both");
	}

	private NamedBreaker keyed(String name, int maxKeys, String... properties) {
		StandardEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(properties).applyTo(environment);
		BreakerConfigs configs = BreakerConfigs.load(environment, new DefaultListableBeanFactory(), List.of(), null);
		NamedBreaker named = new NamedBreaker(name, this.registry, configs, maxKeys);
		named.useGroup();
		return named;
	}

}
