package dev.breaker.spring.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of the actuator's endpoints, of what is below them, and of health groups that
 * have a path of their own. Safe for use by many threads.
 */
public final class EndpointPaths implements Predicate<String> {

	private final SingletonSupplier<List<String>> paths;

	/**
	 * Creates the paths. What is given is asked for with the first request.
	 * @param endpoints the paths of all endpoints
	 */
	public EndpointPaths(ObjectProvider<PathMappedEndpoints> endpoints) {
		this.paths = SingletonSupplier.of(() -> {
			List<String> all = new ArrayList<>();
			endpoints.forEach((mapped) -> add(mapped, all));
			return List.copyOf(all);
		});
	}

	private static void add(PathMappedEndpoints mapped, List<String> all) {
		if (!mapped.getBasePath().isEmpty()) {
			all.add(mapped.getBasePath());
		}
		all.addAll(mapped.getAllPaths());
		for (PathMappedEndpoint endpoint : mapped) {
			all.addAll(endpoint.getAdditionalPaths(WebServerNamespace.SERVER));
		}
	}

	/**
	 * Whether a request is for an endpoint.
	 * @param path the decoded path within the application
	 */
	@Override
	public boolean test(String path) {
		for (String endpoint : this.paths.obtain()) {
			if (path.startsWith(endpoint)
					&& (path.length() == endpoint.length() || path.charAt(endpoint.length()) == '/')) {
				return true;
			}
		}
		return false;
	}

}
