package dev.breaker.spring.web;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.cors.CorsUtils;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Answers requests to Spring MVC with 503, {@code Retry-After} and problem details before
 * their handlers run, where a {@link RequestRejector} says so. Preflight requests pass,
 * as no handler runs for them, and so do dispatches to the end of a request that began
 * before, and to the error page.
 */
public final class RejectingInterceptor implements HandlerInterceptor {

	private final RequestRejector rejector;

	/**
	 * Creates an interceptor.
	 * @param rejector says which requests are answered
	 */
	public RejectingInterceptor(RequestRejector rejector) {
		this.rejector = rejector;
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		if (request.getDispatcherType() != DispatcherType.REQUEST || CorsUtils.isPreFlightRequest(request)) {
			return true;
		}
		RefusalProblem problem = this.rejector.reject(request.getMethod(), path(request), request.getRequestURI());
		if (problem == null) {
			return true;
		}
		try {
			ServletAnswer.give(problem, response);
		}
		catch (IOException ex) {
			// The client is gone, and can be told nothing
		}
		return false;
	}

	/** Decoded by the container. */
	private static String path(HttpServletRequest request) {
		String path = request.getServletPath();
		String rest = request.getPathInfo();
		return (rest != null) ? path + rest : path;
	}

}
