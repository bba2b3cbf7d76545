package dev.breaker.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.breaker.spring.test.AutoConfigureCircuitBreakers;

import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;

/**
 * A test against the whole shop over real HTTP. The waits and the ramp are so long that
 * only {@link TestClock} ends them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "shop.slow-answer=500ms",
		"spring.http.clients.read-timeout=800ms", "breaker.configs.default.slow-call-duration-threshold=350ms",
		"breaker.configs.default.minimum-number-of-calls=3", "breaker.configs.default.wait-duration-in-open-state=10m",
		"breaker.instances.partner.max-wait-duration-in-open-state=20m",
		"breaker.instances.inventory.recovery-ramp-duration=10h", "logging.level.dev.breaker.CircuitBreaker=error",
		// Of FleetShop alone
		"management.health.redis.enabled=false" })
@AutoConfigureMetrics
@AutoConfigureCircuitBreakers
@Import(ShopTestConfiguration.class)
@interface ShopTest {

}
