package dev.breaker.spring.web;

import java.io.IOException;

import dev.breaker.CallNotPermittedException;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.Ordered;

/**
 * Answers with 503, {@code Retry-After} and problem details where a
 * {@link CallNotPermittedException} comes from a filter or a servlet that is not Spring
 * MVC's. Stands outside of the application's filters, so that each of them may answer
 * itself, and inside of the filter that measures requests, which so sees the status.
 */
public final class CallNotPermittedFilter implements Filter, Ordered {

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE + 2;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		try {
			chain.doFilter(request, response);
		}
		catch (IOException | ServletException | RuntimeException ex) {
			if (!(request instanceof HttpServletRequest httpRequest
					&& response instanceof HttpServletResponse httpResponse
					&& ServletAnswer.give(ex, httpRequest, httpResponse))) {
				throw ex;
			}
		}
	}

}
