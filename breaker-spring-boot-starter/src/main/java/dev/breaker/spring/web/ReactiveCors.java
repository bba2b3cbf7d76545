package dev.breaker.spring.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;

/**
 * Gives answers of WebFlux's filters the CORS headers that the handler of the request
 * would have, without which a script in a browser can read no answer from another origin.
 * WebFlux finds them with the handler, after all filters. Safe for use by many threads.
 */
public final class ReactiveCors {

	/** The last one first. */
	private final SingletonSupplier<List<CorsWebFilter>> filters;

	private final ObjectProvider<DispatcherHandler> dispatchers;

	/**
	 * Creates an instance. What is given is asked for with the first answer.
	 * @param filters add CORS headers for the whole application
	 * @param dispatchers knows the handlers, which may have CORS headers of their own
	 */
	public ReactiveCors(ObjectProvider<CorsWebFilter> filters, ObjectProvider<DispatcherHandler> dispatchers) {
		this.filters = SingletonSupplier.of(() -> {
			List<CorsWebFilter> all = new ArrayList<>(filters.orderedStream().toList());
			Collections.reverse(all);
			return all;
		});
		this.dispatchers = dispatchers;
	}

	/**
	 * Answers a request. One that its origin may not make is answered with 403, as its
	 * handler would have done.
	 * @param exchange the request, and the response that is not committed
	 * @param answer gives the answer otherwise
	 * @return completes when the answer is given
	 */
	public Mono<Void> answer(ServerWebExchange exchange, WebFilterChain answer) {
		if (!CorsUtils.isCorsRequest(exchange.getRequest())) {
			return answer.filter(exchange);
		}
		WebFilterChain next = (each) -> ofHandler(each)
			.then(Mono.defer(() -> isForbidden(each) ? Mono.empty() : answer.filter(each)));
		for (CorsWebFilter filter : this.filters.obtain()) {
			WebFilterChain inner = next;
			next = (each) -> filter.filter(each, inner);
		}
		return next.filter(exchange);
	}

	/** What finds a handler adds the headers. */
	private Mono<Void> ofHandler(ServerWebExchange exchange) {
		DispatcherHandler dispatcher = this.dispatchers.getIfAvailable();
		List<HandlerMapping> mappings = (dispatcher != null) ? dispatcher.getHandlerMappings() : null;
		return (mappings != null) ? Flux.fromIterable(mappings)
			.concatMap((mapping) -> mapping.getHandler(exchange))
			.next()
			// There is no handler, and the answer is given all the same.
			.onErrorComplete()
			.then() : Mono.empty();
	}

	private static boolean isForbidden(ServerWebExchange exchange) {
		return HttpStatus.FORBIDDEN.equals(exchange.getResponse().getStatusCode());
	}

}
