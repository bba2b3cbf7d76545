package dev.breaker.spring.actuate;

import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.stream.ServletSseStreams;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.View;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams of events while the application stops.
 */
class EventStreamsTests {

	private final EventStream stream = new RingEventStore(CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()),
			10, Set.of())
		.stream();

	private final EventStreams streams = new EventStreams(new ServletSseStreams());

	@Test
	void aClientThatComesWhileTheContextStopsIsRefused() throws Exception {
		View answer = (View) this.streams.answer(this.stream, null, null);
		this.streams.stop();
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setAsyncSupported(true);
		MockHttpServletResponse response = new MockHttpServletResponse();
		answer.render(Map.of(), request, response);
		assertThat(response.getStatus()).isEqualTo(503);
		assertThat(response.getErrorMessage()).isEqualTo("The application is stopping");
		assertThat(this.stream.clients()).isZero();
	}

}
