package dev.breaker.compatibility.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The gateway's {@code CircuitBreaker} filter between a real client and a real server.
 */
class CircuitBreakerFilterTests {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger requests = new AtomicInteger();

	private final CountDownLatch hanging = new CountDownLatch(1);

	private volatile int status = 200;

	private HttpServer remote;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() throws IOException {
		this.remote = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.remote.setExecutor(this.threads);
		this.remote.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			String path = exchange.getRequestURI().getPath();
			if (path.endsWith("/hang")) {
				awaitEnd();
			}
			String failure = exchange.getRequestHeaders().getFirst("Execution-Exception-Type");
			byte[] body = ((failure != null) ? path + " after " + failure : path).getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(path.equals("/mirror") ? 200 : this.status, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.remote.start();
		this.context = run();
	}

	private void awaitEnd() {
		try {
			this.hanging.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private ConfigurableApplicationContext run(String... arguments) throws IOException {
		try (ServerSocket dead = new ServerSocket(0)) {
			return new SpringApplicationBuilder(Application.class)
				.properties("remote.url=http://localhost:" + this.remote.getAddress().getPort(),
						"dead.port=" + dead.getLocalPort())
				.run(arguments);
		}
	}

	@AfterEach
	void stop() {
		this.hanging.countDown();
		this.context.close();
		this.remote.stop(0);
		this.threads.shutdownNow();
	}

	@Test
	void aRouteTripsFallsBackAndRecovers() throws Exception {
		assertThat(get("/orders/1").body()).isEqualTo("/orders/1");
		this.status = 500;
		assertThat(get("/orders/1").body()).isEqualTo("instead");
		assertThat(get("/orders/1").body()).isEqualTo("instead");
		assertThat(this.requests).hasValue(3);

		assertThat(get("/orders/1").body()).isEqualTo("instead");
		assertThat(this.requests).hasValue(3);
		assertThat(breaker("orders")).isOpen().hasSucceeded(1).hasFailed(2).hasRefused(1);

		this.status = 200;
		this.context.getBean(ManualClock.class).advance(Duration.ofMinutes(1));
		assertThat(get("/orders/1").body()).isEqualTo("/orders/1");
		assertThat(breaker("orders")).isClosed();
	}

	@Test
	void onlyTheGivenStatusCodesAreFailures() throws Exception {
		this.status = 503;
		assertThat(get("/orders/1").statusCode()).isEqualTo(503);
		this.status = 404;
		assertThat(get("/orders/1").body()).isEqualTo("instead");
		assertThat(breaker("orders")).hasSucceeded(1).hasFailed(1);
	}

	@Test
	void aFilterWithoutANameHasThatOfItsRoute() throws Exception {
		this.status = 500;
		get("/prices/1");
		assertThat(breaker("prices(route)#1")).hasFailed(1);
		assertThat(breaker("prices(route)#1").config().waitDurationInOpenState()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void withoutFallbackARefusalIsAnsweredWith503() throws Exception {
		breaker("prices(route)#1").open();
		HttpResponse<String> answer = get("/prices/1");
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.headers().firstValue("Retry-After")).hasValue("30");
		assertThat(answer.body()).contains("\"circuitBreaker\":\"prices(route)#1\"");
	}

	@Test
	void withoutProblemDetailsARefusalIsStillA503() throws Exception {
		this.context.close();
		this.context = run("--breaker.web.problem-details=false");
		breaker("prices(route)#1").open();
		assertThat(get("/prices/1").statusCode()).isEqualTo(503);
	}

	@Test
	void aRouteThatResumesIsStillRefused() throws Exception {
		assertThat(get("/reviews/1").statusCode()).isEqualTo(200);
		assertThat(get("/reviews/1").statusCode()).isEqualTo(200);
		assertThat(get("/reviews/1").statusCode()).isEqualTo(503);
		assertThat(breaker("reviews")).hasFailed(2).hasRefused(1);
	}

	@Test
	void anotherRouteIsToldOfTheFailure() throws Exception {
		this.status = 500;
		assertThat(get("/stock/1").body()).startsWith("/mirror after ").contains("StatusCodeException");
		breaker("stock").forceOpen();
		assertThat(get("/stock/1").body()).isEqualTo("/mirror after dev.breaker.CallNotPermittedException");
	}

	@Test
	void aConnectionThatIsRefusedIsAFailure() throws Exception {
		assertThat(get("/dead/1").statusCode()).isEqualTo(500);
		assertThat(get("/dead/1").statusCode()).isEqualTo(500);
		assertThat(get("/dead/1").statusCode()).isEqualTo(503);
		assertThat(breaker("dead")).isOpen().hasFailed(2);
	}

	@Test
	void aRouteInJavaHasTheFilterToo() throws Exception {
		assertThat(get("/java/1").body()).isEqualTo("/java/1");
		breaker("java").forceOpen();
		assertThat(get("/java/1").body()).isEqualTo("instead");
	}

	@Test
	void aClientThatGoesAwayGivesItsPlaceBack() throws Exception {
		CircuitBreaker orders = breaker("orders");
		orders.halfOpen();
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
			OutputStream out = socket.getOutputStream();
			out.write("GET /orders/hang HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			out.flush();
			await().until(() -> this.requests.get() == 1);
			assertThat(orders.tryAcquire()).isNull();
		}
		Permit place = await().until(orders::tryAcquire, (permit) -> permit != null);
		place.release();
		assertThat(orders).isHalfOpen().hasFailed(0).hasSucceeded(0);
	}

	@Test
	void theFilterAddsNoThread() throws Exception {
		for (int i = 0; i < 50; i++) {
			get("/mirror");
		}
		Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
		for (int i = 0; i < 50; i++) {
			get("/orders/" + i);
		}
		assertThat(breaker("orders")).hasSucceeded(50);
		assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
			.extracting(Thread::getName)
			.allMatch((name) -> name.startsWith("reactor-http-") || name.startsWith("HttpClient-")
					|| name.startsWith("pool-"));
	}

	@Test
	void endpointMetersAndEventsHaveTheBreakersOfRoutes() throws Exception {
		get("/orders/1");
		breaker("orders").forceOpen();
		assertThat(get("/actuator/circuitbreakers").body()).contains("\"orders\"", "\"prices(route)#1\"", "\"java\"");
		assertThat(get("/actuator/circuitbreakerevents/orders").body()).contains("FORCED_OPEN");
		assertThat(get("/actuator/metrics/breaker.calls?tag=name:orders&tag=outcome:success").body())
			.contains("\"statistic\":\"COUNT\",\"value\":1.0");
	}

	private HttpResponse<String> get(String path) throws Exception {
		return this.client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path)).build(),
				BodyHandlers.ofString());
	}

	private int port() {
		return this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private CircuitBreaker breaker(String name) {
		return this.context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock manualClock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

		@Bean
		RouteLocator routes(RouteLocatorBuilder routes, Environment environment) {
			return routes.routes()
				.route("java-route",
						(route) -> route.path("/java/**")
							.filters((filters) -> filters
								.circuitBreaker((config) -> config.setName("java").setFallbackUri("forward:/instead")))
							.uri(environment.getRequiredProperty("remote.url")))
				.build();
		}

		@Bean
		Instead instead() {
			return new Instead();
		}

	}

	@RestController
	static class Instead {

		@GetMapping("/instead")
		String instead() {
			return "instead";
		}

	}

}
