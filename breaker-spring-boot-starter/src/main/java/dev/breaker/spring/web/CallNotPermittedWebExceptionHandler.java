package dev.breaker.spring.web;

import dev.breaker.CallNotPermittedException;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Answers with 503, {@code Retry-After} and problem details where a
 * {@link CallNotPermittedException} reaches WebFlux, also as the cause of what was
 * signalled.
 */
public final class CallNotPermittedWebExceptionHandler implements WebExceptionHandler, Ordered {

	private final int order;

	/**
	 * Creates a handler.
	 * @param order its order among the exception handlers of the application
	 */
	public CallNotPermittedWebExceptionHandler(int order) {
		this.order = order;
	}

	@Override
	public int getOrder() {
		return this.order;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable thrown) {
		ServerHttpResponse response = exchange.getResponse();
		// Half an answer must not look as if it were a whole one
		RefusalProblem problem = response.isCommitted() ? null
				: RefusalProblem.of(thrown, exchange.getRequest().getPath().value());
		return (problem != null) ? ReactiveAnswer.give(problem, response) : Mono.error(thrown);
	}

}
