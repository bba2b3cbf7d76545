package dev.breaker.spring.actuate;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPattern.PathRemainingMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Looks at the requests to the endpoints of circuit breakers before Boot reads them.
 *
 * <p>
 * Boot puts the variables of the path, the fields of the body and the parameters of the
 * query into one map, the later in the place of the earlier, and passes over empty
 * segments of a path. So a {@code name} in the body would command another breaker than
 * the path says, and a {@code resource} in the query of a file of the dashboard would
 * read figures, on which rules of Spring Security rely. Here the path alone decides, and
 * a command is what stands in the body, all of it.
 *
 * <p>
 * Paths are matched as Spring MVC and WebFlux match them. What the endpoint does not
 * serve (another method, another type of content, commands without access to them) is
 * left to Boot to answer. Safe for use by many threads.
 */
public final class EndpointRequestGuard {

	/** After Spring Security, and before everything that reads a body. */
	public static final int ORDER = -90;

	static final int MAX_BODY_SIZE = 64 * 1024;

	static final MediaType ANSWER_TYPE = MediaType.parseMediaType("application/vnd.spring-boot.actuator.v3+json");

	static final String LAST_EVENT_ID_HEADER = "Last-Event-ID";

	/** What the operation calls it that streams events. */
	static final String LAST_EVENT_ID = "lastEventId";

	private static final EndpointId COMMANDED = EndpointId.of("circuitbreakers");

	private static final EndpointId EVENTS = EndpointId.of("circuitbreakerevents");

	/** Of breaker-dashboard, where it is there. */
	private static final EndpointId HISTORY = EndpointId.of("circuitbreakerhistory");

	/** Of breaker-dashboard, too: its paths are no names of breakers. */
	private static final EndpointId DASHBOARD = EndpointId.of("breakerdashboard");

	/** What the operation of the dashboard calls the rest of the path. */
	private static final String RESOURCE = "resource";

	private static final MediaType ANY_JSON = new MediaType("application", "*+json");

	private final SingletonSupplier<List<Endpoint>> endpoints;

	private final SingletonSupplier<Boolean> commandsAllowed;

	/**
	 * Creates a guard. It asks for what it is given with the first request.
	 * @param paths the paths of all endpoints
	 * @param access what may be done with an endpoint
	 * @param circuitBreakers there where the endpoint of the breakers is served
	 * @param events there where the endpoint of their events is served
	 */
	public EndpointRequestGuard(ObjectProvider<PathMappedEndpoints> paths,
			ObjectProvider<EndpointAccessResolver> access,
			ObjectProvider<CircuitBreakersEndpointWebExtension> circuitBreakers,
			ObjectProvider<CircuitBreakerEventsEndpointWebExtension> events) {
		this.endpoints = SingletonSupplier.of(() -> {
			List<Endpoint> served = new ArrayList<>();
			paths.ifAvailable((all) -> {
				circuitBreakers.ifAvailable((extension) -> add(served, COMMANDED, all));
				events.ifAvailable((extension) -> add(served, EVENTS, all));
				add(served, HISTORY, all);
				add(served, DASHBOARD, all);
			});
			return List.copyOf(served);
		});
		this.commandsAllowed = SingletonSupplier.of(() -> access.stream()
			.allMatch((resolver) -> resolver.accessFor(COMMANDED, Access.READ_ONLY) == Access.UNRESTRICTED));
	}

	private static void add(List<Endpoint> served, EndpointId id, PathMappedEndpoints paths) {
		String path = paths.getPath(id);
		if (path != null) {
			served.add(new Endpoint(id, PathPatternParser.defaultInstance.parse(path)));
		}
	}

	/**
	 * Finds out what a request is for.
	 * @param path the path within the application
	 * @return the target, or {@code null} for a request that is none of this guard's
	 * @throws RefusedRequestException if the path would be read as another one
	 */
	@Nullable Target target(PathContainer path) throws RefusedRequestException {
		for (Endpoint endpoint : this.endpoints.obtain()) {
			PathRemainingMatchInfo match = endpoint.path().matchStartOfPath(path);
			if (match != null) {
				return new Target(endpoint.id(),
						endpoint.id().equals(DASHBOARD) ? "" : nameIn(match.getPathRemaining()));
			}
		}
		return null;
	}

	// Each name has one path: no segment is empty, relative, or has parameters or a
	// slash.
	private static String nameIn(PathContainer rest) throws RefusedRequestException {
		if (rest.elements().isEmpty()) {
			return "";
		}
		List<String> segments = new ArrayList<>();
		boolean separated = false;
		for (PathContainer.Element element : rest.elements()) {
			boolean separator = element instanceof PathContainer.Separator;
			if (separator == separated) {
				throw noPathOfABreaker(rest);
			}
			separated = separator;
			if (element instanceof PathContainer.PathSegment segment) {
				String text = segment.valueToMatch();
				if (segment.value().contains(";") || text.contains("/") || text.isEmpty() || text.equals(".")
						|| text.equals("..")) {
					throw noPathOfABreaker(rest);
				}
				segments.add(text);
			}
		}
		if (separated) {
			throw noPathOfABreaker(rest);
		}
		return String.join("/", segments);
	}

	private static RefusedRequestException noPathOfABreaker(PathContainer rest) {
		return new RefusedRequestException(ErrorDescriptor.notFound(
				"The path '%s' is that of no circuit breaker. A name stands there with its slashes as they are (not %%2F), a semicolon as %%3B, and no segment is empty, '.' or '..'"
					.formatted(decoded(rest.value().substring(1)))));
	}

	private static String decoded(String path) {
		try {
			return StringUtils.uriDecode(path, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return path;
		}
	}

	/**
	 * Checks the query, and finds out whether there is a command to be checked.
	 * @param target what the request is for
	 * @param method the HTTP method
	 * @param query the names of the parameters of the query
	 * @return whether the body must be {@linkplain #command checked}
	 * @throws RefusedRequestException if the query has what belongs elsewhere
	 */
	boolean isCommand(Target target, String method, Collection<String> query) throws RefusedRequestException {
		if (target.endpoint().equals(DASHBOARD) && query.contains(RESOURCE)) {
			throw badRequest("The path alone says what is read. Leave '" + RESOURCE + "' out of the query");
		}
		if (!method.equals("POST")) {
			if (target.isOneBreaker() && query.contains("name")) {
				throw badRequest("The path alone says which circuit breaker. Leave 'name' out of the query");
			}
			return false;
		}
		if (!target.endpoint().equals(COMMANDED) || !this.commandsAllowed.obtain()) {
			return false;
		}
		// Boot takes the path of the list for a name of no segments, and then a name from
		// the body.
		if (!target.isOneBreaker()) {
			throw badRequest("The path names no circuit breaker. Add the name of one to it");
		}
		if (!query.isEmpty()) {
			throw badRequest(
					"A command is given in the body, as JSON with the header 'Content-Type: application/json'. Leave out the parameters ("
							+ String.join(", ", Set.copyOf(query)) + ")");
		}
		return true;
	}

	/**
	 * Whether a body may be a command, by its type.
	 * @param type the type of its content, if it has one
	 * @return whether it is JSON
	 */
	boolean isJson(@Nullable MediaType type) {
		return type != null && (MediaType.APPLICATION_JSON.includes(type) || ANY_JSON.includes(type));
	}

	/**
	 * Checks a command.
	 * @param target what the request is for
	 * @param type the type of the body
	 * @param body the body, or as much of it as makes it too long
	 * @return the body to go on with
	 * @throws RefusedRequestException if it is no command
	 */
	byte[] command(Target target, MediaType type, byte[] body) throws RefusedRequestException {
		if (body.length > MAX_BODY_SIZE) {
			throw tooLong();
		}
		Charset charset = (type.getCharset() != null) ? type.getCharset() : StandardCharsets.UTF_8;
		String json = new String(body, charset);
		boolean tried = SubPath.WHAT_IF.breakerOf(target.circuitBreaker()) != null;
		String checked = tried ? CommandBody.checkWhatIf(json) : CommandBody.check(json, target.circuitBreaker());
		return checked.getBytes(charset);
	}

	static RefusedRequestException tooLong() {
		return badRequest("The body is longer than " + MAX_BODY_SIZE + " bytes");
	}

	private static RefusedRequestException badRequest(String message) {
		return new RefusedRequestException(ErrorDescriptor.badRequest(message));
	}

	private record Endpoint(EndpointId id, PathPattern path) {
	}

	/**
	 * What a request is for.
	 *
	 * @param endpoint the endpoint
	 * @param circuitBreaker the name in the path, empty where it is that of all breakers,
	 * or of the dashboard
	 */
	record Target(EndpointId endpoint, String circuitBreaker) {

		boolean hasStream() {
			return this.endpoint.equals(EVENTS);
		}

		boolean isOneBreaker() {
			return !this.circuitBreaker.isEmpty();
		}
	}

}
