package dev.breaker.compatibility.kinds;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A WebFlux application on Netty, whose guarded client calls a service over HTTP.
 */
@Timeout(60)
class WebFluxApplicationTests {

	private static final HttpClient client = HttpClient.newHttpClient();

	private static ConfigurableApplicationContext application;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			// Reactor Netty can stop reading a kept-alive connection: docs/reactive.md
			.run("--server.port=0", "--server.netty.max-keep-alive-requests=1",
					"--spring.reactor.netty.shutdown-quiet-period=20ms", "--spring.main.banner-mode=off",
					"--management.endpoints.web.exposure.include=*",
					"--management.endpoint.health.show-components=always",
					"--management.endpoint.health.show-details=always",
					"--breaker.instances.stock.consecutive-failure-threshold=3",
					"--breaker.instances.stock.wait-duration-in-open-state=30s");
	}

	@AfterAll
	static void stop() {
		SpringApplication.exit(application);
	}

	@Test
	void tripsAndRecoversAndShowsIt() throws Exception {
		CircuitBreaker breaker = application.getBean(CircuitBreakerRegistry.class).get("stock");
		AtomicBoolean down = application.getBean(Service.class).down;
		assertThat(get("/stock").body()).isEqualTo("7");
		assertThat(get("/stocks").body()).isEqualTo("789");
		assertThat(get("/unguarded").body()).isEqualTo("7");
		assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
		Set<String> threads = threads();
		down.set(true);
		for (int i = 0; i < 3; i++) {
			assertThat(get("/stock").statusCode()).isEqualTo(500);
		}
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		HttpResponse<String> refused = get("/stock");
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(refused.headers().firstValue("Retry-After")).contains("30");
		assertThat(get("/stocks").body()).isEqualTo("0");
		assertThat(get("/actuator/circuitbreakers/stock").body()).contains("\"state\":\"OPEN\"",
				"\"failedCallsTotal\":3", "\"notPermittedCallsTotal\":2");
		assertThat(get("/actuator/health").body()).contains("\"circuitBreakers\"", "OPEN");
		down.set(false);
		application.getBean(ManualClock.class).advance(Duration.ofSeconds(30));
		assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(get("/stock").body()).isEqualTo("7");
		assertThat(breaker.state()).isEqualTo(State.CLOSED);
		assertThat(get("/actuator/circuitbreakers/stock").body()).contains("\"state\":\"CLOSED\"",
				"\"successfulCallsTotal\":3");
		Set<String> added = threads();
		added.removeAll(threads);
		assertThat(added).as("threads that the breaker added").isEmpty();
	}

	/** Kinds of threads, without the number that pools give them. */
	private static Set<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map((thread) -> thread.getName().replaceAll("\\d+", ""))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return client.send(
				HttpRequest.newBuilder(URI.create(Application.url(application.getEnvironment()) + path)).build(),
				BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

		@Bean
		Service service() {
			return new Service();
		}

		@Bean
		StockClient stockClient(Environment environment) {
			return new StockClient(environment);
		}

		@Bean
		Shop shop(StockClient client) {
			return new Shop(client);
		}

		static String url(Environment environment) {
			return "http://localhost:" + environment.getRequiredProperty("local.server.port");
		}

	}

	/**
	 * The other side.
	 */
	@RestController
	static class Service {

		private final AtomicBoolean down = new AtomicBoolean();

		@GetMapping("/service")
		Mono<String> stock() {
			return this.down.get() ? Mono.error(new ResponseStatusException(HttpStatus.BAD_GATEWAY)) : Mono.just("7");
		}

		@GetMapping("/service/all")
		Flux<String> stocks() {
			return Flux.just("7", "8", "9");
		}

	}

	static class StockClient {

		private final WebClient http = WebClient.create();

		private final Environment environment;

		StockClient(Environment environment) {
			this.environment = environment;
		}

		@dev.breaker.annotation.CircuitBreaker(name = "stock")
		public Mono<String> stock() {
			return get("/service").bodyToMono(String.class);
		}

		@dev.breaker.annotation.CircuitBreaker(name = "stock", fallbackMethod = "none")
		public Flux<String> stocks() {
			return get("/service/all").bodyToFlux(String.class);
		}

		private String none(Throwable thrown) {
			return "0";
		}

		public Mono<String> unguarded() {
			return get("/service").bodyToMono(String.class);
		}

		private WebClient.ResponseSpec get(String path) {
			return this.http.get().uri(Application.url(this.environment) + path).retrieve();
		}

	}

	@RestController
	static class Shop {

		private final StockClient client;

		Shop(StockClient client) {
			this.client = client;
		}

		@GetMapping("/stock")
		Mono<String> stock() {
			return this.client.stock();
		}

		@GetMapping("/stocks")
		Flux<String> stocks() {
			return this.client.stocks();
		}

		@GetMapping("/unguarded")
		Mono<String> unguarded() {
			return this.client.unguarded();
		}

	}

}
