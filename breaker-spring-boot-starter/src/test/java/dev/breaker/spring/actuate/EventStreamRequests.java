package dev.breaker.spring.actuate;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.spring.support.StreamClient;
import dev.breaker.spring.support.StreamClient.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The stream of events, whatever serves it: the subclasses choose the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EventStreamRequests {

	private static final JsonMapper mapper = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final String base;

	private final String[] properties;

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	private CircuitBreaker payments;

	EventStreamRequests(String base, String... properties) {
		this.base = base;
		this.properties = properties;
	}

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class, this.properties);
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void make() {
		this.payments = this.registry.get("payments");
	}

	@AfterEach
	void forget() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
		this.opened.clear();
		// A client that is gone is noticed when something is written to it.
		this.registry.all().forEach(CircuitBreaker::forceOpen);
		await().untilAsserted(() -> {
			this.registry.all().forEach((breaker) -> Calls.refused(breaker, 1));
			assertThat(clients()).isZero();
		});
		this.registry.all().forEach((breaker) -> this.registry.remove(breaker.name()));
	}

	private String url(RunningApplication at, String path) {
		return "http://localhost:" + at.context().getEnvironment().getRequiredProperty("local.management.port")
				+ this.base + path;
	}

	private StreamClient open(String path, @Nullable String lastEventId) {
		StreamClient opening = StreamClient.open(url(this.application, path), lastEventId);
		this.opened.add(opening);
		return opening;
	}

	private StreamClient follow(String path, @Nullable String lastEventId) {
		StreamClient following = open(path, lastEventId);
		assertThat(following.status()).isEqualTo(200);
		assertThat(following.header("Content-Type")).startsWith("text/event-stream");
		// It is there where it has been told where the stream begins.
		await().until(() -> following.lastId() != null);
		return following;
	}

	private Answer get(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(this.application, path)))
			.timeout(Duration.ofSeconds(20));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return send(request);
	}

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.build(), BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<JsonNode> events(StreamClient following) {
		return following.messages()
			.stream()
			.filter((message) -> message.event().equals("message"))
			.map((message) -> mapper.readTree(message.data()))
			.toList();
	}

	private static void awaitEvents(StreamClient following, int count) {
		await().untilAsserted(() -> assertThat(following.messages()).hasSize(count));
	}

	@Test
	void aClientHearsWhatHappensAsTheListShowsIt() {
		StreamClient following = follow("", null);
		Calls.fail(this.payments, new IllegalStateException("Read timed out"));
		this.payments.forceOpen();
		Calls.refused(this.payments, 2);
		awaitEvents(following, 4);
		JsonNode listed = get("").at("/events");
		assertThat(events(following)).isEqualTo(List.copyOf(listed.valueStream().toList()));
		assertThat(following.messages()).extracting(Message::id).doesNotHaveDuplicates().doesNotContainNull();
	}

	@Test
	void aClientThatComesBackGoesOnWhereItWas() {
		StreamClient before = follow("", null);
		Calls.fail(this.payments, 1);
		awaitEvents(before, 1);
		before.close();
		Calls.fail(this.payments, 3);
		StreamClient after = follow("", before.lastId());
		Calls.fail(this.payments, 2);
		awaitEvents(after, 5);
		StreamClient byQuery = follow("?lastEventId=" + before.lastId(), null);
		awaitEvents(byQuery, 5);
		StreamClient headerWins = follow("?lastEventId=" + before.lastId(), after.messages().get(3).id());
		awaitEvents(headerWins, 1);
	}

	@Test
	void theListIsTheAnswerWhereNoStreamIsAskedFor() {
		Calls.fail(this.payments, 1);
		assertThat(get("").at("/events")).hasSize(1);
		for (String accept : new String[] { "*/*", "application/json",
				"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/event-stream;q=0.1, */*" }) {
			assertThat(get("", "Accept", accept).at("/events")).as(accept).hasSize(1);
			assertThat(get("/payments", "Accept", accept).at("/events")).as(accept).hasSize(1);
		}
	}

	@Test
	void aStreamMayBeOfOneBreakerWhateverItsName() {
		StreamClient ofPayments = follow("/payments", null);
		CircuitBreaker slashed = this.registry.get("GET /orders");
		CircuitBreaker stream = this.registry.get("stream");
		StreamClient ofSlashed = follow("/GET%20/orders", null);
		StreamClient ofStream = follow("/stream", null);
		this.payments.forceOpen();
		slashed.forceOpen();
		stream.forceOpen();
		for (StreamClient following : List.of(ofPayments, ofSlashed, ofStream)) {
			awaitEvents(following, 1);
		}
		assertThat(events(ofSlashed)).allMatch((event) -> event.get("circuitBreaker").asString().equals("GET /orders"));
		assertThat(get("/stream").at("/events")).hasSize(1);
	}

	@Test
	void aStreamOfAnUnknownBreakerIs404() {
		for (String path : new String[] { "/unknown", "/un/known" }) {
			Answer answer = get(path, "Accept", "text/event-stream");
			assertThat(answer.status()).isEqualTo(404);
			assertThat(answer.text("/message")).isEqualTo("There is no circuit breaker '" + path.substring(1) + "'");
		}
		assertThat(this.registry.find("unknown")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "7", "none-1", "0-<script>" })
	void aLastEventIdThatIsNoneIs400(String id) {
		Answer answer = get("", "Accept", "text/event-stream", "Last-Event-ID", id);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo("Invalid Last-Event-ID '" + id
				+ "': must be the id of an event of this stream. Leave it out to begin with what happens next");
	}

	@Test
	void headIsAnsweredAndOver() {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(this.application, "")))
			.timeout(Duration.ofSeconds(20))
			.header("Accept", "text/event-stream")
			.method("HEAD", BodyPublishers.noBody());
		assertThat(send(request).status()).isEqualTo(200);
	}

	@Test
	void aClientThatIsGoneIsForgotten() {
		StreamClient going = follow("", null);
		follow("", null);
		assertThat(clients()).isEqualTo(2);
		going.close();
		await().untilAsserted(() -> {
			Calls.refused(this.payments, 1);
			this.payments.forceOpen();
			assertThat(clients()).isEqualTo(1);
		});
	}

	private int clients() {
		JsonNode clients = get("").at("/stream/clients");
		return (clients != null) ? clients.asInt() : -1;
	}

	@Test
	void namesAndMessagesForgeNoMessage() {
		StreamClient following = follow("", null);
		String name = "<img src=x onerror=alert(1)>\n\ndata: forged";
		String forged = "\r\n\r\nevent: forged\r\ndata: {}\u0000\u0085\u2028</script>";
		CircuitBreaker odd = this.registry.get(name);
		Calls.fail(odd, new IllegalStateException("down" + forged + "x".repeat(10 * 1024 * 1024)));
		odd.apply(dev.breaker.StateCommand.to(dev.breaker.State.FORCED_OPEN).comment(forged).actor("eve" + forged));
		awaitEvents(following, 2);
		List<JsonNode> events = events(following);
		assertThat(events).hasSize(2).allMatch((event) -> event.get("circuitBreaker").asString().equals(name));
		assertThat(events.get(0).get("exception").asString()).hasSizeLessThan(400)
			.startsWith("java.lang.IllegalStateException: down event: forged data: {} </script>x");
		assertThat(events.get(1).get("comment").asString()).isEqualTo(forged);
		assertThat(events.get(1).get("actor").asString()).isEqualTo("eve" + forged);
		assertThat(List.copyOf(get("").at("/events").valueStream().toList())).isEqualTo(events);
	}

	@RepeatedTest(10)
	void clientsThatGoDoNotTakeOthersWithThem() throws Exception {
		openHanging(10);
		await().untilAsserted(() -> assertThat(clients()).isEqualTo(10));
	}

	@Test
	void oneClientMoreThanThereMayBeIs503() throws Exception {
		openHanging(100);
		await().untilAsserted(() -> assertThat(clients()).isEqualTo(100));
		Answer answer = get("", "Accept", "text/event-stream");
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.text("/message"))
			.isEqualTo("There are as many streams of events as there may be. Close one of them");
	}

	@Test
	void clientsThatDoNotReadAndThrowingListenersHarmNoOther() throws Exception {
		CircuitBreakerListener throwing = new CircuitBreakerListener() {
			@Override
			public void onNotPermitted(CircuitBreaker breaker) {
				throw new IllegalStateException("listener");
			}
		};
		this.registry.addListener(throwing);
		try {
			openHanging(10);
			await().untilAsserted(() -> assertThat(clients()).isEqualTo(10));
			StreamClient reading = follow("", null);
			this.payments.forceOpen();
			int writers = 50;
			int calls = 400;
			write(writers, calls);
			await().untilAsserted(() -> assertThat(received(reading)).isEqualTo(1 + writers * calls));
			// Each of those is one of a hundred that there may be, and can hold up no
			// other.
			StreamClient late = follow("", null);
			Calls.refused(this.payments, 1);
			awaitEvents(late, 1);
			assertThat(get("").status()).isEqualTo(200);
		}
		finally {
			this.registry.removeListener(throwing);
		}
	}

	@Test
	void aClientThatDoesNotReadHasOneMessageOnItsWay() throws IOException {
		long droppedBefore = dropped();
		CircuitBreaker huge = this.registry.get("x".repeat(1024 * 1024));
		try {
			this.opened.add(hanging());
			await().untilAsserted(() -> assertThat(clients()).isEqualTo(1));
			huge.forceOpen();
			int calls = 3000;
			Calls.refused(huge, calls);
			// A thousand wait, and the operating system holds some megabytes.
			await().untilAsserted(() -> assertThat(calls - 1000 - (dropped() - droppedBefore)).isBetween(0L, 16L));
		}
		finally {
			// The list of all events would have its name a hundred times.
			this.registry.remove(huge.name());
		}
	}

	private long dropped() {
		return get("/payments").at("/stream/dropped").asLong();
	}

	private void write(int writers, int calls) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<Integer>> refused = new ArrayList<>();
			for (int i = 0; i < writers; i++) {
				refused.add(threads.submit(() -> {
					start.await();
					return Calls.refused(this.payments, calls);
				}));
			}
			start.countDown();
			for (Future<Integer> each : refused) {
				assertThat(each.get()).isEqualTo(calls);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	/** What came, and what the client was told that it missed. */
	private static long received(StreamClient following) {
		return following.messages()
			.stream()
			.mapToLong((message) -> message.event().equals("dropped")
					? mapper.readTree(message.data()).get("count").asLong() : 1)
			.sum();
	}

	/** A connection that asks for the stream and never reads it. */
	/** Opens streams that read nothing, and waits until all have been sent something. */
	private void openHanging(int count) throws IOException {
		List<Socket> hanging = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			hanging.add(hanging());
		}
		this.opened.addAll(hanging);
		await().untilAsserted(() -> {
			for (Socket each : hanging) {
				assertThat(each.getInputStream().available()).isPositive();
			}
		});
	}

	private Socket hanging() throws IOException {
		URI target = URI.create(url(this.application, ""));
		Socket socket = new Socket();
		socket.setReceiveBufferSize(1024);
		socket.connect(new InetSocketAddress(InetAddress.getByName(target.getHost()), target.getPort()));
		OutputStream out = socket.getOutputStream();
		out.write(("GET " + target.getPath() + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII));
		out.flush();
		return socket;
	}

	@Test
	void theStreamsEndWithTheContextAndDoNotHoldItUp() {
		List<String> slowly = new ArrayList<>(List.of(this.properties));
		// A stop that waited for the streams would be seen.
		slowly.add("spring.lifecycle.timeout-per-shutdown-phase=10m");
		StreamClient following;
		try (RunningApplication ending = RunningApplication.start(Application.class, slowly.toArray(String[]::new))) {
			following = StreamClient.open(url(ending, ""), null);
			this.opened.add(following);
			await().until(() -> following.lastId() != null);
			assertThat(threads()).isNotEmpty();
		}
		await().until(following::isOver);
		await().untilAsserted(() -> assertThat(threads()).hasSizeLessThanOrEqualTo(1));
	}

	private static List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("breaker-events"))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		/**
		 * The event loops that all share are ended by the first application that ends.
		 */
		@Bean
		ReactorResourceFactory ownEventLoops() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		@Bean
		CircuitBreakerRegistry registry() {
			return CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		}

	}

}
