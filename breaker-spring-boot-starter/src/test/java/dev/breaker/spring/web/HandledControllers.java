package dev.breaker.spring.web;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;

import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Handlers whose application says itself what becomes of a refusal: each answers 418.
 */
@Import({ HandledControllers.Here.class, HandledControllers.Exact.class, HandledControllers.ExactAdvice.class,
		HandledControllers.Wide.class, HandledControllers.WideAdvice.class, HandledControllers.All.class,
		HandledControllers.AllAdvice.class })
class HandledControllers {

	static ResponseEntity<String> teapot(Throwable thrown) {
		return ResponseEntity.status(HttpStatus.I_AM_A_TEAPOT).body("own: " + thrown.getClass().getSimpleName());
	}

	abstract static class Refused {

		private final CircuitBreakerRegistry breakers;

		Refused(CircuitBreakerRegistry breakers) {
			this.breakers = breakers;
		}

		String call() {
			return this.breakers.get("payments").call(() -> "pong");
		}

	}

	@RestController
	static class Here extends Refused {

		Here(CircuitBreakerRegistry breakers) {
			super(breakers);
		}

		@GetMapping("/handled/here")
		String here() {
			return call();
		}

		@ExceptionHandler
		ResponseEntity<String> handle(CallNotPermittedException refusal) {
			return teapot(refusal);
		}

	}

	@RestController
	static class Exact extends Refused {

		Exact(CircuitBreakerRegistry breakers) {
			super(breakers);
		}

		@GetMapping("/handled/exact")
		String exact() {
			return call();
		}

		@GetMapping("/handled/exact-cause")
		String exactCause() {
			try {
				return call();
			}
			catch (CallNotPermittedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	@RestControllerAdvice(assignableTypes = Exact.class)
	static class ExactAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(CallNotPermittedException refusal) {
			return teapot(refusal);
		}

	}

	@RestController
	static class Wide extends Refused {

		Wide(CircuitBreakerRegistry breakers) {
			super(breakers);
		}

		@GetMapping("/handled/runtime")
		String runtime() {
			return call();
		}

	}

	@RestControllerAdvice(assignableTypes = Wide.class)
	static class WideAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(RuntimeException thrown) {
			return teapot(thrown);
		}

	}

	@RestController
	static class All extends Refused {

		All(CircuitBreakerRegistry breakers) {
			super(breakers);
		}

		@GetMapping("/handled/exception")
		String all() {
			return call();
		}

	}

	@RestControllerAdvice(assignableTypes = All.class)
	static class AllAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(Exception thrown) {
			return teapot(thrown);
		}

	}

}
