package dev.breaker.spring.http;

import java.util.List;

/**
 * Which requests to the application are answered before their handlers run, while a
 * breaker refuses calls: an entry of {@code breaker.http.server.reject}. Immutable.
 *
 * @param paths paths that it is for, one or more
 * @param methods methods that it is for; none for all
 * @param breaker name of the breaker, of that of a single key, or of the breakers of all
 * keys
 */
public record HttpServerEntry(List<HttpPathPattern> paths, List<Method> methods, String breaker) {

	/**
	 * Creates an entry, which copies the lists.
	 */
	public HttpServerEntry {
		paths = List.copyOf(paths);
		methods = List.copyOf(methods);
	}

	/**
	 * Whether it is for a request.
	 * @param method the method, in capital letters
	 * @param path the decoded path within the application, without the query, with any
	 * other character in place of a slash that was encoded
	 * @return whether one of the methods and one of the paths are those of the request
	 */
	public boolean matches(String method, String path) {
		return matchesMethod(method) && matchesPath(path);
	}

	private boolean matchesMethod(String given) {
		for (Method method : this.methods) {
			if (method.matches(given)) {
				return true;
			}
		}
		return this.methods.isEmpty();
	}

	private boolean matchesPath(String given) {
		for (HttpPathPattern path : this.paths) {
			if (path.matches(given)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A method of HTTP.
	 */
	public enum Method {

		/** Stands for HEAD too, which the handler of GET answers. */
		GET {

			@Override
			boolean matches(String method) {
				return super.matches(method) || HEAD.matches(method);
			}

		},

		/** The head of an answer alone. */
		HEAD,

		/** Creates, or does something. */
		POST,

		/** Replaces. */
		PUT,

		/** Changes. */
		PATCH,

		/** Deletes. */
		DELETE,

		/** Asks what can be done. The preflight requests of browsers always pass. */
		OPTIONS,

		/** Gives the request back. */
		TRACE;

		boolean matches(String method) {
			return name().equals(method);
		}

	}

}
