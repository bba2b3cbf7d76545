package dev.breaker.spring.dashboard;

import dev.breaker.spring.stream.SseResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Sets the {@link DashboardHeaders} in WebFlux, and has the stream written message by
 * message.
 */
final class DashboardHeadersWebFilter implements WebFilter, Ordered {

	private static final boolean withSecurity = ClassUtils.isPresent(
			"org.springframework.security.web.server.csrf.CsrfToken", DashboardHeadersWebFilter.class.getClassLoader());

	private final ObjectProvider<DashboardPaths> paths;

	DashboardHeadersWebFilter(ObjectProvider<DashboardPaths> paths) {
		this.paths = paths;
	}

	@Override
	public int getOrder() {
		return DashboardHeaders.ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		String resource = resource(exchange);
		if (resource == null) {
			return chain.filter(exchange);
		}
		DashboardHeaders.OF_ALL.forEach(exchange.getResponse().getHeaders()::set);
		Mono<Void> told = (withSecurity && DashboardHeaders.areWithToken(resource)) ? Csrf.tell(exchange)
				: Mono.empty();
		ServerWebExchange answered = resource.equals("/" + DashboardPaths.STREAM)
				? exchange.mutate().response(new SseResponse(exchange.getResponse())).build() : exchange;
		return told.then(Mono.defer(() -> chain.filter(answered)));
	}

	private @Nullable String resource(ServerWebExchange exchange) {
		DashboardPaths known = this.paths.getIfAvailable();
		return (known != null) ? known.resource(exchange.getRequest().getPath().pathWithinApplication()) : null;
	}

	/** Where Spring Security is. */
	private static final class Csrf {

		static Mono<Void> tell(ServerWebExchange exchange) {
			HttpHeaders headers = exchange.getResponse().getHeaders();
			Mono<CsrfToken> token = exchange.getAttribute(CsrfToken.class.getName());
			return (token != null) ? token.doOnNext((known) -> {
				headers.set(DashboardHeaders.CSRF_HEADER_NAME, known.getHeaderName());
				headers.set(DashboardHeaders.CSRF_TOKEN, known.getToken());
			}).then() : Mono.empty();
		}

	}

}
