package dev.breaker.spring.test.docs;

import java.io.IOException;
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

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@AutoConfigureCircuitBreakers
class CheckoutTests {

	@Autowired
	Checkout checkout;

	@Autowired
	CircuitBreakerRegistry registry;

	@Autowired
	ManualClock clock;

	@Test
	void paymentsAreAskedAgainAfterTheWait() {
		CircuitBreaker payments = CircuitBreakers.named(this.registry, "payments");
		CircuitBreakers.trip(payments, new IOException("connection refused"));
		assertThat(this.checkout.pay()).isEqualTo("later");
		assertThat(payments).isOpen().hasRefused(1).changedBecauseOf(Reason.FAILURE_RATE);

		this.clock.advance(Duration.ofSeconds(60));
		assertThat(this.checkout.pay()).isEqualTo("paid");
		assertThat(payments).isHalfOpen().hasSucceeded(1);
	}

	@Test
	@AutoConfigureCircuitBreakers(open = "payments")
	void orderIsPaidLaterWhilePaymentsAreDown() {
		assertThat(this.checkout.pay()).isEqualTo("later");
	}

	@Test
	void confirmationIsRecordedWhenItIsSent() {
		this.checkout.confirm();
		CircuitBreaker mail = CircuitBreakers.named(this.registry, "mail");
		CircuitBreakers.awaitRecorded(mail, 1, Duration.ofSeconds(5));
		assertThat(mail).hasSucceeded(1);
	}

}
