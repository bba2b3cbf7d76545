package dev.breaker.spring.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Failure;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.TestServer;
import dev.breaker.test.ManualClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Blocking clients that are guarded without annotations.
 */
@ExtendWith(OutputCaptureExtension.class)
class BlockingClientTests {

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

	static Stream<Arguments> clients() {
		return Stream.of(arguments("RestClient", (Client) BlockingClientTests::withRestClient),
				arguments("RestTemplate", (Client) BlockingClientTests::withRestTemplate),
				arguments("HTTP service", (Client) (context, path) -> context.getBean(Shop.class).item(path)));
	}

	private static ResponseEntity<String> withRestClient(ApplicationContext context, String path) {
		RestClient client = context.getBean(RestClient.Builder.class)
			.baseUrl(context.getEnvironment().getRequiredProperty("shop.url"))
			.build();
		return client.get().uri("/{path}", path).retrieve().toEntity(String.class);
	}

	private static ResponseEntity<String> withRestTemplate(ApplicationContext context, String path) {
		RestTemplate client = context.getBean(RestTemplateBuilder.class)
			.rootUri(context.getEnvironment().getRequiredProperty("shop.url"))
			.build();
		return client.getForEntity("/{path}", String.class, path);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("clients")
	void everyClientIsGuardedOnceAndStopsCallingWhenOpen(String name, Client client) {
		guarded().run((context) -> {
			assertThat(client.get(context, "a").getBody()).isEqualTo("/a");
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
			this.server.answersWith(503);
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(HttpServerErrorException.class).isThrownBy(() -> client.get(context, "a"));
			}
			assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.OPEN);
			int before = this.server.requests();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> client.get(context, "a"));
			assertThat(this.server.requests()).isEqualTo(before);
			HttpClientContexts.assertCounts(context, "shop", 1, 3, 0);
			this.clock.advance(Duration.ofSeconds(60));
			this.server.answersWith(200);
			assertThat(client.get(context, "b").getBody()).isEqualTo("/b");
			assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.CLOSED);
		});
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("clients")
	void statusesThatAreNoFailuresByDefaultAreSuccesses(String name, Client client) {
		guarded().run((context) -> {
			for (int status : List.of(400, 401, 404, 409, 422)) {
				this.server.answersWith(status);
				assertThat(catchThrowable(() -> client.get(context, "a"))).isInstanceOf(RestClientException.class);
			}
			HttpClientContexts.assertCounts(context, "shop", 5, 0, 0);
			for (int status : List.of(408, 429, 500, 504)) {
				this.server.answersWith(status);
				HttpClientContexts.breaker(context, "shop").close();
				assertThat(catchThrowable(() -> client.get(context, "a"))).isInstanceOf(RestClientException.class);
			}
			HttpClientContexts.assertCounts(context, "shop", 5, 4, 0);
		});
	}

	@Test
	void a5xxThatIsOnlyReturnedIsAFailureWithoutAnException() {
		guarded().run((context) -> {
			this.server.answersWith(503);
			RestClient client = restClient(context);
			ResponseEntity<String> entity = client.get()
				.uri(this.server.url("/a"))
				.retrieve()
				.onStatus(HttpStatusCode::isError, (request, response) -> {
				})
				.toEntity(String.class);
			assertThat(entity.getStatusCode().value()).isEqualTo(503);
			String exchanged = client.get()
				.uri(this.server.url("/b"))
				.exchange((request, response) -> new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8));
			assertThat(exchanged).isEqualTo("/b");
			HttpClientContexts.assertCounts(context, "shop", 0, 2, 0);
		});
	}

	@Test
	void theOperatorSeesWhichAnswerOpenedIt() {
		guarded().run((context) -> {
			this.server.answersWith(503);
			RestClient client = restClient(context);
			for (int i = 0; i < 3; i++) {
				catchThrowable(
						() -> client.get().uri(this.server.url("/orders?token=secret")).retrieve().toBodilessEntity());
			}
			Failure failure = HttpClientContexts.breaker(context, "shop").snapshot().lastChange().lastFailure();
			assertThat(failure.message()).isEqualTo("503 from GET " + this.server.url("/orders"));
		});
	}

	@Test
	void aServerThatIsNotThereIsAFailure() throws IOException {
		int port = unusedPort();
		guarded().run((context) -> {
			assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> restClient(context).get()
				.uri("http://localhost:" + port + "/a")
				.retrieve()
				.toBodilessEntity());
			HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
		});
	}

	@Test
	void anErrorWhileTheBodyIsReadIsNotTheBreakers() {
		guarded().run((context) -> {
			this.server.cutsBodies();
			assertThat(catchThrowable(
					() -> restClient(context).get().uri(this.server.url("/a")).retrieve().body(String.class)))
				.isInstanceOf(RuntimeException.class);
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
		});
	}

	@Test
	void anInterruptReleasesThePermit() {
		CountDownLatch never = new CountDownLatch(1);
		this.server.holdsUntil(never);
		guarded().withPropertyValues("spring.http.clients.imperative.factory=jdk").run((context) -> {
			HttpClientContexts.breaker(context, "shop").halfOpen();
			RestClient client = restClient(context);
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			Thread caller = new Thread(() -> thrown
				.set(catchThrowable(() -> client.get().uri(this.server.url("/a")).retrieve().toBodilessEntity())));
			caller.start();
			Awaitility.await().until(() -> this.server.requests() == 1);
			caller.interrupt();
			caller.join();
			assertThat(thrown.get()).isInstanceOf(ResourceAccessException.class);
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 0);
			assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.HALF_OPEN);
			never.countDown();
			assertThat(HttpClientContexts.breaker(context, "shop").tryAcquire()).as("its place is free").isNotNull();
		});
	}

	@Test
	void theStatusesOfTheConfigReplaceTheDefaults() {
		guarded()
			.withPropertyValues("breaker.instances.shop.record-http-statuses=404,500-599",
					"breaker.instances.shop.ignore-http-statuses=501")
			.run((context) -> {
				RestClient client = restClient(context);
				for (int status : List.of(404, 501, 429, 503)) {
					this.server.answersWith(status);
					catchThrowable(() -> client.get().uri(this.server.url("/a")).retrieve().toBodilessEntity());
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 2, 1);
			});
	}

	@Test
	void aRecordRuleForExceptionsDoesNotHideStatuses() {
		guarded().withPropertyValues("breaker.instances.shop.record-exceptions=java.io.IOException").run((context) -> {
			this.server.answersWith(500);
			catchThrowable(() -> restClient(context).get().uri(this.server.url("/a")).retrieve().toBodilessEntity());
			HttpClientContexts.assertCounts(context, "shop", 0, 1, 0);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.io.IOException", "org.springframework.web.client.ResourceAccessException",
			"org.springframework.web.client.RestClientException" })
	void aRecordRuleNamesWhatTheTransportOrTheClientThrows(String type) {
		CountDownLatch never = new CountDownLatch(1);
		this.server.holdsUntil(never);
		guarded()
			.withPropertyValues("breaker.instances.shop.record-exceptions=" + type,
					"spring.http.clients.read-timeout=1ms")
			.run((context) -> {
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(
							() -> restClient(context).get().uri(this.server.url("/a")).retrieve().toBodilessEntity())
					.withCauseInstanceOf(IOException.class);
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> withRestTemplate(context, "a"));
				HttpClientContexts.assertCounts(context, "shop", 0, 2, 0);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.io.IOException", "org.springframework.web.client.ResourceAccessException" })
	void anIgnoreRuleNamesWhatTheTransportOrTheClientThrows(String type) throws IOException {
		int port = unusedPort();
		guarded().withPropertyValues("breaker.instances.shop.ignore-exceptions=" + type).run((context) -> {
			assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> restClient(context).get()
				.uri("http://localhost:" + port + "/a")
				.retrieve()
				.toBodilessEntity());
			HttpClientContexts.assertCounts(context, "shop", 0, 0, 1);
		});
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("clients")
	void anIgnoreRuleNamesTheExceptionOfAStatus(String name, Client client) {
		guarded()
			.withPropertyValues("breaker.instances.shop.ignore-exceptions="
					+ "org.springframework.web.client.HttpServerErrorException,"
					+ "org.springframework.web.client.HttpClientErrorException$NotFound")
			.run((context) -> {
				for (int status : List.of(500, 404, 429, 400)) {
					this.server.answersWith(status);
					assertThat(catchThrowable(() -> client.get(context, "a")))
						.isInstanceOf(RestClientResponseException.class);
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 1, 2);
			});
	}

	@Test
	void aRecordRuleNamesTheExceptionOfAStatus() {
		guarded()
			.withPropertyValues("breaker.instances.shop.record-exceptions="
					+ "org.springframework.web.client.HttpClientErrorException$NotFound")
			.run((context) -> {
				for (int status : List.of(500, 404, 400)) {
					this.server.answersWith(status);
					catchThrowable(() -> withRestClient(context, "a"));
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 2, 0);
			});
	}

	@Test
	void aPredicateIsAskedOfWhatTheClientThrows() {
		guarded()
			.withPropertyValues("breaker.instances.shop.ignore-exception-predicate=" + OfClients.class.getName(),
					"breaker.instances.shop.record-exception-predicate=" + Broken.class.getName())
			.run((context) -> {
				for (int status : List.of(500, 404, 200)) {
					this.server.answersWith(status);
					catchThrowable(() -> withRestClient(context, "a"));
				}
				HttpClientContexts.assertCounts(context, "shop", 1, 1, 1);
			});
	}

	@Test
	void theFirstEntryThatMatchesWinsAndOthersPass() {
		HttpClientContexts.on(this.clock)
			.withPropertyValues("breaker.http.clients[0].host=localhost:" + this.server.port(),
					"breaker.http.clients[0].path=/items/**", "breaker.http.clients[0].breaker=items",
					"breaker.http.clients[1].host=local*", "breaker.http.clients[1].path=/**/stock",
					"breaker.http.clients[1].breaker=stock")
			.run((context) -> {
				RestClient client = restClient(context);
				for (String path : List.of("/items/1", "/items/1/stock", "/a/stock", "/other")) {
					client.get().uri(this.server.url(path)).retrieve().toBodilessEntity();
				}
				HttpClientContexts.assertCounts(context, "items", 2, 0, 0);
				HttpClientContexts.assertCounts(context, "stock", 1, 0, 0);
				assertThat(this.server.requests()).isEqualTo(4);
				assertThat(context.getBean(CircuitBreakerRegistry.class).all()).hasSize(2);
			});
	}

	@Test
	void eachHostHasABreakerOfItsOwn() {
		HttpClientContexts.on(this.clock)
			.withPropertyValues("breaker.http.clients[0].breaker=partners", "breaker.http.clients[0].key=host",
					"breaker.instances.partners.consecutive-failure-threshold=1")
			.run((context) -> {
				RestClient client = restClient(context);
				assertThat(context.getBean(CircuitBreakerRegistry.class).findGroup("partners")).isPresent();
				assertThat(context.getBean(CircuitBreakerRegistry.class).all()).isEmpty();
				client.get().uri("http://LOCALHOST:" + this.server.port() + "/a").retrieve().toBodilessEntity();
				this.server.answersWith(500);
				catchThrowable(() -> client.get()
					.uri("http://127.0.0.1:" + this.server.port() + "/a")
					.retrieve()
					.toBodilessEntity());
				HttpClientContexts.assertCounts(context, "partners:localhost", 1, 0, 0);
				HttpClientContexts.assertCounts(context, "partners:127.0.0.1", 0, 1, 0);
				assertThat(HttpClientContexts.breaker(context, "partners:127.0.0.1").state()).isEqualTo(State.OPEN);
				assertThat(HttpClientContexts.breaker(context, "partners:localhost").state()).isEqualTo(State.CLOSED);
			});
	}

	@Test
	void nothingIsGuardedUnlessItIsConfigured() {
		HttpClientContexts.on(this.clock).run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			List<Object> interceptors = new ArrayList<>();
			builder.requestInterceptors(interceptors::addAll);
			assertThat(interceptors).isEmpty();
			assertThat(context.getBean(RestTemplateBuilder.class).build().getInterceptors()).isEmpty();
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).isEmpty();
		});
	}

	@Test
	void theGuardIsInsideOfWhatOtherCustomizersAdd() {
		guarded().withUserConfiguration(Retrying.class).run((context) -> {
			this.server.answersWith(503);
			ResponseEntity<Void> entity = restClient(context).get()
				.uri(this.server.url("/a"))
				.retrieve()
				.onStatus(HttpStatusCode::isError, (request, response) -> {
				})
				.toBodilessEntity();
			assertThat(entity.getStatusCode().value()).isEqualTo(503);
			HttpClientContexts.assertCounts(context, "shop", 0, 2, 0);
		});
	}

	@Test
	void aBuilderThatIsCustomizedTwiceIsGuardedOnce() {
		guarded().run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			context.getBeanProvider(RestClientCustomizer.class)
				.orderedStream()
				.forEach((customizer) -> customizer.customize(builder));
			builder.build().get().uri(this.server.url("/a")).retrieve().toBodilessEntity();
			HttpClientContexts.assertCounts(context, "shop", 1, 0, 0);
		});
	}

	@Test
	void retryAfterOfTheAnswerThatOpensBecomesTheWait() {
		guarded().withPropertyValues("breaker.instances.shop.honour-retry-after=true").run((context) -> {
			this.server.answersWith(503).withHeader("Retry-After", "240");
			failThreeTimes(context);
			Snapshot snapshot = HttpClientContexts.breaker(context, "shop").snapshot();
			assertThat(snapshot.retryAfter()).isEqualTo(Duration.ofSeconds(240));
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> withRestClient(context, "a"))
				.satisfies((ex) -> assertThat(ex.retryAfter()).isEqualTo(Duration.ofSeconds(240)));
			this.clock.advance(Duration.ofSeconds(240));
			assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.HALF_OPEN);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "90s" })
	void retryAfterIsBoundedByTheMaximumWait(String maximum) {
		guarded()
			.withPropertyValues("breaker.instances.shop.honour-retry-after=true",
					"breaker.instances.shop.max-wait-duration-in-open-state=" + maximum)
			.run((context) -> {
				this.server.answersWith(429).withHeader("Retry-After", "86400");
				failThreeTimes(context);
				assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
					.isEqualTo(maximum.equals("none") ? Duration.ofMinutes(10) : Duration.ofSeconds(90));
			});
	}

	@Test
	void aRetryAfterBeyondAllNumbersIsBoundedToo() {
		guarded().withPropertyValues("breaker.instances.shop.honour-retry-after=true").run((context) -> {
			this.server.answersWith(503).withHeader("Retry-After", "9223372036854775808");
			failThreeTimes(context);
			assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
				.isEqualTo(Duration.ofMinutes(10));
		});
	}

	@Test
	void retryAfterChangesNothingUnlessItIsHonoured() {
		guarded().run((context) -> {
			this.server.answersWith(503).withHeader("Retry-After", "240");
			failThreeTimes(context);
			assertThat(HttpClientContexts.breaker(context, "shop").snapshot().retryAfter())
				.isEqualTo(Duration.ofSeconds(60));
		});
	}

	@Test
	void aTimeLimitThatABlockingClientCannotKeepIsAWarning(CapturedOutput output) {
		String warning = "Circuit breaker 'shop' has a time-limit (PT2S), which does not end requests of a RestClient";
		guarded().withPropertyValues("breaker.instances.shop.time-limit=2s").run((context) -> {
			assertThat(output).contains(warning).contains("spring.http.clients.read-timeout");
			withRestClient(context, "a");
			withRestTemplate(context, "a");
			assertThat(output).containsOnlyOnce(warning);
		});
	}

	@Test
	void aTimeLimitThatIsGivenLaterIsAWarningToo(CapturedOutput output) {
		guarded().run((context) -> {
			withRestClient(context, "a");
			context.getBean(BreakerConfigs.class).change("shop", Map.of("time-limit", "3s"));
			withRestClient(context, "a");
			withRestClient(context, "a");
			assertThat(output).containsOnlyOnce("Circuit breaker 'shop' has a time-limit (PT3S)");
		});
	}

	private static int unusedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void failThreeTimes(ApplicationContext context) {
		for (int i = 0; i < 3; i++) {
			catchThrowable(() -> withRestClient(context, "a"));
		}
		assertThat(HttpClientContexts.breaker(context, "shop").state()).isEqualTo(State.OPEN);
	}

	private RestClient restClient(ApplicationContext context) {
		return context.getBean(RestClient.Builder.class).build();
	}

	private ApplicationContextRunner guarded() {
		return HttpClientContexts.on(this.clock)
			.withUserConfiguration(Services.class)
			.withPropertyValues("shop.url=" + this.server.url(""),
					"spring.http.serviceclient.shop.base-url=${shop.url}", "breaker.http.clients[0].host=localhost",
					"breaker.http.clients[0].breaker=shop", "breaker.instances.shop.consecutive-failure-threshold=3");
	}

	private interface Client {

		ResponseEntity<String> get(ApplicationContext context, String path);

	}

	static class OfClients implements Predicate<Throwable> {

		@Override
		public boolean test(Throwable thrown) {
			return thrown instanceof HttpClientErrorException;
		}

	}

	static class Broken implements Predicate<Throwable> {

		@Override
		public boolean test(Throwable thrown) {
			throw new IllegalStateException("broken");
		}

	}

	@HttpExchange
	interface Shop {

		@GetExchange("/{path}")
		ResponseEntity<String> item(@PathVariable String path);

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "shop", types = Shop.class)
	static class Services {

	}

	@Configuration(proxyBeanMethods = false)
	static class Retrying {

		private final AtomicInteger retries = new AtomicInteger();

		@Bean
		RestClientCustomizer retryOnce() {
			return (builder) -> builder.requestInterceptor((request, body, execution) -> {
				if (this.retries.incrementAndGet() == 1) {
					execution.execute(request, body).close();
				}
				return execution.execute(request, body);
			});
		}

	}

}
