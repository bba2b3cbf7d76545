package dev.breaker.spring.actuate;

import dev.breaker.spring.actuate.EndpointRequestGuard.Target;
import dev.breaker.spring.stream.SseResponse;
import dev.breaker.spring.web.ReactiveCors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * The {@link EndpointRequestGuard} of WebFlux.
 */
public final class EndpointRequestWebFilter implements WebFilter, Ordered {

	private final EndpointRequestGuard guard;

	private final ReactiveCors cors;

	public EndpointRequestWebFilter(EndpointRequestGuard guard, ReactiveCors cors) {
		this.guard = guard;
		this.cors = cors;
	}

	@Override
	public int getOrder() {
		return EndpointRequestGuard.ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		try {
			Target target = this.guard.target(request.getPath().pathWithinApplication());
			if (target == null) {
				return chain.filter(exchange);
			}
			if (!this.guard.isCommand(target, request.getMethod().name(), request.getQueryParams().keySet())) {
				return chain.filter(target.hasStream() ? streaming(exchange) : exchange);
			}
			MediaType type = typeOf(request);
			if (type != null && this.guard.isJson(type)) {
				return bodyOf(request).flatMap((body) -> command(exchange, chain, target, type, body));
			}
			return passOn(exchange, chain, type);
		}
		catch (RefusedRequestException ex) {
			// As in passOn
			return request.getBody().doOnNext(DataBufferUtils::release).then(answer(exchange, ex));
		}
	}

	private static ServerWebExchange streaming(ServerWebExchange exchange) {
		ServerWebExchange.Builder streaming = exchange.mutate().response(new SseResponse(exchange.getResponse()));
		ServerHttpRequest request = exchange.getRequest();
		String lastEventId = request.getHeaders().getFirst(EndpointRequestGuard.LAST_EVENT_ID_HEADER);
		return ((lastEventId != null) ? streaming.request(new ResumingRequest(request, lastEventId)) : streaming)
			.build();
	}

	/**
	 * What is no command is refused unread further in. An answer that overtakes the body
	 * leaves the connection where it is unfit for the next request, so it is read here.
	 */
	private static Mono<Void> passOn(ServerWebExchange exchange, WebFilterChain chain, @Nullable MediaType type) {
		if (MediaType.APPLICATION_FORM_URLENCODED.isCompatibleWith(type)) {
			return exchange.getFormData().onErrorComplete().then(chain.filter(exchange));
		}
		if (type != null && type.getType().equals("multipart")) {
			return chain.filter(exchange);
		}
		return bodyOf(exchange.getRequest()).flatMap((body) -> chain.filter(withBody(exchange, body)));
	}

	private static ServerWebExchange withBody(ServerWebExchange exchange, byte[] body) {
		return exchange.mutate().request(new ReadRequest(exchange.getRequest(), body)).build();
	}

	private Mono<Void> command(ServerWebExchange exchange, WebFilterChain chain, Target target, MediaType type,
			byte[] body) {
		try {
			byte[] checked = this.guard.command(target, type, body);
			return chain.filter(withBody(exchange, checked));
		}
		catch (RefusedRequestException ex) {
			return answer(exchange, ex);
		}
	}

	private static Mono<byte[]> bodyOf(ServerHttpRequest request) {
		return DataBufferUtils.join(request.getBody(), EndpointRequestGuard.MAX_BODY_SIZE).map((buffer) -> {
			byte[] bytes = new byte[buffer.readableByteCount()];
			buffer.read(bytes);
			DataBufferUtils.release(buffer);
			return bytes;
		})
			.onErrorReturn(DataBufferLimitException.class, new byte[EndpointRequestGuard.MAX_BODY_SIZE + 1])
			.defaultIfEmpty(new byte[0]);
	}

	private static @Nullable MediaType typeOf(ServerHttpRequest request) {
		try {
			return request.getHeaders().getContentType();
		}
		catch (InvalidMediaTypeException ex) {
			return null;
		}
	}

	private Mono<Void> answer(ServerWebExchange exchange, RefusedRequestException refused) {
		return Mono.defer(() -> this.cors.answer(exchange, (each) -> answer(each.getResponse(), refused)));
	}

	private static Mono<Void> answer(ServerHttpResponse response, RefusedRequestException refused) {
		response.setStatusCode(HttpStatusCode.valueOf(refused.answer().status()));
		response.getHeaders().setContentType(EndpointRequestGuard.ANSWER_TYPE);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(refused.answer().toJson())));
	}

	/**
	 * A request with a body that was read already.
	 */
	private static final class ReadRequest extends ServerHttpRequestDecorator {

		private final byte[] body;

		ReadRequest(ServerHttpRequest request, byte[] body) {
			super(request);
			this.body = body;
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(this.body)));
		}

	}

	/**
	 * A request whose header is a parameter, since Boot reads no header.
	 */
	private static final class ResumingRequest extends ServerHttpRequestDecorator {

		private final String lastEventId;

		ResumingRequest(ServerHttpRequest request, String lastEventId) {
			super(request);
			this.lastEventId = lastEventId;
		}

		@Override
		public MultiValueMap<String, String> getQueryParams() {
			MultiValueMap<String, String> parameters = new LinkedMultiValueMap<>(super.getQueryParams());
			parameters.set(EndpointRequestGuard.LAST_EVENT_ID, this.lastEventId);
			return parameters;
		}

	}

}
