package dev.breaker.spring.http;

import java.net.URI;

import org.jspecify.annotations.Nullable;

/**
 * Which requests of HTTP clients a breaker guards: an entry of
 * {@code breaker.http.clients}.
 *
 * @param host hosts that it is for; {@code null} for all
 * @param path paths that it is for; {@code null} for all
 * @param breaker name of the breaker, or of the breakers of all keys
 * @param key what each breaker is for; {@code null} where there is one for all requests
 */
public record HttpClientEntry(@Nullable HttpHostPattern host, @Nullable HttpPathPattern path, String breaker,
		@Nullable Key key) {

	boolean matches(URI uri) {
		return (this.host == null || this.host.matches(uri)) && (this.path == null || this.path.matches(uri))
				&& (this.key == null || !this.key.of(uri).isEmpty());
	}

	/**
	 * What breakers made by key are for.
	 */
	public enum Key {

		/** The host of the request, in lower case, without the port. */
		HOST {

			@Override
			String of(URI uri) {
				return HttpHostPattern.host(uri);
			}

		};

		abstract String of(URI uri);

	}

}
