package dev.breaker.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fault that is switched while an answer is on its way cuts the answer anywhere.
 */
@ShopTest
class CutAnswersTests {

	@Autowired
	ShopClient shop;

	@BeforeEach
	@AfterEach
	void restore() {
		this.shop.restore();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			partner   | partner          | /partner/sku-1                   | {"offer":"5 % off"} | 502
			inventory | inventory:berlin | /checkout/sku-1?warehouse=berlin | {"left":5}          | 502
			payments  | payments         | /checkout/sku-1?warehouse=berlin | {"receipt":"R-1"}   | 202
			""")
	void answerCutAtAnyByteIsAFailureOfTheService(String service, String breaker, String path, String json, int status)
			throws IOException {
		byte[] whole = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
			.formatted(json.length(), json)).getBytes(StandardCharsets.US_ASCII);
		Map<Integer, Integer> unexpected = new TreeMap<>();
		try (Impostor impostor = takeThePortOf(service)) {
			for (int length = 0; length < whole.length; length++) {
				impostor.answer = Arrays.copyOf(whole, length);
				this.shop.command(breaker, "{\"reset\": true}");
				int answered = this.shop.get(path).status();
				if (answered != status || this.shop.breaker(breaker).get("failedCallsTotal").asLong() != 1) {
					unexpected.put(length, answered);
				}
			}
			impostor.answer = whole;
			assertThat(this.shop.get(path).status()).isEqualTo(200);
		}
		assertThat(unexpected).as("status by bytes received").isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "partner, /partner/sku-1, 502", "inventory, /checkout/sku-1, 502", "payments, /checkout/sku-1, 202" })
	void answerWithoutABodyIsAFailureOfTheService(String service, String path, int status) throws IOException {
		try (Impostor impostor = takeThePortOf(service)) {
			impostor.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
			assertThat(this.shop.get(path).status()).isEqualTo(status);
		}
	}

	@Test
	void serviceWhosePortWasTakenWhileItRefusedComesBackOnAnother() throws IOException {
		String before = url("partner");
		try (Impostor impostor = takeThePortOf("partner")) {
			this.shop.behave("partner", "ok");
			assertThat(url("partner")).isNotEqualTo(before);
			assertThat(this.shop.get("/partner/sku-1").status()).isEqualTo(200);
			assertThat(impostor.asked).isFalse();
		}
	}

	private Impostor takeThePortOf(String service) throws IOException {
		this.shop.behave(service, "refuse");
		return new Impostor(URI.create(url(service)).getPort());
	}

	private String url(String service) {
		return this.shop.get("/faults").json().get(service).get("url").asString();
	}

	/**
	 * Answers every request with the same bytes, and hangs up.
	 */
	private static final class Impostor implements AutoCloseable {

		private final ServerSocket port;

		volatile byte[] answer = {};

		volatile boolean asked;

		Impostor(int port) throws IOException {
			this.port = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
			CompletableFuture.runAsync(this::serve, (task) -> new Thread(task, "impostor").start());
		}

		private void serve() {
			while (!this.port.isClosed()) {
				try (Socket client = this.port.accept()) {
					this.asked = true;
					readHead(client.getInputStream());
					client.getOutputStream().write(this.answer);
				}
				catch (IOException ex) {
					// The test is over, or the client has gone
				}
			}
		}

		private static void readHead(InputStream in) throws IOException {
			StringBuilder head = new StringBuilder();
			while (head.indexOf("\r\n\r\n") < 0) {
				int next = in.read();
				if (next < 0) {
					return;
				}
				head.append((char) next);
			}
		}

		@Override
		public void close() {
			try {
				this.port.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
