package dev.breaker.spring.fleet;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.actuate.FleetAccess;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.test.autoconfigure.DataRedisTest;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Slices of an application whose breakers are shared have their breakers, and no fleet:
 * nothing is asked of a Redis, which is not there.
 */
class FleetSliceTests {

	private static void assertIsAlone(ApplicationContext context) {
		assertThat(context.getBeanProvider(FleetAccess.class).stream()).isEmpty();
		assertThat(context.getBeanProvider(BreakerFleet.class).stream()).isEmpty();
		CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
		assertThat(registry.find("payments").orElseThrow().state()).isEqualTo(State.CLOSED);
	}

	@Nested
	@WebMvcTest(properties = { "breaker.cluster.enabled=true", "spring.data.redis.port=1",
			"breaker.instances.payments.failure-rate-threshold=50" })
	class OfTheWeb {

		@Test
		void sliceHasItsBreakersAndNoFleet(@Autowired ApplicationContext context) {
			assertIsAlone(context);
		}

	}

	@Nested
	@DataRedisTest(properties = { "breaker.cluster.enabled=true", "spring.data.redis.port=1",
			"breaker.instances.payments.failure-rate-threshold=50" })
	class OfRedis {

		@Test
		void sliceHasItsBreakersAndNoFleet(@Autowired ApplicationContext context) {
			assertIsAlone(context);
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
