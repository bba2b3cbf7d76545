package dev.breaker.spring.actuate;

import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.stream.ServletSseStreams;
import dev.breaker.spring.stream.SseSink;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.View;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

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

	@Test
	void nobodyIsAnsweredAStreamAfterTheStopUntilTheNextStart() {
		assertThat(this.streams.isRunning()).isTrue();
		this.streams.stop();
		assertThat(this.streams.isRunning()).isFalse();
		assertUnavailable(this.streams.answer(this.stream, null, null), "The application is stopping");
		this.streams.start();
		assertThat(this.streams.isRunning()).isTrue();
		assertThat(this.streams.answer(this.stream, null, null)).isInstanceOf(View.class);
	}

	@Test
	void theStreamsThatWereAnsweredEndWithTheStop() {
		this.streams.answer(this.stream, null, null);
		subscribe();
		assertThat(this.stream.clients()).isOne();
		this.streams.stop();
		assertThat(this.stream.clients()).isZero();
	}

	@Test
	void aStreamThatIsFullIsUnavailable() {
		try {
			while (!this.stream.isFull()) {
				subscribe();
			}
			assertUnavailable(this.streams.answer(this.stream, null, null),
					"There are as many streams of events as there may be. Close one of them");
		}
		finally {
			this.stream.end();
		}
	}

	@Test
	void anIdThatIsNoneIsABadRequest() {
		assertThat(this.streams.answer(this.stream, null, "seven")).asInstanceOf(type(WebEndpointResponse.class))
			.extracting(WebEndpointResponse::getStatus)
			.isEqualTo(400);
	}

	private void subscribe() {
		this.stream.subscribe(null, null, new EventMessages(new Client()));
	}

	private static void assertUnavailable(Object answer, String message) {
		assertThat(answer).asInstanceOf(type(WebEndpointResponse.class)).satisfies((response) -> {
			assertThat(response.getStatus()).isEqualTo(503);
			assertThat(response.getBody()).isEqualTo(new ErrorDescriptor(503, "Service Unavailable", message));
		});
	}

	/** Takes everything and keeps nothing. */
	private static final class Client implements SseSink {

		@Override
		public void send(ServerSentEvent<String> message) {
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void flush() {
		}

		@Override
		public void end() {
		}

	}

}
