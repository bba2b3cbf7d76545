package dev.breaker.spring.http;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.spring.support.TestServer;
import dev.breaker.test.ManualClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Reactive clients that are guarded without annotations.
 */
class WebClientTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ManualClock clock = new ManualClock();

	private TestServer server;

	@BeforeEach
	void startServer() throws IOException {
		this.server = new TestServer();
	}

	@AfterEach
	void stopServer() {
		this.server.close();
	}

	@Test
	void aWebClientIsGuardedOnceAndStopsCallingWhenOpen() {
		guarded().run((context) -> {
			assertThat(get(context).block(PATIENCE)).isEqualTo("/a");
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
			this.server.answersWith(503);
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(WebClientResponseException.class)
					.isThrownBy(() -> get(context).block(PATIENCE));
			}
			int before = this.server.requests();
			Mono<String> refused = get(context);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> refused.block(PATIENCE));
			assertThat(this.server.requests()).isEqualTo(before);
			HttpClientContexts.assertCounts(context, "shop", 1, 3, 0);
			this.clock.advance(Duration.ofSeconds(60));
			this.server.answersWith(200);
			assertThat(refused.block(PATIENCE)).isEqualTo("/a");
			assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.CLOSED);
		});
	}

	@Test
	void aReactiveHttpServiceIsGuardedOnce() {
		guarded().withUserConfiguration(Services.class).run((context) -> {
			assertThat(context.getBean(Shop.class).item("a").block(PATIENCE)).isEqualTo("/a");
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
			HttpClientContexts.breaker(context, "shop").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> context.getBean(Shop.class).item("a").block(PATIENCE));
		});
	}

	@Test
	void permissionIsTakenOnceASubscription() {
		guarded().run((context) -> {
			Mono<String> call = get(context);
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 0);
			call.block(PATIENCE);
			call.block(PATIENCE);
			HttpClientContexts.assertCounts(context, "shop", 2, 0, 0);
			this.server.answersWith(500);
			assertThatExceptionOfType(WebClientResponseException.class)
				.isThrownBy(() -> get(context).retry(1).block(PATIENCE));
			HttpClientContexts.assertCounts(context, "shop", 2, 2, 0);
		});
	}

	@Test
	void a5xxThatIsOnlyReturnedIsAFailureWithoutAnError() {
		guarded().run((context) -> {
			this.server.answersWith(503);
			ResponseEntity<String> entity = client(context).get()
				.uri(this.server.url("/a"))
				.retrieve()
				.onStatus(HttpStatusCode::isError, (response) -> Mono.empty())
				.toEntity(String.class)
				.block(PATIENCE);
			assertThat(entity.getStatusCode().value()).isEqualTo(503);
			assertThat(entity.getBody()).isEqualTo("/a");
			HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
		});
	}

	@Test
	void theStatusesOfTheConfigReplaceTheDefaults() {
		guarded()
			.withPropertyValues("breaker.instances.shop.record-http-statuses=404,500-599",
					"breaker.instances.shop.ignore-http-statuses=501")
			.run((context) -> {
				for (int status : List.of(404, 501, 429, 503)) {
					this.server.answersWith(status);
					get(context).onErrorComplete().block(PATIENCE);
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 2, 1);
			});
	}

	@Test
	void cancellationReleasesThePermit() {
		CountDownLatch never = new CountDownLatch(1);
		this.server.holdsUntil(never);
		guarded().run((context) -> {
			CircuitBreaker breaker = HttpClientContexts.breaker(context, "shop");
			breaker.halfOpen();
			Disposable call = get(context).subscribe();
			Awaitility.await().until(() -> this.server.requests() == 1);
			assertThat(breaker.tryAcquire()).as("the only place").isNull();
			call.dispose();
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 0);
			assertThat(breaker.tryAcquire()).as("its place is free").isNotNull();
		});
	}

	@Test
	void aCallThatIsCancelledAfterItWasSlowIsASlowOne() {
		CountDownLatch never = new CountDownLatch(1);
		this.server.holdsUntil(never);
		guarded().withPropertyValues("breaker.instances.shop.slow-call-duration-threshold=2s").run((context) -> {
			Disposable call = get(context).subscribe();
			Awaitility.await().until(() -> this.server.requests() == 1);
			this.clock.advance(Duration.ofSeconds(3));
			call.dispose();
			assertThat(HttpClientContexts.breaker(context, "shop").snapshot().slowCallsTotal()).isOne();
		});
	}

	@Test
	void anErrorWhileTheBodyIsReadIsNotTheBreakers() {
		guarded().run((context) -> {
			this.server.cutsBodies();
			assertThat(get(context).materialize().block(PATIENCE).isOnError()).isTrue();
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
		});
	}

	@Test
	void anExchangeThatThrowsWhenItIsMadeIsAFailure() {
		guarded().run((context) -> {
			HttpClientBreakers breakers = context.getBean(HttpClientBreakers.class);
			ExchangeFunction broken = new CircuitBreakerExchangeFilterFunction(breakers).apply((request) -> {
				throw new IllegalStateException("broken");
			});
			assertThatIllegalStateException().isThrownBy(() -> broken.exchange(request()).block(PATIENCE))
				.withMessage("broken");
			HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
		});
	}

	@Test
	void anExchangeWithoutAnAnswerIsASuccess() {
		guarded().run((context) -> {
			HttpClientBreakers breakers = context.getBean(HttpClientBreakers.class);
			ExchangeFunction empty = new CircuitBreakerExchangeFilterFunction(breakers)
				.apply((request) -> Mono.<ClientResponse>empty());
			assertThat(empty.exchange(request()).block(PATIENCE)).isNull();
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
		});
	}

	@Test
	void theContextPassesThrough() {
		guarded().run((context) -> {
			AtomicInteger seen = new AtomicInteger();
			HttpClientBreakers breakers = context.getBean(HttpClientBreakers.class);
			ExchangeFunction exchange = new CircuitBreakerExchangeFilterFunction(breakers)
				.apply((request) -> Mono.deferContextual((view) -> {
					seen.set(view.get("user"));
					return Mono.empty();
				}));
			exchange.exchange(request()).contextWrite((view) -> view.put("user", 7)).block(PATIENCE);
			assertThat(seen).hasValue(7);
		});
	}

	@Test
	void retryAfterOfTheAnswerThatOpensBecomesTheWait() {
		guarded().withPropertyValues("breaker.instances.shop.honour-retry-after=true").run((context) -> {
			this.server.answersWith(429).withHeader("Retry-After", "90");
			for (int i = 0; i < 3; i++) {
				get(context).onErrorComplete().block(PATIENCE);
			}
			assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
				.isEqualTo(Duration.ofSeconds(90));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.io.IOException", "io.netty.handler.timeout.ReadTimeoutException",
			"org.springframework.web.reactive.function.client.WebClientRequestException" })
	void aRuleNamesWhatTheTransportOrTheClientThrows(String type) {
		this.server.holdsUntil(new CountDownLatch(1));
		for (String rule : List.of("record", "ignore")) {
			guarded()
				.withPropertyValues("breaker.instances.shop.%s-exceptions=%s".formatted(rule, type),
						"spring.http.clients.read-timeout=1ms")
				.run((context) -> {
					assertThatExceptionOfType(WebClientRequestException.class)
						.isThrownBy(() -> get(context).block(PATIENCE));
					boolean recorded = rule.equals("record");
					HttpClientContexts.assertCounts(context, "shop", 0, recorded ? 1 : 0, recorded ? 0 : 1);
				});
		}
	}

	@Test
	void anIgnoreRuleNamesTheExceptionOfAStatus() {
		String types = "org.springframework.web.reactive.function.client.WebClientResponseException$";
		guarded()
			.withPropertyValues(
					"breaker.instances.shop.ignore-exceptions=%1$sInternalServerError,%1$sNotFound".formatted(types))
			.run((context) -> {
				for (int status : List.of(500, 404, 503, 400)) {
					this.server.answersWith(status);
					get(context).onErrorComplete().block(PATIENCE);
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 1, 2);
			});
	}

	@Test
	void aRecordRuleNamesTheExceptionOfAStatus() {
		guarded()
			.withPropertyValues("breaker.instances.shop.record-exceptions="
					+ "org.springframework.web.reactive.function.client.WebClientResponseException$NotFound")
			.run((context) -> {
				for (int status : List.of(500, 404, 400)) {
					this.server.answersWith(status);
					get(context).onErrorComplete().block(PATIENCE);
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 2, 0);
			});
	}

	@Test
	void aTimeLimitEndsARequestOfAWebClient() {
		this.server.holdsUntil(new CountDownLatch(1));
		guarded().withPropertyValues("breaker.instances.shop.time-limit=5ms").run((context) -> {
			assertThat(get(context).toFuture()).failsWithin(PATIENCE)
				.withThrowableThat()
				.withCauseInstanceOf(TimeoutException.class);
			HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
		});
	}

	private ClientRequest request() {
		return ClientRequest.create(HttpMethod.GET, URI.create(this.server.url("/a"))).build();
	}

	private Mono<String> get(ApplicationContext context) {
		return client(context).get().uri(this.server.url("/a")).retrieve().bodyToMono(String.class);
	}

	private static WebClient client(ApplicationContext context) {
		return context.getBean(WebClient.Builder.class).build();
	}

	private ApplicationContextRunner guarded() {
		return HttpClientContexts.on(this.clock)
			.withPropertyValues("spring.http.serviceclient.shop.base-url=" + this.server.url(""),
					"breaker.http.clients[0].host=localhost", "breaker.http.clients[0].breaker=shop",
					"breaker.instances.shop.consecutive-failure-threshold=3");
	}

	interface Shop {

		@GetExchange("/{path}")
		Mono<String> item(@PathVariable String path);

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "shop", types = Shop.class, clientType = HttpServiceGroup.ClientType.WEB_CLIENT)
	static class Services {

	}

}
