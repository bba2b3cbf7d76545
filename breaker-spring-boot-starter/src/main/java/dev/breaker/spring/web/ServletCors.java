package dev.breaker.spring.web;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.CorsProcessor;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Gives answers of servlet filters the CORS headers that the handler of the request would
 * have, without which a script in a browser can read no answer from another origin.
 * Spring MVC finds them with the handler, after all filters. Safe for use by many
 * threads.
 */
public final class ServletCors {

	/** The last one first. */
	private final SingletonSupplier<List<CorsFilter>> filters;

	private final ObjectProvider<DispatcherServlet> dispatchers;

	private final CorsProcessor processor = new DefaultCorsProcessor();

	/**
	 * Creates an instance. What is given is asked for with the first answer.
	 * @param filters add CORS headers for the whole application
	 * @param dispatchers knows the handlers, which may have CORS headers of their own
	 */
	public ServletCors(ObjectProvider<CorsFilter> filters, ObjectProvider<DispatcherServlet> dispatchers) {
		this.filters = SingletonSupplier.of(() -> {
			List<CorsFilter> all = new ArrayList<>(filters.orderedStream().toList());
			Collections.reverse(all);
			return all;
		});
		this.dispatchers = dispatchers;
	}

	/**
	 * Answers a request. One that its origin may not make is answered with 403, as its
	 * handler would have done.
	 * @param request the request
	 * @param response the response, which is not committed
	 * @param answer gives the answer otherwise
	 * @throws IOException when the client is gone
	 * @throws ServletException as the answer
	 */
	public void answer(HttpServletRequest request, HttpServletResponse response, FilterChain answer)
			throws IOException, ServletException {
		FilterChain next = answer;
		if (CorsUtils.isCorsRequest(request)) {
			next = (same, its) -> {
				CorsConfiguration config = ofHandler(request);
				if (config == null || this.processor.processRequest(config, request, response)) {
					answer.doFilter(same, its);
				}
			};
			for (CorsFilter filter : this.filters.obtain()) {
				FilterChain inner = next;
				next = (same, its) -> filter.doFilter(same, its, inner);
			}
		}
		next.doFilter(request, response);
	}

	private @Nullable CorsConfiguration ofHandler(HttpServletRequest request) {
		DispatcherServlet dispatcher = this.dispatchers.getIfAvailable();
		List<HandlerMapping> mappings = (dispatcher != null) ? dispatcher.getHandlerMappings() : null;
		if (mappings == null) {
			return null;
		}
		ServletRequestPathUtils.parseAndCache(request);
		try {
			for (HandlerMapping mapping : mappings) {
				HandlerExecutionChain chain = mapping.getHandler(request);
				if (chain != null) {
					return configuration(chain, request);
				}
			}
			return null;
		}
		catch (Exception ex) {
			// There is no handler, and the answer is given all the same.
			return null;
		}
		finally {
			ServletRequestPathUtils.clearParsedRequestPath(request);
		}
	}

	/** What adds the headers is an interceptor of the handler. */
	private static @Nullable CorsConfiguration configuration(HandlerExecutionChain chain, HttpServletRequest request) {
		for (HandlerInterceptor interceptor : chain.getInterceptorList()) {
			if (interceptor instanceof CorsConfigurationSource source) {
				return source.getCorsConfiguration(request);
			}
		}
		return null;
	}

}
