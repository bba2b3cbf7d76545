package dev.breaker.spring.web;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Handlers that a breaker refuses in all the ways that both Spring MVC and WebFlux know.
 */
@RestController
class RefusedController {

	private final CircuitBreakerRegistry breakers;

	RefusedController(CircuitBreakerRegistry breakers) {
		this.breakers = breakers;
	}

	private CircuitBreaker payments() {
		return this.breakers.get("payments");
	}

	private RuntimeException refusal() {
		try {
			payments().acquire().release();
			return new IllegalStateException("not refused");
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	@GetMapping("/plain/{id}")
	String plain(@PathVariable String id) {
		return payments().call(() -> "pong " + id);
	}

	@GetMapping("/named/{name}")
	String named(@PathVariable String name) {
		return this.breakers.get(Names.of(name)).call(() -> "pong");
	}

	@GetMapping("/stage")
	CompletionStage<String> stage() {
		return payments().callAsync(() -> CompletableFuture.completedFuture("pong"));
	}

	@GetMapping("/later-stage")
	CompletionStage<String> laterStage() {
		return CompletableFuture.supplyAsync(() -> "ping").thenCompose((ping) -> stage()).thenApply(String::trim);
	}

	@GetMapping("/mono")
	Mono<String> mono() {
		return Mono.fromCallable(() -> plain("mono"));
	}

	@GetMapping("/flux")
	Flux<String> flux() {
		return Flux.defer(() -> Flux.just(plain("flux")));
	}

	@GetMapping("/cause/{type}")
	String cause(@PathVariable String type) throws Exception {
		RuntimeException refusal = refusal();
		throw switch (type) {
			case "completion" -> new CompletionException(refusal);
			case "execution" -> new ExecutionException(refusal);
			case "undeclared" -> new UndeclaredThrowableException(refusal);
			case "own" -> new IllegalStateException("order failed", new RuntimeException(refusal));
			case "checked" -> new Exception(refusal);
			default -> throw new IllegalArgumentException(type);
		};
	}

	@GetMapping("/error-around")
	String errorAround() {
		throw new AssertionError(refusal());
	}

	@GetMapping("/status/{type}")
	String status(@PathVariable String type) {
		throw type.equals("annotated") ? new OrderConflict(refusal())
				: new ResponseStatusException(HttpStatus.BAD_GATEWAY, "order failed", refusal());
	}

	@GetMapping("/failure")
	String failure() {
		throw new IllegalStateException("a bug");
	}

	/**
	 * Names of breakers that cannot be written in a path.
	 */
	static final class Names {

		static final String NASTY = "in\"ven\\tory:k\u00f6ln\n\u0085WARN\u202E \uD83D\uDE00";

		private Names() {
		}

		static String of(String name) {
			return name.equals("nasty") ? NASTY : name;
		}

	}

	@ResponseStatus(HttpStatus.CONFLICT)
	static class OrderConflict extends RuntimeException {

		OrderConflict(Throwable cause) {
			super(cause);
		}

	}

}
