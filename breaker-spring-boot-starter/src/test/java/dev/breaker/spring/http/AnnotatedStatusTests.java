package dev.breaker.spring.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerMetricsAutoConfiguration;
import dev.breaker.spring.support.TestServer;
import dev.breaker.test.ManualClock;
import dev.breaker.test.RecordingListener;
import dev.breaker.test.RecordingListener.Outcome;
import feign.FeignException;
import feign.Request;
import feign.Response;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rules on HTTP statuses for annotated methods.
 */
class AnnotatedStatusTests {

	private final ManualClock clock = new ManualClock();

	@Test
	void http5xxIsAFailureThoughNobodyThrows() {
		with("record-http-statuses=5xx").run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.entity(200).getStatusCode().value()).isEqualTo(200);
			assertThat(shop.entity(404).getStatusCode().value()).isEqualTo(404);
			assertThat(shop.entity(503).getStatusCode().value()).isEqualTo(503);
			shop.later(503);
			HttpClientContexts.assertCounts(context, "shop", 2, 2, 0);
		});
	}

	@Test
	void theStatusOfAnAnswerWhoseBodyComesLaterIsRead() {
		for (String kind : List.of("mono", "flux", "future", "callable", "any", "object")) {
			with("record-http-statuses=5xx").run((context) -> {
				use(context.getBean(Shop.class), kind, 503);
				HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
				use(context.getBean(Shop.class), kind, 200);
				HttpClientContexts.assertCounts(context, "shop", 1, 1, 0);
			});
			with("ignore-http-statuses=404").run((context) -> {
				use(context.getBean(Shop.class), kind, 404);
				HttpClientContexts.assertCounts(context, "shop", 0, 0, 1);
			});
		}
	}

	private static void use(Shop shop, String kind, int status) throws Exception {
		ResponseEntity<?> answer = switch (kind) {
			case "mono" -> shop.bodyLater(status);
			case "flux" -> shop.bodiesLater(status);
			case "future" -> shop.bodyOfFuture(status);
			case "callable" -> shop.bodyOfCallable(status);
			case "any" -> shop.any(status);
			default -> (ResponseEntity<?>) shop.object(status);
		};
		assertThat(answer.getStatusCode().value()).isEqualTo(status);
		Object body = answer.getBody();
		if (body instanceof Publisher<?> publisher) {
			assertThat(Flux.from(publisher).blockLast()).isEqualTo("an item");
		}
		else if (body instanceof Callable<?> callable) {
			assertThat(callable.call()).isEqualTo("an item");
		}
	}

	@Test
	void retryAfterOfAnAnswerWhoseBodyComesLaterBecomesTheWait() {
		with("record-http-statuses=5xx", "honour-retry-after=true", "consecutive-failure-threshold=1")
			.run((context) -> {
				context.getBean(Shop.class).bodyOfFuture(503);
				assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
					.isEqualTo(Duration.ofSeconds(45));
			});
	}

	@Test
	void theStatusOfAnAnswerInAnOptionalIsRead() {
		with("record-http-statuses=5xx", "ignore-http-statuses=404").run((context) -> {
			Shop shop = context.getBean(Shop.class);
			shop.perhaps(503);
			shop.perhaps(404);
			shop.perhaps(200);
			HttpClientContexts.assertCounts(context, "shop", 1, 1, 1);
		});
	}

	@Test
	void ofSeveralAnswersIgnoredOnesCountForNothing() {
		with("record-http-statuses=5xx", "ignore-http-statuses=404").run((context) -> {
			Shop shop = context.getBean(Shop.class);
			shop.several(404, 404).blockLast();
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 1);
			shop.several(404, 200, 404).blockLast();
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 1);
			shop.several(404, 503, 200).blockLast();
			HttpClientContexts.assertCounts(context, "shop", 1, 1, 1);
			shop.several(404, 200).next().block();
			HttpClientContexts.assertCounts(context, "shop", 1, 1, 2);
			for (int[] statuses : new int[][] { { 404, 404 }, { 404, 200 }, { 200, 404, 503 } }) {
				ResponseEntity<?> answer = shop.any(200, shop.plain(statuses));
				Flux.from((Publisher<?>) answer.getBody()).blockLast();
			}
			HttpClientContexts.assertCounts(context, "shop", 2, 2, 3);
		});
	}

	@Test
	void exceptionsAreJudgedByTheirStatus() {
		with("record-http-statuses=5xx,429", "ignore-http-statuses=404").run((context) -> {
			throwing(context,
					HttpServerErrorException.create(HttpStatusCode.valueOf(500), "", new HttpHeaders(), null, null));
			throwing(context,
					HttpClientErrorException.create(HttpStatusCode.valueOf(429), "", new HttpHeaders(), null, null));
			throwing(context,
					HttpClientErrorException.create(HttpStatusCode.valueOf(409), "", new HttpHeaders(), null, null));
			throwing(context, WebClientResponseException.create(502, "", new HttpHeaders(), null, null));
			throwing(context, new ResponseStatusException(HttpStatusCode.valueOf(404)));
			throwing(context, feign(503));
			throwing(context, feign(404));
			HttpClientContexts.assertCounts(context, "shop", 1, 4, 2);
		});
	}

	@Test
	void whatCarriesNoStatusIsJudgedAsBefore() {
		with("record-http-statuses=5xx").run((context) -> {
			throwing(context, new IOException());
			throwing(context, new IllegalStateException());
			HttpClientContexts.assertCounts(context, "shop", 0, 2, 0);
		});
		with("record-http-statuses=5xx", "record-exceptions=java.io.IOException").run((context) -> {
			throwing(context, new IOException());
			throwing(context, new IllegalStateException());
			throwing(context, feign(503));
			HttpClientContexts.assertCounts(context, "shop", 1, 2, 0);
		});
	}

	@Test
	void ignoredStatusesAloneLeaveOthersAsTheyWere() {
		with("ignore-http-statuses=4xx").run((context) -> {
			throwing(context, feign(404));
			throwing(context, feign(500));
			context.getBean(Shop.class).entity(404);
			context.getBean(Shop.class).entity(500);
			HttpClientContexts.assertCounts(context, "shop", 1, 1, 2);
		});
	}

	@Test
	void ignoredAnswersAreToldAndMeasuredAsIgnoredExceptionsAre() {
		with("ignore-http-statuses=404")
			.withConfiguration(
					AutoConfigurations.of(BreakerMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
							CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class))
			.run((context) -> {
				RecordingListener heard = new RecordingListener();
				HttpClientContexts.breaker(context, "shop").addListener(heard);
				context.getBean(Shop.class).entity(404);
				context.getBean(Shop.class).later(404);
				throwing(context, feign(404));
				HttpClientContexts.assertCounts(context, "shop", 0, 0, 3);
				assertThat(heard.calls()).hasSize(3).allMatch((call) -> call.outcome() == Outcome.IGNORED);
				assertThat(heard.calls().get(0).thrown()).isNull();
				assertThat(heard.calls().get(2).thrown()).isInstanceOf(FeignException.class);
				assertThat(context.getBean(MeterRegistry.class)
					.get("breaker.calls")
					.tags("name", "shop", "outcome", "ignored")
					.timer()
					.count()).isEqualTo(3);
			});
	}

	@Test
	void ignoredExceptionsWinOverStatuses() {
		with("record-http-statuses=5xx", "ignore-exceptions=feign.FeignException").run((context) -> {
			throwing(context, feign(503));
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 1);
		});
	}

	@Test
	void aStatusFurtherInIsFoundWhereCausesMatch() {
		with("record-http-statuses=5xx", "ignore-http-statuses=404", "match-causes=true").run((context) -> {
			throwing(context, new IllegalStateException(feign(404)));
			throwing(context, new IllegalStateException(feign(409)));
			throwing(context, new IllegalStateException(feign(503)));
			HttpClientContexts.assertCounts(context, "shop", 1, 1, 1);
		});
	}

	@Test
	void retryAfterOfAnExceptionAndOfAResultBecomesTheWait() {
		with("record-http-statuses=5xx", "honour-retry-after=true", "consecutive-failure-threshold=1")
			.run((context) -> {
				HttpHeaders headers = new HttpHeaders();
				headers.set(HttpHeaders.RETRY_AFTER, "90");
				throwing(context,
						HttpServerErrorException.create(HttpStatusCode.valueOf(503), "", headers, null, null));
				assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
					.isEqualTo(Duration.ofSeconds(90));
				HttpClientContexts.breaker(context, "shop").close();
				context.getBean(Shop.class).entity(503);
				assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
					.isEqualTo(Duration.ofSeconds(45));
			});
	}

	@Test
	void anAnnotatedClientThatIsGuardedByItsNameTooIsRecordedOnce() throws IOException {
		try (TestServer server = new TestServer()) {
			with("record-http-statuses=5xx").withUserConfiguration(Clients.class)
				.withPropertyValues("shop.url=" + server.url(""), "breaker.http.clients[0].host=localhost",
						"breaker.http.clients[0].breaker=shop")
				.run((context) -> {
					Items items = context.getBean(Items.class);
					assertThat(items.item("a")).isEqualTo("/a");
					HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
					server.answersWith(503);
					assertThat(catchThrowable(() -> items.item("a"))).isInstanceOf(HttpServerErrorException.class);
					HttpClientContexts.assertCounts(context, "shop", 1, 1, 0);
					HttpClientContexts.breaker(context, "shop").halfOpen();
					assertThat(catchThrowable(() -> items.item("a"))).isInstanceOf(HttpServerErrorException.class);
					HttpClientContexts.assertCounts(context, "shop", 1, 2, 0);
				});
		}
	}

	private static void throwing(ApplicationContext context, Throwable thrown) {
		assertThat(catchThrowable(() -> context.getBean(Shop.class).throwing(thrown))).isSameAs(thrown);
	}

	private static FeignException feign(int status) {
		return FeignException.errorStatus("Shop#item()", Response.builder()
			.status(status)
			.request(
					Request.create(Request.HttpMethod.GET, "http://shop", Map.of(), null, StandardCharsets.UTF_8, null))
			.headers(Map.of())
			.build());
	}

	private ApplicationContextRunner with(String... properties) {
		ApplicationContextRunner runner = HttpClientContexts.on(this.clock)
			.withBean(Shop.class, Shop::new)
			.withPropertyValues("breaker.instances.shop.minimum-number-of-calls=100");
		for (String property : properties) {
			runner = runner.withPropertyValues("breaker.instances.shop." + property);
		}
		return runner;
	}

	static class Shop {

		@CircuitBreaker(name = "shop")
		ResponseEntity<String> entity(int status) {
			return ResponseEntity.status(status).header(HttpHeaders.RETRY_AFTER, "45").body("an item");
		}

		@CircuitBreaker(name = "shop")
		CompletionStage<ResponseEntity<String>> later(int status) {
			return CompletableFuture.completedFuture(entity(status));
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<Mono<String>> bodyLater(int status) {
			return of(status, Mono.just("an item"));
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<Flux<String>> bodiesLater(int status) {
			return of(status, Flux.just("a", "an item"));
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<CompletableFuture<String>> bodyOfFuture(int status) {
			return of(status, CompletableFuture.completedFuture("an item"));
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<Callable<String>> bodyOfCallable(int status) {
			return of(status, () -> "an item");
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<?> any(int status) {
			return of(status, Mono.just("an item"));
		}

		@CircuitBreaker(name = "shop")
		ResponseEntity<?> any(int status, Object body) {
			return of(status, body);
		}

		@CircuitBreaker(name = "shop")
		Object object(int status) {
			return of(status, Flux.just("an item"));
		}

		@CircuitBreaker(name = "shop")
		Optional<ResponseEntity<String>> perhaps(int status) {
			return Optional.of(of(status, "an item"));
		}

		@CircuitBreaker(name = "shop")
		Flux<ResponseEntity<String>> several(int... statuses) {
			return plain(statuses);
		}

		Flux<ResponseEntity<String>> plain(int... statuses) {
			return Flux.fromStream(() -> Arrays.stream(statuses).mapToObj((status) -> of(status, "an item")));
		}

		private static <T> ResponseEntity<T> of(int status, T body) {
			return ResponseEntity.status(status).header(HttpHeaders.RETRY_AFTER, "45").body(body);
		}

		@CircuitBreaker(name = "shop")
		void throwing(Throwable thrown) throws Throwable {
			throw thrown;
		}

	}

	interface Items {

		@GetExchange("/{id}")
		@CircuitBreaker(name = "shop")
		String item(@PathVariable String id);

	}

	@Configuration(proxyBeanMethods = false)
	static class Clients {

		@Bean
		Items items(RestClient.Builder builder, Environment environment) {
			RestClient client = builder.baseUrl(environment.getRequiredProperty("shop.url")).build();
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client))
				.build()
				.createClient(Items.class);
		}

	}

}
