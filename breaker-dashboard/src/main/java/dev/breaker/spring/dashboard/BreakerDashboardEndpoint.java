package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeType;

/**
 * {@link WebEndpoint @WebEndpoint} that serves a page with all circuit breakers, and what
 * the page asks for. Commands are given to the endpoint {@code circuitbreakers}.
 */
@WebEndpoint(id = "breakerdashboard", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ LiveDescriptor.class, BreakerView.class, NotFound.class })
public class BreakerDashboardEndpoint {

	private static final String PAGE = "index.html";

	/** What URLs in the page begin with. */
	private static final String PREFIX = "breakerdashboard/";

	/** One segment of a path that leads nowhere else. */
	private static final Pattern ASSET = Pattern.compile("[a-z-]+\\.(css|js|svg)");

	private static final MimeType JSON = MimeType.valueOf("application/json");

	private static final MimeType HTML = MimeType.valueOf("text/html;charset=UTF-8");

	private static final Map<String, MimeType> TYPES = Map.of("css", MimeType.valueOf("text/css;charset=UTF-8"), "js",
			MimeType.valueOf("text/javascript;charset=UTF-8"), "svg", MimeType.valueOf("image/svg+xml"));

	private final Live live;

	private final DashboardPaths paths;

	private final ObjectProvider<LiveStream> stream;

	BreakerDashboardEndpoint(Live live, DashboardPaths paths, ObjectProvider<LiveStream> stream) {
		this.live = live;
		this.paths = paths;
		this.stream = stream;
	}

	/**
	 * The page.
	 * @return its HTML
	 */
	@ReadOperation(produces = "*/*")
	public WebEndpointResponse<Object> page() {
		byte[] html = read(PAGE);
		return (html != null) ? new WebEndpointResponse<>(
				new String(html, StandardCharsets.UTF_8).replace("\"" + PREFIX, "\"" + this.paths.prefix())
					.getBytes(StandardCharsets.UTF_8),
				HTML) : notFound();
	}

	/**
	 * A part of the page, the present figures, the stream of them, or the view of one
	 * breaker.
	 * @param resource which
	 * @param name the name of the breaker
	 * @return the part or the figures, or what the server makes a stream of; 404 where
	 * there is none
	 */
	@ReadOperation(produces = "*/*")
	public Object part(@Selector String resource, @Nullable String name) {
		return switch (resource) {
			case DashboardPaths.LIVE -> new WebEndpointResponse<Object>(this.live.json(), JSON);
			case DashboardPaths.BREAKER -> breaker((name != null) ? name : "");
			case DashboardPaths.STREAM -> stream();
			default -> asset(resource);
		};
	}

	private Object breaker(String name) {
		byte[] json = this.live.view(name);
		return (json != null) ? new WebEndpointResponse<Object>(json, JSON)
				: NotFound.response("There is no circuit breaker '%s'".formatted(name), JSON);
	}

	private Object stream() {
		LiveStream available = this.stream.getIfAvailable();
		return (available != null) ? available.open() : notFound();
	}

	private static WebEndpointResponse<Object> asset(String name) {
		byte[] content = ASSET.matcher(name).matches() ? read(name) : null;
		MimeType type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
		return (content != null && type != null) ? new WebEndpointResponse<>(content, type) : notFound();
	}

	private static byte @Nullable [] read(String name) {
		try (InputStream content = BreakerDashboardEndpoint.class.getResourceAsStream(name)) {
			return (content != null) ? content.readAllBytes() : null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static WebEndpointResponse<Object> notFound() {
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

}
