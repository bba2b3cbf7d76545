package dev.breaker.compatibility.slices;

import dev.breaker.annotation.CircuitBreaker;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrdersController {

	@GetMapping("/orders")
	@CircuitBreaker(name = "controller", fallbackMethod = "none")
	String orders() {
		throw new IllegalStateException("down");
	}

	private String none() {
		return "none";
	}

}
