package dev.breaker.spring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.web.RunningWeb.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.webflux.error.ErrorWebExceptionHandler;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Refusals that reach WebFlux, on Netty.
 */
class WebFluxRefusalAnswerTests extends RefusalAnswerTests {

	@Override
	WebApplicationType type() {
		return WebApplicationType.REACTIVE;
	}

	@Override
	Class<?> more() {
		return ReactiveApplication.class;
	}

	@ParameterizedTest
	@ValueSource(strings = { "/retried", "/propagated" })
	void refusalIsAnsweredWhereReactorWrapsIt(String path) {
		assertRefused(this.web.get(path));
	}

	@Test
	void errorHandlerInPlaceOfBootsWins() {
		try (RunningWeb own = start(OwnErrorHandling.class)) {
			own.bean(CircuitBreakerRegistry.class).get("payments").forceOpen(Duration.ofMillis(4500));
			Answer answer = own.get("/plain/1");
			assertThat(answer.status()).isEqualTo(418);
			assertThat(answer.body()).isEqualTo("own: CallNotPermittedException");
			Answer passedOn = own.get("/function");
			assertRefused(passedOn);
			assertThat(passedOn.header("Retry-After")).isEqualTo("5");
		}
	}

	private RunningWeb start(Class<?> configuration) {
		return RunningWeb.start(type(), List.of(Application.class, more(), configuration));
	}

	private static Mono<Void> teapot(ServerWebExchange exchange, Throwable thrown) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.I_AM_A_TEAPOT);
		byte[] body = ("own: " + thrown.getClass().getSimpleName()).getBytes(StandardCharsets.UTF_8);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnErrorHandling {

		/** Takes the place of Boot's, and has no order. Passes functions' errors on. */
		@Bean
		ErrorWebExceptionHandler errors() {
			return (exchange, thrown) -> exchange.getRequest().getPath().value().equals("/function")
					? Mono.error(thrown) : teapot(exchange, thrown);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveApplication {

		/**
		 * The event loops that all share are ended by the first application that ends.
		 */
		@Bean
		ReactorResourceFactory ownEventLoops() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		@Bean
		CircuitBreaker breaker(CircuitBreakerRegistry breakers) {
			return breakers.get("payments");
		}

		@Bean
		ReactiveController reactiveController(CircuitBreaker breaker) {
			return new ReactiveController(breaker);
		}

		@Bean
		RouterFunction<ServerResponse> functions(CircuitBreaker breaker) {
			return RouterFunctions.route()
				.GET("/function", (request) -> ServerResponse.ok().bodyValue(breaker.call(() -> "pong")))
				.GET("/async-function",
						(request) -> ServerResponse.ok()
							.body(Mono.fromCallable(() -> breaker.call(() -> "pong")), String.class))
				.GET("/filtered", (request) -> ServerResponse.ok().build())
				.build();
		}

		@Bean
		@Order(10)
		WebFilter refusedFilter(CircuitBreaker breaker) {
			return (exchange, chain) -> {
				exchange.getResponse().getHeaders().set("X-Trace", "4711");
				return switch (exchange.getRequest().getPath().value()) {
					case "/filtered", "/handled/filter" ->
						Mono.fromRunnable(() -> breaker.acquire().release()).then(chain.filter(exchange));
					default -> chain.filter(exchange);
				};
			};
		}

		@Bean
		@Order(5)
		WebFilter handlingFilter() {
			return (exchange, chain) -> chain.filter(exchange)
				.onErrorResume(CallNotPermittedException.class,
						(refusal) -> exchange.getRequest().getPath().value().equals("/handled/filter")
								? teapot(exchange, refusal) : Mono.error(refusal));
		}

		/** Has the order of Boot's, as the starter's. */
		@Bean
		@Order(-1)
		WebExceptionHandler ownHandler() {
			return (exchange, thrown) -> exchange.getRequest().getPath().value().equals("/handled/last")
					? teapot(exchange, thrown) : Mono.error(thrown);
		}

		@Bean
		OwnAdvice ownAdvice() {
			return new OwnAdvice();
		}

	}

	/** Knows WebFlux's exceptions, and nothing of refusals. */
	@RestControllerAdvice
	static class OwnAdvice extends ResponseEntityExceptionHandler {

	}

	@RestController
	static class ReactiveController {

		private final CircuitBreaker breaker;

		ReactiveController(CircuitBreaker breaker) {
			this.breaker = breaker;
		}

		private Mono<String> pong() {
			return Mono.fromCallable(() -> this.breaker.call(() -> "pong"));
		}

		@GetMapping("/retried")
		Mono<String> retried() {
			return pong().retryWhen(Retry.max(1));
		}

		@GetMapping("/propagated")
		Mono<String> propagated() {
			return pong().onErrorMap((thrown) -> Exceptions.propagate(new Exception(thrown)));
		}

		@GetMapping(path = "/half", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> half() {
			return Flux.concat(Flux.just("half"), pong());
		}

		@GetMapping("/handled/last")
		Mono<String> last() {
			return pong();
		}

	}

}
