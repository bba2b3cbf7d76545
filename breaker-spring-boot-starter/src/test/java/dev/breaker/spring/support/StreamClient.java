package dev.breaker.spring.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events as a browser does.
 */
public final class StreamClient implements AutoCloseable {

	private final HttpResponse<InputStream> response;

	private final List<Message> messages = new CopyOnWriteArrayList<>();

	private volatile @Nullable String lastId;

	private volatile boolean over;

	private StreamClient(HttpResponse<InputStream> response) {
		this.response = response;
		Thread reader = new Thread(this::read, "stream-client");
		reader.setDaemon(true);
		reader.start();
	}

	/** Opens a stream; the headers are there when it returns. */
	public static StreamClient open(String url, @Nullable String lastEventId) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
			.timeout(Duration.ofSeconds(20))
			.header("Accept", "text/event-stream");
		if (lastEventId != null) {
			request.header("Last-Event-ID", lastEventId);
		}
		try {
			return new StreamClient(HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.response.body(), StandardCharsets.UTF_8))) {
			String event = "message";
			StringBuilder data = new StringBuilder();
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith("id:")) {
					this.lastId = line.substring(3).strip();
				}
				else if (line.startsWith("event:")) {
					event = line.substring(6).strip();
				}
				else if (line.startsWith("data:")) {
					data.append(line.substring(5).strip());
				}
				else if (line.isEmpty()) {
					if (!data.isEmpty()) {
						this.messages.add(new Message(event, this.lastId, data.toString()));
					}
					event = "message";
					data.setLength(0);
				}
				else if (!line.startsWith(":")) {
					this.messages.add(new Message("no line of a stream", null, line));
				}
			}
		}
		catch (IOException ex) {
			// Closed, here or there.
		}
		this.over = true;
	}

	public int status() {
		return this.response.statusCode();
	}

	public @Nullable String header(String name) {
		return this.response.headers().firstValue(name).orElse(null);
	}

	public List<Message> messages() {
		return this.messages;
	}

	/** What came last, or where the stream begins. */
	public @Nullable String lastId() {
		return this.lastId;
	}

	/** Whether the server has ended the stream. */
	public boolean isOver() {
		return this.over;
	}

	@Override
	public void close() {
		try {
			this.response.body().close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A message.
	 *
	 * @param event its type
	 * @param id the id that a reconnection would send
	 * @param data its data
	 */
	public record Message(String event, @Nullable String id, String data) {
	}

}
