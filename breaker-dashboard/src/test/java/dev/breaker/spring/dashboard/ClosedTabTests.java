package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import jakarta.servlet.ServletException;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Viewers that close their connections, as a browser does whose tab is closed.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClosedTabTests {

	private static final String REQUEST = "GET /actuator/breakerdashboard/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";

	private static final int SMALL = 4096;

	private final RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET, "/actuator",
			List.of(Server.class));

	@AfterEach
	void stop() {
		this.application.close();
	}

	@Test
	void aTabThatIsClosedBetweenTwoEventsLeavesNoWarning(CapturedOutput output) throws IOException {
		try (Socket tab = open()) {
			readUntil(tab, "\n\n\r\n");
		}
		assertThatItEndsWithoutWarning(output);
	}

	@Test
	void aTabThatIsClosedWhileAnEventIsOnItsWayLeavesNoWarning(CapturedOutput output) throws IOException {
		for (int i = 0; i < 200; i++) {
			this.application.breaker("breaker-" + i);
		}
		try (Socket tab = open()) {
			readUntil(tab, "data:");
		}
		assertThatItEndsWithoutWarning(output);
	}

	private void assertThatItEndsWithoutWarning(CapturedOutput output) {
		await().until(() -> !this.application.context().getBean(EndedRequests.class).paths.isEmpty());
		assertThat(output).doesNotContain(" WARN ").doesNotContain(" ERROR ");
	}

	private Socket open() throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(SMALL);
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.application.port()));
		socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static void readUntil(Socket socket, String end) throws IOException {
		InputStream input = socket.getInputStream();
		StringBuilder read = new StringBuilder();
		while (read.indexOf(end) < 0) {
			int next = input.read();
			assertThat(next).isNotNegative();
			read.append((char) next);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Server {

		@Bean
		EndedRequests endedRequests() {
			return new EndedRequests();
		}

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> server(EndedRequests ended) {
			return (factory) -> {
				factory.addEngineValves(ended);
				// Little is taken from the server that is not read
				factory.addConnectorCustomizers(
						(connector) -> connector.setProperty("socket.txBufSize", String.valueOf(SMALL)));
			};
		}

	}

	/**
	 * Is told when a request is over, and the error page where there was one.
	 */
	static final class EndedRequests extends ValveBase implements AccessLog {

		private final Queue<String> paths = new ConcurrentLinkedQueue<>();

		EndedRequests() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			getNext().invoke(request, response);
		}

		@Override
		public void log(Request request, Response response, long time) {
			this.paths.add(request.getRequestURI());
		}

		@Override
		public void setRequestAttributesEnabled(boolean enabled) {
			// Has none
		}

		@Override
		public boolean getRequestAttributesEnabled() {
			return false;
		}

	}

}
