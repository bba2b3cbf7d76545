package dev.breaker.spring.web;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the answer to a refusal to a response of WebFlux.
 */
final class ReactiveAnswer {

	private ReactiveAnswer() {
	}

	/**
	 * Answers a client that has no answer yet.
	 * @param problem the answer
	 * @param response the response
	 * @return completes when the answer is written
	 */
	static Mono<Void> give(RefusalProblem problem, ServerHttpResponse response) {
		response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
		HttpHeaders headers = response.getHeaders();
		headers.clearContentHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		headers.setContentLength(problem.body().length);
		headers.set(HttpHeaders.RETRY_AFTER, problem.retryAfter());
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(problem.body())));
	}

}
