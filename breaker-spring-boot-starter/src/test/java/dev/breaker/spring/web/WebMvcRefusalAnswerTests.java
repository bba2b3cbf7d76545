package dev.breaker.spring.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Refusals that reach Spring MVC, or a filter or servlet beside it.
 */
class WebMvcRefusalAnswerTests extends RefusalAnswerTests {

	@Override
	WebApplicationType type() {
		return WebApplicationType.SERVLET;
	}

	@Override
	Class<?> more() {
		return ServletApplication.class;
	}

	@ParameterizedTest
	@ValueSource(strings = { "/callable", "/deferred", "/streamed", "/written", "/servlet", "/wrapped-in-filter",
			"/wrapped-in-io" })
	void refusalIsAnsweredWhereverItComesFromInAServlet(String path) {
		assertRefused(this.web.get(path));
	}

	@Configuration(proxyBeanMethods = false)
	static class ServletApplication {

		@Bean
		CircuitBreaker breaker(CircuitBreakerRegistry breakers) {
			return breakers.get("payments");
		}

		@Bean
		ServletController servletController(CircuitBreaker breaker) {
			return new ServletController(breaker);
		}

		@Bean
		RouterFunction<ServerResponse> functions(CircuitBreaker breaker) {
			return RouterFunctions.route()
				.GET("/function", (request) -> ServerResponse.ok().body(breaker.call(() -> "pong")))
				.GET("/async-function",
						(request) -> ServerResponse.async(
								CompletableFuture.supplyAsync(() -> ServerResponse.ok().body(breaker.call(() -> "")))))
				.GET("/filtered", (request) -> ServerResponse.ok().build())
				.build();
		}

		@Bean
		ServletRegistrationBean<HttpServlet> servlet(CircuitBreaker breaker) {
			return new ServletRegistrationBean<>(new HttpServlet() {
				@Override
				protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException {
					try {
						breaker.acquire().release();
					}
					catch (CallNotPermittedException ex) {
						throw new ServletException(ex);
					}
				}
			}, "/servlet");
		}

		@Bean
		Filter refusedFilter(CircuitBreaker breaker) {
			return new RefusedFilter(breaker);
		}

		@Bean
		Filter handlingFilter() {
			return new HandlingFilter();
		}

		/** Without an order, as the starter's. */
		@Bean
		HandlerExceptionResolver ownResolver() {
			return (request, response, handler, thrown) -> {
				if (!request.getRequestURI().equals("/handled/last")) {
					return null;
				}
				teapot(response, thrown);
				return new ModelAndView();
			};
		}

		@Bean
		OwnAdvice ownAdvice() {
			return new OwnAdvice();
		}

	}

	private static void teapot(HttpServletResponse response, Exception thrown) {
		response.setStatus(418);
		try {
			response.getWriter().write("own: " + thrown.getClass().getSimpleName());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Knows Spring MVC's exceptions, and nothing of refusals. */
	@RestControllerAdvice
	static class OwnAdvice extends ResponseEntityExceptionHandler {

	}

	@Order(10)
	static class RefusedFilter extends OncePerRequestFilter {

		private final CircuitBreaker breaker;

		RefusedFilter(CircuitBreaker breaker) {
			this.breaker = breaker;
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			response.setHeader("X-Trace", "4711");
			switch (request.getRequestURI()) {
				case "/filtered", "/handled/filter" -> {
					this.breaker.acquire().release();
					chain.doFilter(request, response);
				}
				case "/wrapped-in-filter" -> {
					try {
						this.breaker.acquire().release();
					}
					catch (CallNotPermittedException ex) {
						throw new ServletException(ex);
					}
				}
				case "/wrapped-in-io" -> {
					try {
						this.breaker.acquire().release();
					}
					catch (CallNotPermittedException ex) {
						throw new IOException(ex);
					}
				}
				default -> chain.doFilter(request, response);
			}
		}

	}

	@Order(5)
	static class HandlingFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			try {
				chain.doFilter(request, response);
			}
			catch (CallNotPermittedException ex) {
				if (!request.getRequestURI().equals("/handled/filter")) {
					throw ex;
				}
				teapot(response, ex);
			}
		}

	}

	@RestController
	static class ServletController {

		private final CircuitBreaker breaker;

		ServletController(CircuitBreaker breaker) {
			this.breaker = breaker;
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> this.breaker.call(() -> "pong");
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			try {
				result.setResult(this.breaker.call(() -> "pong"));
			}
			catch (CallNotPermittedException ex) {
				result.setErrorResult(ex);
			}
			return result;
		}

		@GetMapping("/streamed")
		StreamingResponseBody streamed() {
			return (out) -> out.write(this.breaker.call(() -> "pong").getBytes(StandardCharsets.UTF_8));
		}

		@GetMapping("/half")
		void half(HttpServletResponse response) throws IOException {
			response.getOutputStream().write("half".getBytes(StandardCharsets.UTF_8));
			response.flushBuffer();
			this.breaker.acquire().release();
		}

		@GetMapping("/written")
		void written(HttpServletResponse response) throws IOException {
			response.setContentType("text/plain;charset=UTF-8");
			response.getWriter().write("half");
			this.breaker.acquire().release();
		}

		@GetMapping("/handled/last")
		String last() {
			return this.breaker.call(() -> "pong");
		}

	}

}
