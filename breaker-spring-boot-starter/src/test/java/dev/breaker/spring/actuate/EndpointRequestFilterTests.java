package dev.breaker.spring.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class EndpointRequestFilterTests {

	private static final String JSON = "{\"state\":\"OPEN\",\"reason\":\"m\u00fcde\"}";

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void aCheckedCommandGoesOnWithItsBody() throws Exception {
		ServletRequest passed = filter(post(" " + JSON + " ", "application/json"));
		assertThat(passed).isNotNull().isNotInstanceOf(MockHttpServletRequest.class);
		byte[] body = JSON.getBytes(StandardCharsets.UTF_8);
		assertThat(passed.getContentLength()).isEqualTo(body.length);
		assertThat(passed.getContentLengthLong()).isEqualTo(body.length);
		assertThat(passed.getInputStream().readAllBytes()).isEqualTo(body);
		assertThat(passed.getReader().readLine()).isEqualTo(JSON);
	}

	@Test
	void aCheckedBodyIsReadByItsCharset() throws Exception {
		MockHttpServletRequest request = post("", "application/json;charset=ISO-8859-1");
		request.setContent(JSON.getBytes(StandardCharsets.ISO_8859_1));
		ServletRequest passed = filter(request);
		assertThat(passed).isNotNull();
		assertThat(passed.getReader().readLine()).isEqualTo(JSON);
	}

	@Test
	void aCheckedBodyIsReadByteByByteToItsEnd() throws Exception {
		ServletRequest passed = filter(post("{\"reset\":true}", "application/json"));
		assertThat(passed).isNotNull();
		ServletInputStream body = passed.getInputStream();
		assertThat(body.isReady()).isTrue();
		assertThat(body.isFinished()).isFalse();
		assertThat(body.read()).isEqualTo('{');
		assertThat(body.read(new byte[20], 1, 19)).isEqualTo(13);
		assertThat(body.isFinished()).isTrue();
		assertThat(body.read()).isEqualTo(-1);
		assertThatIllegalStateException().isThrownBy(() -> body.setReadListener(null));
	}

	@Test
	void whatIsRefusedIsAnsweredAndGoesNoFurther() throws Exception {
		MockHttpServletRequest request = post(JSON, "application/json");
		request.addParameter("state", "OPEN");
		assertThat(filter(request)).isNull();
		assertThat(this.response.getStatus()).isEqualTo(400);
		assertThat(this.response.getContentType()).isEqualTo("application/vnd.spring-boot.actuator.v3+json");
		assertThat(this.response.getContentAsString(StandardCharsets.UTF_8))
			.startsWith("{\"status\":400,\"error\":\"Bad Request\",\"message\":\"A command is given in the body");
	}

	@Test
	void aBodyThatIsTooLongIsNotReadToItsEnd() throws Exception {
		assertThat(filter(post("x".repeat(70_000), "application/json"))).isNull();
		assertThat(this.response.getContentAsString()).contains("longer than 65536 bytes");
	}

	@Test
	void whatIsNoCommandGoesOnAsItIs() throws Exception {
		for (MockHttpServletRequest request : new MockHttpServletRequest[] { post(JSON, "text/plain"), post(JSON, null),
				post(JSON, "no/type/at/all"), new MockHttpServletRequest("GET", "/actuator/circuitbreakers/x"),
				new MockHttpServletRequest("POST", "/orders"),
				new MockHttpServletRequest("POST", "/actuator/circuitbreakers/%") }) {
			assertThat(filter(request)).isSameAs(request);
		}
	}

	@Test
	void theHeaderThatResumesAStreamIsAParameter() {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/actuator/circuitbreakerevents/x");
		request.addHeader("Last-Event-ID", "a-2");
		request.addParameter("lastEventId", "a-1");
		request.addParameter("t", "1");
		ServletRequest passed = filter(request);
		assertThat(passed).isNotNull();
		assertThat(passed.getParameterMap().get("lastEventId")).containsExactly("a-2");
		assertThat(passed.getParameterMap().get("t")).containsExactly("1");
		MockHttpServletRequest other = new MockHttpServletRequest("GET", "/actuator/circuitbreakers/x");
		other.addHeader("Last-Event-ID", "a-2");
		assertThat(filter(other)).isSameAs(other);
	}

	private @Nullable ServletRequest filter(MockHttpServletRequest request) {
		try {
			MockFilterChain chain = new MockFilterChain();
			new EndpointRequestFilter(GuardedPaths.guard(Access.UNRESTRICTED), null).doFilter(request, this.response,
					chain);
			return chain.getRequest();
		}
		catch (ServletException ex) {
			throw new IllegalStateException(ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static MockHttpServletRequest post(String body, @Nullable String type) {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/actuator/circuitbreakers/x");
		request.setContentType(type);
		request.setContent(body.getBytes(StandardCharsets.UTF_8));
		return request;
	}

}
