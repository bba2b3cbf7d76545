package dev.breaker.spring.dashboard;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.dashboard.RunningDashboard.Viewer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What there is of the dashboard, and for how long.
 */
class DashboardLifeTests {

	private static final String ONLY = "management.endpoints.web.exposure.include=";

	private static final int BREAKERS = 1000;

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter(Thread::isAlive)
			.map(Thread::getName)
			.filter((name) -> name.startsWith(DashboardThread.NAME))
			.toList();
	}

	private static boolean isThere(RunningDashboard application, Class<?> type) {
		ObjectProvider<?> beans = application.context().getBeanProvider(type);
		return beans.stream().findAny().isPresent();
	}

	@Test
	void whereNothingIsExposedThereIsNothing() {
		await().until(() -> threads().isEmpty());
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				ONLY + "health,circuitbreakers")) {
			assertThat(application.get("/circuitbreakers").status()).isEqualTo(200);
			assertThat(application.get("/breakerdashboard").status()).isEqualTo(404);
			assertThat(application.get("/circuitbreakerhistory").status()).isEqualTo(404);
			assertThat(List.of(History.class, Live.class, DashboardThread.class, LiveStream.class,
					BreakerDashboardEndpoint.class))
				.noneMatch((type) -> isThere(application, type));
			assertThat(application.context().containsBean("breakerDashboardHeadersFilter")).isFalse();
			assertThat(threads()).isEmpty();
		}
	}

	@Test
	void withoutAccessThereIsNothing() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				"management.endpoint.breakerdashboard.access=none",
				"management.endpoint.circuitbreakerhistory.access=none")) {
			assertThat(isThere(application, History.class)).isFalse();
		}
	}

	@Test
	void withoutServerThereIsNothing() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.NONE)) {
			assertThat(isThere(application, History.class)).isFalse();
		}
	}

	@Test
	void withoutBreakersThereIsNothing() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				"breaker.enabled=false")) {
			assertThat(isThere(application, CircuitBreakerRegistry.class)).isFalse();
			assertThat(isThere(application, History.class)).isFalse();
			assertThat(application.get("/breakerdashboard").status()).isEqualTo(404);
		}
	}

	@Test
	void theHistoryIsThereWithoutThePage() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				ONLY + "circuitbreakerhistory")) {
			assertThat(application.get("/circuitbreakerhistory").status()).isEqualTo(200);
			assertThat(application.get("/breakerdashboard").status()).isEqualTo(404);
			assertThat(isThere(application, Live.class)).isFalse();
		}
	}

	@Test
	void lazyBeansKeepAHistoryFromTheStart() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				"spring.main.lazy-initialization=true")) {
			assertThat(threads()).contains(DashboardThread.NAME);
			assertThat(application.get("/breakerdashboard/live").status()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET,server.port=0", "REACTIVE,server.port=0", "SERVLET,management.server.port=0" })
	void closingWaitsForNoViewerAndLeavesNoThread(WebApplicationType type, String property) {
		RunningDashboard application = RunningDashboard.start(type, "server.shutdown=graceful",
				"spring.lifecycle.timeout-per-shutdown-phase=10m", property);
		Viewer viewer = application.view();
		await().until(() -> !viewer.events().isEmpty());
		assertThat(threads()).contains(DashboardThread.NAME);
		// Would wait ten minutes for the viewer's request
		application.context().close();
		await().until(viewer::isOver);
		await().until(() -> threads().isEmpty());
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, mode = Mode.EXCLUDE, names = "NONE")
	void aContextThatIsStartedAgainTellsViewersAgain(WebApplicationType type) {
		try (RunningDashboard application = RunningDashboard.start(type)) {
			application.context().stop();
			await().until(() -> threads().isEmpty());
			application.context().start();
			Viewer viewer = application.view();
			assertThat(viewer.response().statusCode()).isEqualTo(200);
			await().until(() -> !viewer.events().isEmpty());
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, mode = Mode.EXCLUDE, names = "NONE")
	void aViewerThatReadsNothingHoldsNoThreadAndHarmsNoOther(WebApplicationType type) throws IOException {
		try (RunningDashboard application = RunningDashboard.start(type); Socket hanging = hanging(application)) {
			Viewer viewer = stall(application);
			assertThat(viewer.events().get(2).data().get("breakers")).hasSize(BREAKERS);
			assertThat(application.get("/breakerdashboard/live").status()).isEqualTo(200);
			await().untilAsserted(() -> assertThat(threadsThatTell()).isEmpty());
			assertThat(threads()).containsExactly(DashboardThread.NAME);
			assertThat(hanging.getInputStream().read()).isEqualTo('H');
		}
		await().until(() -> threads().isEmpty());
	}

	/** Reactor Netty takes some hundred events for a viewer in advance. */
	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = "SERVLET")
	void aViewerThatReadsAgainIsSoonToldTheNewest(WebApplicationType type) throws IOException {
		try (RunningDashboard application = RunningDashboard.start(type); Socket hanging = hanging(application)) {
			stall(application).close();
			LiveStream stream = application.context().getBean(LiveStream.class);
			for (int i = 0; i < 30; i++) {
				stream.tell();
			}
			application.endSecond();
			String newest = "id:" + application.context().getBean(ManualClock.class).instant();
			int events = 0;
			BufferedReader lines = new BufferedReader(
					new InputStreamReader(hanging.getInputStream(), StandardCharsets.UTF_8));
			for (String line = lines.readLine(); line != null && !line.equals(newest); line = lines.readLine()) {
				events += line.equals("event:" + LiveStream.EVENT) ? 1 : 0;
			}
			// The buffers of the operating system have some megabytes.
			assertThat(events).isBetween(1, 16);
		}
	}

	/** Reactor Netty takes some hundred events for a viewer in advance. */
	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = "SERVLET")
	void theConnectionOfAViewerThatReadsNothingIsEnded(WebApplicationType type) throws IOException {
		try (RunningDashboard application = RunningDashboard.start(type); Socket hanging = hanging(application)) {
			stall(application).close();
			LiveStream stream = application.context().getBean(LiveStream.class);
			for (int i = 0; i <= LiveStream.MOST_UNREAD; i++) {
				stream.tell();
			}
			assertThat(isEnded(hanging.getInputStream())).isTrue();
		}
	}

	private static boolean isEnded(InputStream input) {
		try {
			input.skipNBytes(Long.MAX_VALUE);
			return false;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			// Over, or cut
			return true;
		}
	}

	/**
	 * A connection that asks for the stream of a thousand breakers, and reads nothing.
	 */
	private static Socket hanging(RunningDashboard application) throws IOException {
		for (int i = 0; i < BREAKERS; i++) {
			application.breaker("breaker-" + i);
		}
		Socket socket = new Socket();
		// Small, so that it is soon full, and not so small that reading it takes long
		socket.setReceiveBufferSize(64 * 1024);
		socket.setSoTimeout(30_000);
		socket.connect(new InetSocketAddress("localhost", application.port()));
		socket.getOutputStream()
			.write("GET /actuator/breakerdashboard/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
				.getBytes(StandardCharsets.US_ASCII));
		socket.getOutputStream().flush();
		return socket;
	}

	/** Tells more than the buffers of a connection take; returns a viewer that reads. */
	private static Viewer stall(RunningDashboard application) {
		LiveStream stream = application.context().getBean(LiveStream.class);
		Viewer viewer = application.view();
		for (int i = 0; i < 12; i++) {
			int before = viewer.events().size();
			stream.tell();
			await().atMost(Duration.ofMinutes(1)).until(() -> viewer.events().size() > before);
		}
		return viewer;
	}

	/** But the one thread of the dashboard, and that of the test. */
	private static List<String> threadsThatTell() {
		List<String> telling = new ArrayList<>();
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (!thread.getName().equals(DashboardThread.NAME) && thread != Thread.currentThread()
					&& Stream.of(stack).anyMatch((frame) -> frame.getClassName().contains("LiveStream"))) {
				telling.add(thread.getName());
			}
		});
		return telling;
	}

	@Test
	void mappedPathsAreThoseOfThePage() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
				"management.endpoints.web.path-mapping.breakerdashboard=ops/breakers",
				"management.endpoints.web.path-mapping.circuitbreakers=admin/cb")) {
			assertThat(application.get("/ops/breakers").body()).contains("\"breakers/app.js\"");
			assertThat(application.get("/ops/breakers/app.js").header("Content-Security-Policy")).isNotNull();
			assertThat(application.get("/ops/breakers/live").json().get("commands").asString())
				.isEqualTo("../admin/cb");
		}
	}

}
