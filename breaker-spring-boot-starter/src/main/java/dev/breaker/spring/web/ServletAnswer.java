package dev.breaker.spring.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Writes the answer to a refusal to a servlet response.
 */
final class ServletAnswer {

	private ServletAnswer() {
	}

	/**
	 * Answers, if what was thrown is a refusal and the client has no answer yet.
	 * @param thrown what was thrown
	 * @param request the request
	 * @param response the response
	 * @return whether it did
	 * @throws IOException when the client is gone
	 */
	static boolean give(Throwable thrown, HttpServletRequest request, HttpServletResponse response) throws IOException {
		// Half an answer must not look as if it were a whole one
		RefusalProblem problem = response.isCommitted() ? null : RefusalProblem.of(thrown, request.getRequestURI());
		if (problem == null) {
			return false;
		}
		give(problem, response);
		return true;
	}

	/**
	 * Answers a client that has no answer yet.
	 * @param problem the answer
	 * @param response the response
	 * @throws IOException when the client is gone
	 */
	static void give(RefusalProblem problem, HttpServletResponse response) throws IOException {
		response.resetBuffer();
		response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
		response.setHeader(HttpHeaders.RETRY_AFTER, problem.retryAfter());
		response.setHeader(HttpHeaders.CONTENT_DISPOSITION, null);
		response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
		response.setContentLength(problem.body().length);
		write(problem, response);
	}

	private static void write(RefusalProblem problem, HttpServletResponse response) throws IOException {
		try {
			response.getOutputStream().write(problem.body());
		}
		catch (IllegalStateException ex) {
			// The handler has begun to write by the writer
			response.getWriter().write(problem.json());
		}
	}

}
