package dev.breaker.sample.web;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * What a customer is told when a service behind the shop lets it down, and no fallback
 * stands in.
 */
@RestControllerAdvice
class DownstreamProblemAdvice {

	/** A breaker refused: come back when it lets a probe pass. */
	@ExceptionHandler
	ResponseEntity<ProblemDetail> refused(CallNotPermittedException refusal) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, refusal.getMessage());
		problem.setTitle("Not available at the moment");
		problem.setProperty("circuitBreaker", refusal.circuitBreakerName());
		problem.setProperty("state", refusal.state());
		return ResponseEntity.of(problem)
			.header(HttpHeaders.RETRY_AFTER, String.valueOf(wholeSeconds(refusal.retryAfter())))
			.build();
	}

	/** The service has no such thing: that is an answer, and no breaker counts it. */
	@ExceptionHandler
	ProblemDetail unknown(HttpClientErrorException.NotFound notFound) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "There is no such article.");
	}

	/** The service was asked, and failed. */
	@ExceptionHandler
	ProblemDetail failed(RestClientException failure) {
		String reason = (failure instanceof RestClientResponseException answer)
				? "it answered " + answer.getStatusCode().value() : failure.getMostSpecificCause().getMessage();
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_GATEWAY,
				"A service behind the shop failed: " + reason);
		problem.setTitle("A service behind the shop failed");
		return problem;
	}

	// The header knows whole seconds only, and 0 would invite at once
	private static long wholeSeconds(Duration wait) {
		return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
	}

}
