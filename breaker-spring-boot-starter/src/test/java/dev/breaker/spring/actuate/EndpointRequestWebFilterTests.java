package dev.breaker.spring.actuate;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.breaker.spring.web.ReactiveCors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointRequestWebFilterTests {

	private static final String JSON = "{\"state\":\"OPEN\",\"reason\":\"m\u00fcde\"}";

	private final StaticListableBeanFactory none = new StaticListableBeanFactory();

	private final EndpointRequestWebFilter filter = new EndpointRequestWebFilter(
			GuardedPaths.guard(Access.UNRESTRICTED), new ReactiveCors(this.none.getBeanProvider(CorsWebFilter.class),
					this.none.getBeanProvider(DispatcherHandler.class)));

	@Test
	void comesAfterSpringSecurityAndBeforeWhatReadsTheBody() {
		assertThat(this.filter.getOrder()).isEqualTo(EndpointRequestGuard.ORDER).isEqualTo(-90);
	}

	@Test
	void aCheckedCommandGoesOnWithItsBodyForEveryReader() {
		MockServerWebExchange exchange = post("/actuator/circuitbreakers/x", "application/json", " " + JSON + " ");
		ServerWebExchange passed = filter(exchange);
		assertThat(passed).isNotNull().isNotSameAs(exchange);
		assertThat(bodyOf(passed)).isEqualTo(JSON);
		assertThat(bodyOf(passed)).isEqualTo(JSON);
	}

	@Test
	void whatTheBodyLacksIsAnsweredAndGoesNoFurther() {
		MockServerWebExchange empty = post("/actuator/circuitbreakers/x", "application/json", "");
		assertThat(filter(empty)).isNull();
		assertAnswer(empty, 400, "The body is empty");
		MockServerWebExchange tooLong = post("/actuator/circuitbreakers/x", "application/json", "x".repeat(70_000));
		assertThat(filter(tooLong)).isNull();
		assertAnswer(tooLong, 400, "longer than 65536 bytes");
	}

	@Test
	void aBodyOfExactlyTheLimitIsRead() {
		MockServerWebExchange exchange = post("/actuator/circuitbreakers/x", "application/json",
				"{\"reset\":true}" + " ".repeat(65_536 - 14));
		ServerWebExchange passed = filter(exchange);
		assertThat(passed).isNotNull();
		assertThat(bodyOf(passed)).isEqualTo("{\"reset\":true}");
	}

	@Test
	void whatIsRefusedUnreadIsReadToItsEndBeforeTheAnswer() {
		AtomicBoolean read = new AtomicBoolean();
		DataBuffer buffer = DefaultDataBufferFactory.sharedInstance.wrap(JSON.getBytes(StandardCharsets.UTF_8));
		MockServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.post("/actuator/circuitbreakers/x")
				.queryParam("state", "OPEN")
				.header("Content-Type", "application/json")
				.body(Flux.just(buffer).doOnComplete(() -> read.set(true))));
		assertThat(filter(exchange)).isNull();
		assertThat(read).isTrue();
		assertAnswer(exchange, 400, "A command is given in the body");
		MockServerWebExchange misspelt = post("/actuator/circuitbreakers/x//y", "application/json", JSON);
		assertThat(filter(misspelt)).isNull();
		assertAnswer(misspelt, 404, "The path 'x//y' is that of no circuit breaker");
	}

	@Test
	void whatIsNoCommandGoesOnAsItIs() {
		for (MockServerWebExchange exchange : new MockServerWebExchange[] { post("/orders", "application/json", JSON),
				post("/actuator/circuitbreakers/x", "multipart/form-data;boundary=b", JSON),
				MockServerWebExchange.from(MockServerHttpRequest.get("/actuator/circuitbreakers/x")) }) {
			assertThat(filter(exchange)).isSameAs(exchange);
		}
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded" })
	void aBodyOfAnotherTypeIsReadBeforeItGoesOn(@Nullable String type) {
		AtomicBoolean read = new AtomicBoolean();
		MockServerHttpRequest.BodyBuilder request = MockServerHttpRequest.post("/actuator/circuitbreakers/x");
		if (type != null) {
			request.header("Content-Type", type);
		}
		DataBuffer buffer = DefaultDataBufferFactory.sharedInstance.wrap("a=b".getBytes(StandardCharsets.UTF_8));
		ServerWebExchange passed = filter(
				MockServerWebExchange.from(request.body(Flux.just(buffer).doOnComplete(() -> read.set(true)))));
		assertThat(read).isTrue();
		assertThat(passed).isNotNull();
		if (type == null || type.equals("text/plain")) {
			assertThat(bodyOf(passed)).isEqualTo("a=b");
		}
		else {
			assertThat(passed.getFormData().block()).containsEntry("a", List.of("b"));
		}
	}

	@Test
	void theHeaderThatResumesAStreamIsAParameter() {
		ServerWebExchange passed = filter(
				MockServerWebExchange.from(MockServerHttpRequest.get("/actuator/circuitbreakerevents/x")
					.queryParam("lastEventId", "a-1")
					.queryParam("t", "1")
					.header("Last-Event-ID", "a-2")));
		assertThat(passed).isNotNull();
		assertThat(passed.getRequest().getQueryParams()).containsEntry("lastEventId", List.of("a-2"))
			.containsEntry("t", List.of("1"));
		MockServerWebExchange other = MockServerWebExchange
			.from(MockServerHttpRequest.get("/actuator/circuitbreakers/x").header("Last-Event-ID", "a-2"));
		assertThat(filter(other)).isSameAs(other);
	}

	private @Nullable ServerWebExchange filter(ServerWebExchange exchange) {
		ServerWebExchange[] passed = new ServerWebExchange[1];
		this.filter.filter(exchange, (next) -> {
			passed[0] = next;
			return Mono.empty();
		}).block();
		return passed[0];
	}

	private static void assertAnswer(MockServerWebExchange exchange, int status, String message) {
		assertThat(exchange.getResponse().getStatusCode()).isNotNull();
		assertThat(exchange.getResponse().getStatusCode().value()).isEqualTo(status);
		assertThat(exchange.getResponse().getHeaders().getContentType()).isEqualTo(EndpointRequestGuard.ANSWER_TYPE);
		assertThat(exchange.getResponse().getBodyAsString().block()).contains(message);
	}

	private static @Nullable String bodyOf(ServerWebExchange exchange) {
		return DataBufferUtils.join(exchange.getRequest().getBody())
			.map((buffer) -> buffer.toString(StandardCharsets.UTF_8))
			.block();
	}

	private static MockServerWebExchange post(String path, @Nullable String type, String body) {
		MockServerHttpRequest.BodyBuilder request = MockServerHttpRequest.method(HttpMethod.POST, URI.create(path));
		if (type != null) {
			request.header("Content-Type", type);
		}
		return MockServerWebExchange.from(body.isEmpty() ? request.build() : request.body(body));
	}

}
