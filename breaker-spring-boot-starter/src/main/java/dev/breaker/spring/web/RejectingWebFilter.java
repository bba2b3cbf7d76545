package dev.breaker.spring.web;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Answers requests to WebFlux with 503, {@code Retry-After} and problem details before
 * their handlers run, where a {@link RequestRejector} says so. Stands behind Spring
 * Security's default order. Preflight requests pass, as no handler runs for them, and so
 * do those to the actuator.
 */
public final class RejectingWebFilter implements WebFilter, Ordered {

	/** After Spring Security, and before everything that reads a body. */
	public static final int ORDER = -90;

	private final RequestRejector rejector;

	private final ApplicationContext context;

	private final Predicate<String> exempt;

	private final ReactiveCors cors;

	/**
	 * Creates a filter.
	 * @param rejector says which requests are answered
	 * @param context the context whose requests these are: the filters of a parent
	 * context see those of its children, too
	 * @param exempt the decoded paths within the application that always pass
	 * @param cors adds the CORS headers of the handlers to the answers
	 */
	public RejectingWebFilter(RequestRejector rejector, ApplicationContext context, Predicate<String> exempt,
			ReactiveCors cors) {
		this.rejector = rejector;
		this.context = context;
		this.exempt = exempt;
		this.cors = cors;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		RefusalProblem problem = (isOfChild(exchange) || CorsUtils.isPreFlightRequest(request)) ? null
				: rejectUnlessExempt(request);
		if (problem == null) {
			return chain.filter(exchange);
		}
		// An answer that overtakes the body leaves the connection where it is unfit for
		// the next request
		return request.getBody()
			.doOnNext(DataBufferUtils::release)
			.then(Mono
				.defer(() -> this.cors.answer(exchange, (each) -> ReactiveAnswer.give(problem, each.getResponse()))));
	}

	private boolean isOfChild(ServerWebExchange exchange) {
		ApplicationContext other = exchange.getApplicationContext();
		return other != null && other != this.context;
	}

	private @Nullable RefusalProblem rejectUnlessExempt(ServerHttpRequest request) {
		String path = decoded(request.getPath().pathWithinApplication());
		return this.exempt.test(path) ? null
				: this.rejector.reject(request.getMethod().name(), path, request.getPath().value());
	}

	/** With a character that no pattern has in place of a slash within a segment. */
	private static String decoded(PathContainer path) {
		StringBuilder decoded = new StringBuilder();
		for (PathContainer.Element element : path.elements()) {
			decoded.append((element instanceof PathContainer.PathSegment segment)
					? segment.valueToMatch().replace('/', '\0') : element.value());
		}
		return decoded.toString();
	}

}
