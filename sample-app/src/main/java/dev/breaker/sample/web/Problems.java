package dev.breaker.sample.web;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Answers to requests that cannot be met, as {@code application/problem+json}.
 */
public final class Problems {

	private Problems() {
	}

	/**
	 * The request names what does not exist.
	 * @param detail what, and what exists
	 * @return to be thrown
	 */
	public static ErrorResponseException notFound(String detail) {
		return problem(HttpStatus.NOT_FOUND, detail);
	}

	/**
	 * A parameter's value is not valid.
	 * @param detail which, and what would be valid
	 * @return to be thrown
	 */
	public static ErrorResponseException badRequest(String detail) {
		return problem(HttpStatus.BAD_REQUEST, detail);
	}

	private static ErrorResponseException problem(HttpStatus status, String detail) {
		return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
	}

}
