package dev.breaker.spring.actuate;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.breaker.spring.actuate.EndpointRequestGuard.Target;
import dev.breaker.spring.web.ServletCors;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * The {@link EndpointRequestGuard} of servlet containers.
 */
public final class EndpointRequestFilter extends OncePerRequestFilter {

	private final EndpointRequestGuard guard;

	private final @Nullable ServletCors cors;

	public EndpointRequestFilter(EndpointRequestGuard guard, @Nullable ServletCors cors) {
		this.guard = guard;
		this.cors = cors;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		HttpServletRequest checked;
		try {
			checked = check(request);
		}
		catch (RefusedRequestException ex) {
			answer(ex, request, response);
			return;
		}
		chain.doFilter(checked, response);
	}

	private void answer(RefusedRequestException refused, HttpServletRequest request, HttpServletResponse response)
			throws ServletException, IOException {
		if (this.cors != null) {
			this.cors.answer(request, response, (same, its) -> write(refused, response));
		}
		else {
			write(refused, response);
		}
	}

	private static void write(RefusedRequestException refused, HttpServletResponse response) throws IOException {
		response.setStatus(refused.answer().status());
		response.setContentType(EndpointRequestGuard.ANSWER_TYPE.toString());
		response.getOutputStream().write(refused.answer().toJson());
	}

	private HttpServletRequest check(HttpServletRequest request) throws RefusedRequestException, IOException {
		PathContainer path = pathOf(request);
		Target target = (path != null) ? this.guard.target(path) : null;
		if (target == null) {
			return request;
		}
		if (!this.guard.isCommand(target, request.getMethod(), request.getParameterMap().keySet())) {
			String lastEventId = request.getHeader(EndpointRequestGuard.LAST_EVENT_ID_HEADER);
			return (lastEventId != null && target.hasStream()) ? new ResumingRequest(request, lastEventId) : request;
		}
		MediaType type = typeOf(request);
		if (type == null || !this.guard.isJson(type)) {
			return request;
		}
		byte[] body = request.getInputStream().readNBytes(EndpointRequestGuard.MAX_BODY_SIZE + 1);
		return new CheckedRequest(request, this.guard.command(target, type, body));
	}

	private static @Nullable PathContainer pathOf(HttpServletRequest request) {
		try {
			return ServletRequestPathUtils.parse(request).pathWithinApplication();
		}
		catch (IllegalArgumentException ex) {
			// Spring MVC fails to read it, too.
			return null;
		}
	}

	private static @Nullable MediaType typeOf(HttpServletRequest request) {
		try {
			String type = request.getContentType();
			return (type != null) ? MediaType.parseMediaType(type) : null;
		}
		catch (InvalidMediaTypeException ex) {
			return null;
		}
	}

	/**
	 * A request with a body that was read already.
	 */
	private static final class CheckedRequest extends HttpServletRequestWrapper {

		private final byte[] body;

		CheckedRequest(HttpServletRequest request, byte[] body) {
			super(request);
			this.body = body;
		}

		@Override
		public ServletInputStream getInputStream() {
			return new BodyStream(this.body);
		}

		@Override
		public BufferedReader getReader() throws IOException {
			String encoding = getCharacterEncoding();
			return new BufferedReader(new InputStreamReader(getInputStream(),
					(encoding != null) ? encoding : StandardCharsets.UTF_8.name()));
		}

		@Override
		public int getContentLength() {
			return this.body.length;
		}

		@Override
		public long getContentLengthLong() {
			return this.body.length;
		}

	}

	/**
	 * A request whose header is a parameter, since Boot reads no header.
	 */
	private static final class ResumingRequest extends HttpServletRequestWrapper {

		private final String lastEventId;

		ResumingRequest(HttpServletRequest request, String lastEventId) {
			super(request);
			this.lastEventId = lastEventId;
		}

		@Override
		public Map<String, String[]> getParameterMap() {
			Map<String, String[]> parameters = new LinkedHashMap<>(super.getParameterMap());
			parameters.put(EndpointRequestGuard.LAST_EVENT_ID, new String[] { this.lastEventId });
			return parameters;
		}

	}

	private static final class BodyStream extends ServletInputStream {

		private final ByteArrayInputStream body;

		BodyStream(byte[] body) {
			this.body = new ByteArrayInputStream(body);
		}

		@Override
		public int read() {
			return this.body.read();
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			return this.body.read(target, offset, length);
		}

		@Override
		public boolean isFinished() {
			return this.body.available() == 0;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new IllegalStateException("This body is read without waiting");
		}

	}

}
