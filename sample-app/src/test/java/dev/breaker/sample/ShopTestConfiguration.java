package dev.breaker.sample;

import java.time.Clock;

import dev.breaker.spring.BreakerClock;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

@TestConfiguration(proxyBeanMethods = false)
class ShopTestConfiguration {

	@Bean
	TestClock testClock() {
		return new TestClock();
	}

	@Bean
	ShopClient shopClient(Environment environment) {
		return new ShopClient(environment);
	}

	@Bean
	BreakerClock clockOfAllBreakers(TestClock clock) {
		return new BreakerClock(clock, Clock.systemUTC());
	}

}
