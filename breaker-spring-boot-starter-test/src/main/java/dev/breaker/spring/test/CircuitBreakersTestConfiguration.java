package dev.breaker.spring.test;

import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.restore.StateKeeper;
import dev.breaker.test.ManualClock;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;

/**
 * The beans of a test: the clock, what puts all breakers on it, and what keeps their
 * states out of a file.
 */
@AutoConfiguration
class CircuitBreakersTestConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean
	static ManualClock breakerManualClock() {
		return new ManualClock();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean
	static BreakerClock breakerTestClock(ManualClock clock) {
		return new BreakerClock(clock::nanos, clock.clock());
	}

	/** Comes after the configuration of the application, which may have its own clock. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CircuitBreakersTestConfiguration.class)
	static class Deferred {

		/**
		 * A test neither begins with the states of the application nor replaces them.
		 * Here, as it must be known before the starter's own.
		 */
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static StateKeeper breakerTestStateKeeper() {
			return new StateKeeper(null, "");
		}

	}

}
