package dev.breaker.compatibility.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps its session, and knows the token that pages of the application have.
 */
final class Browser {

	private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

	private final HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

	private final String base;

	Browser(int port) {
		this.base = "http://localhost:" + port;
	}

	Browser login(String user) {
		String form = "username=" + user + "&password=secret&_csrf="
				+ URLEncoder.encode(token(), StandardCharsets.UTF_8);
		HttpResponse<String> answer = send(request("/login").header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(form)), BodyHandlers.ofString());
		if (answer.statusCode() != 302 || answer.headers().firstValue("Location").orElse("").contains("error")) {
			throw new IllegalStateException("Login answered " + answer.statusCode());
		}
		return this;
	}

	String token() {
		Matcher token = TOKEN.matcher(send(request("/login").GET(), BodyHandlers.ofString()).body());
		if (!token.find()) {
			throw new IllegalStateException("The page has no token");
		}
		return token.group(1);
	}

	HttpResponse<String> get(String path) {
		return send(request(path).header("Accept", "application/json").GET(), BodyHandlers.ofString());
	}

	HttpResponse<String> post(String path, String json, String... headers) {
		HttpRequest.Builder request = request(path).header("Content-Type", "application/json")
			.header("Accept", "application/json")
			.POST(BodyPublishers.ofString(json));
		return send((headers.length > 0) ? request.headers(headers) : request, BodyHandlers.ofString());
	}

	<T> HttpResponse<T> stream(String path, BodyHandler<T> body) {
		return send(request(path).header("Accept", "text/event-stream").GET(), body);
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.base + path)).timeout(Duration.ofSeconds(20));
	}

	private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body) {
		try {
			return this.client.send(request.build(), body);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
