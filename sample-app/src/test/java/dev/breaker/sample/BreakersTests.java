package dev.breaker.sample;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.client.ResourceAccessException;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How an application tests what it does while a breaker is open, and afterwards. No test
 * breaks a service, waits, or sees the breakers of another test: docs/testing.md.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureMockMvc
@AutoConfigureCircuitBreakers
class BreakersTests {

	@Autowired
	MockMvcTester shop;

	@Autowired
	CircuitBreakerRegistry registry;

	@Autowired
	ManualClock clock;

	@Test
	@AutoConfigureCircuitBreakers(open = "payments")
	void orderIsPaidLaterWhilePaymentsAreDown() {
		assertThat(this.shop.get().uri("/checkout/sku-1")).hasStatus(HttpStatus.ACCEPTED)
			.bodyJson()
			.extractingPath("payment.status")
			.isEqualTo("LATER");
		assertThat(CircuitBreakers.named(this.registry, "payments")).hasRefused(1);
	}

	@Test
	@AutoConfigureCircuitBreakers(open = "inventory:berlin")
	void oneWarehouseIsDown() {
		assertThat(this.shop.get().uri("/checkout/sku-1?warehouse=berlin")).hasStatus(HttpStatus.SERVICE_UNAVAILABLE)
			.hasHeader("Retry-After", "5");
		assertThat(this.shop.get().uri("/checkout/sku-1?warehouse=lyon")).hasStatusOk();
	}

	@Test
	void partnerIsAskedAgainAfterTheWait() {
		CircuitBreaker partner = CircuitBreakers.named(this.registry, "partner");
		CircuitBreakers.trip(partner, new ResourceAccessException("connection refused"));
		assertThat(this.shop.get().uri("/partner/sku-1")).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(partner).isOpen().hasFailed(3).hasRefused(1).changedBecauseOf(Reason.CONSECUTIVE_FAILURES);

		// Five seconds, spread by a tenth
		this.clock.advance(Duration.ofMillis(5_500));
		assertThat(partner).isHalfOpen();
		for (int probe = 0; probe < 3; probe++) {
			assertThat(this.shop.get().uri("/partner/sku-1")).hasStatusOk();
		}
		assertThat(partner).isClosed().hasSucceeded(3).changedBecauseOf(Reason.PROBES_SUCCEEDED);
	}

	@Test
	void unknownArticleIsNoFailure() {
		assertThat(this.shop.get().uri("/partner/unknown")).hasStatus(HttpStatus.NOT_FOUND);
		assertThat(CircuitBreakers.named(this.registry, "partner")).hasIgnored(1).hasFailed(0);
	}

}
