package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.dashboard.RunningDashboard.Viewer;
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
	void aViewerThatReadsNothingHarmsNoOther(WebApplicationType type) throws IOException {
		try (RunningDashboard application = RunningDashboard.start(type); Socket hanging = new Socket()) {
			for (int i = 0; i < 1000; i++) {
				application.breaker("breaker-" + i);
			}
			hanging.setReceiveBufferSize(1024);
			hanging.connect(new InetSocketAddress("localhost", application.port()));
			hanging.getOutputStream()
				.write("GET /actuator/breakerdashboard/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
					.getBytes(StandardCharsets.US_ASCII));
			hanging.getOutputStream().flush();
			assertThat(hanging.getInputStream().read()).isEqualTo('H');
			Viewer viewer = application.view();
			await().until(() -> viewer.events().size() >= 3);
			assertThat(viewer.events().get(2).data().get("breakers")).hasSize(1000);
			assertThat(application.get("/breakerdashboard/live").status()).isEqualTo(200);
		}
		await().until(() -> threads().isEmpty());
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
