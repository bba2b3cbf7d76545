package dev.breaker.spring.test.shop;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application with a breaker of each origin.
 */
@SpringBootApplication(proxyBeanMethods = false)
class ShopApplication {

	/** What the other side does. */
	interface Remote<T> {

		T call() throws IOException;

	}

	@Service
	static class Payments {

		@CircuitBreaker(name = "payments", fallbackMethod = "later")
		public String pay(Remote<String> remote) throws IOException {
			return remote.call();
		}

		@CircuitBreaker(name = "receipts")
		public CompletionStage<String> receipt(CompletionStage<String> remote) {
			return remote;
		}

		String later(Remote<String> remote, Throwable thrown) {
			return "later";
		}

	}

	@Service
	static class Stock {

		@CircuitBreaker(name = "stock", key = "#warehouse")
		public int pieces(String warehouse, Remote<Integer> remote) throws IOException {
			return remote.call();
		}

	}

	@Service
	static class Ledger {

		private final CircuitBreakerRegistry registry;

		Ledger(CircuitBreakerRegistry registry) {
			this.registry = registry;
		}

		private static CircuitBreakerConfig config() {
			return CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(10)).build();
		}

		dev.breaker.CircuitBreaker byName() {
			return this.registry.get("ledger");
		}

		dev.breaker.CircuitBreaker byConfig() {
			return this.registry.get("ledger-of-code", config());
		}

		CircuitBreakerGroup group() {
			return this.registry.group("ledgers", config(), 4);
		}

	}

	@RestController
	static class PaymentsController {

		@CircuitBreaker(name = "controller")
		@GetMapping("/payments")
		public String payments() {
			return "none";
		}

	}

}
