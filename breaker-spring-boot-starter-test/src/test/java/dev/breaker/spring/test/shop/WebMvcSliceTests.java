package dev.breaker.spring.test.shop;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.test.shop.ShopApplication.PaymentsController;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@WebMvcTest(PaymentsController.class)
@AutoConfigureCircuitBreakers
class WebMvcSliceTests {

	@Autowired
	MockMvcTester mvc;

	@Autowired
	CircuitBreakerRegistry registry;

	@Autowired
	ManualClock clock;

	@Test
	@AutoConfigureCircuitBreakers(open = "controller")
	void refusalIsAnswered() {
		assertThat(this.mvc.get().uri("/payments")).hasStatus(HttpStatus.SERVICE_UNAVAILABLE)
			.hasHeader("Retry-After", "30");
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(this.mvc.get().uri("/payments")).hasStatusOk();
		assertThat(CircuitBreakers.named(this.registry, "controller")).isHalfOpen().hasRefused(1).hasSucceeded(1);
	}

	@RepeatedTest(2)
	void everyTestBeginsWithAResetBreaker() {
		CircuitBreaker controller = CircuitBreakers.named(this.registry, "controller");
		assertThat(controller).isClosed().hasSucceeded(0);
		assertThat(this.mvc.get().uri("/payments")).hasStatusOk();
		controller.forceOpen();
	}

}
