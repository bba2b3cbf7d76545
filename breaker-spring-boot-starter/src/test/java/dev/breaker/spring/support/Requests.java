package dev.breaker.spring.support;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;

/**
 * Sends requests, once more where there is no answer: the JDK's client can wait for good
 * on a connection that a server closes while it is taken.
 */
public final class Requests {

	private Requests() {
	}

	public static HttpResponse<String> send(HttpClient client, HttpRequest request)
			throws IOException, InterruptedException {
		try {
			return client.send(request, BodyHandlers.ofString());
		}
		catch (HttpTimeoutException ex) {
			return client.send(request, BodyHandlers.ofString());
		}
	}

}
