package dev.breaker.spring.dashboard;

import java.util.Optional;

import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.http.server.PathContainer;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPattern.PathRemainingMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Where the page is served, and whether commands are. It asks with the first request,
 * when all endpoints are known. Safe for use by many threads.
 */
final class DashboardPaths {

	static final EndpointId DASHBOARD = EndpointId.of("breakerdashboard");

	/** The figures that the page asks for. */
	static final String LIVE = "live";

	/** The same figures each second. */
	static final String STREAM = "stream";

	/** The view of one breaker. */
	static final String BREAKER = "breaker";

	private static final EndpointId COMMANDED = EndpointId.of("circuitbreakers");

	private final ObjectProvider<PathMappedEndpoints> endpoints;

	private final SingletonSupplier<Boolean> writable;

	private final SingletonSupplier<Optional<PathPattern>> page;

	DashboardPaths(ObjectProvider<PathMappedEndpoints> endpoints, ObjectProvider<EndpointAccessResolver> access,
			ObjectProvider<CircuitBreakersEndpointWebExtension> circuitBreakers) {
		this.endpoints = endpoints;
		this.writable = SingletonSupplier
			.of(() -> circuitBreakers.stream().findAny().isPresent() && access.stream()
				.allMatch((resolver) -> resolver.accessFor(COMMANDED, Access.READ_ONLY) == Access.UNRESTRICTED));
		this.page = SingletonSupplier.of(() -> findPage());
	}

	private Optional<PathPattern> findPage() {
		PathMappedEndpoints all = this.endpoints.getIfAvailable();
		String path = (all != null) ? all.getPath(DASHBOARD) : null;
		return (path != null) ? Optional.of(PathPatternParser.defaultInstance.parse(path)) : Optional.empty();
	}

	/**
	 * What of the dashboard a path leads to.
	 * @param path the path within the application
	 * @return the rest of the path: empty for the page, {@code /live}, and the like;
	 * {@code null} where it leads elsewhere
	 */
	@Nullable String resource(PathContainer path) {
		PathPattern pattern = this.page.obtain().orElse(null);
		PathRemainingMatchInfo match = (pattern != null) ? pattern.matchStartOfPath(path) : null;
		return (match != null) ? match.getPathRemaining().value() : null;
	}

	/** Whether commands are served. Who may give them is another question. */
	boolean isWritable() {
		return this.writable.obtain();
	}

	/** What URLs relative to the page begin with. */
	String prefix() {
		String path = rootPath(DASHBOARD);
		return path.substring(path.lastIndexOf('/') + 1) + "/";
	}

	/** The path of commands, relative to the page. */
	String commands() {
		return "../".repeat(StringUtils.countOccurrencesOf(rootPath(DASHBOARD), "/")) + rootPath(COMMANDED);
	}

	/** The path below that of all endpoints, which a property may change. */
	private String rootPath(EndpointId id) {
		PathMappedEndpoints all = this.endpoints.getIfAvailable();
		String path = (all != null) ? all.getRootPath(id) : null;
		return (path != null) ? path : id.toString();
	}

}
