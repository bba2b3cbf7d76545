package dev.breaker.spring.probe;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import dev.breaker.spring.CircuitBreakerProbe;
import org.jspecify.annotations.Nullable;

/**
 * Asks a URL. An answer with a status from 200 to 299 is well; redirects are not
 * followed. It goes by none of the application's clients, which breakers may guard.
 */
final class HttpProbe implements CircuitBreakerProbe {

	private static final int HIGHEST_PORT = 65_535;

	private final HttpClient client;

	private final HttpRequest request;

	HttpProbe(HttpClient client, String url, Duration timeout) {
		this.client = client;
		this.request = HttpRequest.newBuilder(URI.create(url)).timeout(timeout).GET().build();
	}

	static HttpClient newClient() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	/** Why it cannot be asked; {@code null} where it can. */
	static @Nullable String problem(String url) {
		try {
			URI uri = new URI(url);
			boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
			if (!http || uri.getHost() == null) {
				return "must be a URL that begins with http:// or https:// and has a host";
			}
			// Minus one where it is that of the scheme
			int port = uri.getPort();
			if (port == 0 || port > HIGHEST_PORT) {
				return "must have a port from 1 to " + HIGHEST_PORT + " in its URL";
			}
			return (uri.getUserInfo() != null) ? "must have no user in its URL, which would be shown and not sent"
					: null;
		}
		catch (URISyntaxException ex) {
			return "must be a URL: " + ex.getMessage();
		}
	}

	@Override
	public void probe() throws IOException, InterruptedException, ProbeFailedException {
		int status = this.client.send(this.request, BodyHandlers.discarding()).statusCode();
		if (status < 200 || status > 299) {
			throw new ProbeFailedException("GET %s answered %d".formatted(this.request.uri(), status));
		}
	}

}
