package dev.breaker.spring.actuate;

import java.util.EnumSet;
import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint.EventsDescriptor;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint.StreamDescriptor;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.event.RingEventStore;
import dev.breaker.spring.stream.ServletSseStreams;
import dev.breaker.spring.support.Calls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.web.servlet.View;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/**
 * The endpoint of events without a server.
 */
class CircuitBreakerEventsEndpointTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final RingEventStore events = new RingEventStore(this.registry, 10, EnumSet.allOf(BreakerEvent.Type.class));

	private final CircuitBreakerEventsEndpoint endpoint = new CircuitBreakerEventsEndpoint(this.registry, this.events);

	private final CircuitBreakerEventsEndpointWebExtension web = new CircuitBreakerEventsEndpointWebExtension(
			this.endpoint, new EventStreams(new ServletSseStreams()));

	@BeforeEach
	void call() {
		this.events.afterSingletonsInstantiated();
		Calls.succeed(this.registry.get("payments"));
		Calls.succeed(this.registry.get("stores/lyon"));
	}

	@Test
	void eventsAreShownBesideTheirStream() {
		EventsDescriptor shown = this.endpoint.events();
		assertThat(shown.events()).hasSize(2);
		assertThat(shown.stream()).isEqualTo(new StreamDescriptor(0, 0));
	}

	@Test
	void aStoreWithoutAStreamShowsNone() {
		assertThat(new CircuitBreakerEventsEndpoint(this.registry, new OwnStore()).events().stream()).isNull();
	}

	@Test
	void eventsOfANameAreShownAlsoWhereItHasSlashes() {
		assertThat(this.web.eventsOf("payments").getBody()).isEqualTo(this.endpoint.eventsOf("payments"));
		assertThat(this.web.eventsOfNameWithSlashes("stores", "lyon").getBody())
			.isEqualTo(this.endpoint.eventsOf("stores/lyon"));
	}

	@Test
	void aNameThatIsUnknownIsNotFound() {
		assertError(this.web.eventsOf("paymnets"), 404, "There is no circuit breaker 'paymnets'");
		assertError(this.web.streamOf("paymnets", null), 404, "There is no circuit breaker 'paymnets'");
		assertError(this.web.streamOfNameWithSlashes(null, "stores", "nancy"), 404,
				"There is no circuit breaker 'stores/nancy'");
	}

	@Test
	void aKeyThatHasNoBreakerYetIsExplained() {
		this.registry.group("stock", CircuitBreakerConfig.ofDefaults(), 10);
		this.registry.group("stock:fr", CircuitBreakerConfig.ofDefaults(), 10);
		assertError(this.web.eventsOf("stock:fr:lyon"), 404,
				"There is no circuit breaker 'stock:fr:lyon': this key of 'stock:fr' has none at present");
	}

	@Test
	void aStreamIsAnsweredForAllEventsAndForThoseOfAName() {
		assertThat(this.web.stream(null)).isInstanceOf(View.class);
		assertThat(this.web.streamOf("payments", null)).isInstanceOf(View.class);
		assertThat(this.web.streamOfNameWithSlashes(null, "stores", "lyon")).isInstanceOf(View.class);
	}

	@Test
	void anIdThatIsNoneIsABadRequest() {
		assertError(this.web.stream("seven"), 400, "Invalid Last-Event-ID 'seven'");
	}

	@Test
	void whereNothingIsStreamedThatIsNotAcceptable() {
		String message = "Events are streamed by Spring MVC and WebFlux, and where the EventStore has a stream";
		assertError(new CircuitBreakerEventsEndpointWebExtension(this.endpoint).stream(null), 406, message);
		assertError(new CircuitBreakerEventsEndpointWebExtension(
				new CircuitBreakerEventsEndpoint(this.registry, new OwnStore()),
				new EventStreams(new ServletSseStreams()))
			.stream(null), 406, message);
	}

	private static void assertError(@Nullable Object answer, int status, String message) {
		assertThat(answer).asInstanceOf(type(WebEndpointResponse.class)).satisfies((response) -> {
			assertThat(response.getStatus()).isEqualTo(status);
			assertThat(response.getBody()).asInstanceOf(type(ErrorDescriptor.class)).satisfies((error) -> {
				assertThat(error.status()).isEqualTo(status);
				assertThat(error.message()).startsWith(message);
			});
		});
	}

	/** Of an application's own. */
	private static final class OwnStore implements EventStore {

		@Override
		public List<BreakerEvent> all() {
			return List.of();
		}

		@Override
		public List<BreakerEvent> of(String name) {
			return List.of();
		}

	}

}
