package dev.breaker.sample.web;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * What a customer is told when a service behind the shop lets it down, and no fallback
 * stands in. What a breaker refuses is answered by the starter: 503 with Retry-After.
 */
@RestControllerAdvice
class DownstreamProblemAdvice {

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

}
