package dev.breaker.sample;

import dev.breaker.spring.CircuitBreakerConfigCustomizer;

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
	CircuitBreakerConfigCustomizer paymentsClock(TestClock clock) {
		return CircuitBreakerConfigCustomizer.of("payments", (config) -> config.nanoClock(clock));
	}

	@Bean
	CircuitBreakerConfigCustomizer inventoryClock(TestClock clock) {
		return CircuitBreakerConfigCustomizer.of("inventory", (config) -> config.nanoClock(clock));
	}

	@Bean
	CircuitBreakerConfigCustomizer partnerClock(TestClock clock) {
		return CircuitBreakerConfigCustomizer.of("partner", (config) -> config.nanoClock(clock));
	}

}
