package dev.breaker.spring.test.docs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.annotation.CircuitBreaker;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Service;

/**
 * What the examples of docs/testing.md test.
 */
@SpringBootApplication(proxyBeanMethods = false)
class CheckoutApplication {

	@Service
	static class Payments {

		@CircuitBreaker(name = "payments", fallbackMethod = "later")
		public String pay() {
			return "paid";
		}

		String later() {
			return "later";
		}

	}

	@Service
	static class Mail {

		@CircuitBreaker(name = "mail")
		public CompletionStage<String> send() {
			return CompletableFuture.supplyAsync(() -> "sent");
		}

	}

}
