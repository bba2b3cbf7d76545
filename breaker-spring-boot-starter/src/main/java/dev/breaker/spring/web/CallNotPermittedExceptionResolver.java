package dev.breaker.spring.web;

import java.io.IOException;

import dev.breaker.CallNotPermittedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers with 503, {@code Retry-After} and problem details where a
 * {@link CallNotPermittedException} reaches Spring MVC, also as the cause of what was
 * thrown. Comes last, so that each exception handler of the application is asked before.
 */
public final class CallNotPermittedExceptionResolver implements HandlerExceptionResolver, Ordered {

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception exception) {
		try {
			return ServletAnswer.give(exception, request, response) ? new ModelAndView() : null;
		}
		catch (IOException ex) {
			// The client is gone, and can be told nothing
			return new ModelAndView();
		}
	}

}
