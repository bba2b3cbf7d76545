package dev.breaker.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.stream.SseSink;
import org.junit.jupiter.api.Test;

import org.springframework.http.codec.ServerSentEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The messages that a client of the stream of events gets.
 */
class EventMessagesTests {

	private final Client client = new Client();

	private final EventMessages messages = new EventMessages(this.client);

	@Test
	void anEventIsOneLineOfJsonWithItsId() throws Exception {
		this.messages.event("a-7", new BreakerEvent(Instant.EPOCH, "payments", BreakerEvent.Type.FAILURE, null, null,
				null, "shop.NoRoute: \"no\nroute\"", Duration.ofMillis(30)));
		ServerSentEvent<String> message = this.client.only();
		assertThat(message.id()).isEqualTo("a-7");
		assertThat(message.event()).isNull();
		assertThat(message.data()).isEqualTo(
				"{\"time\":\"1970-01-01T00:00:00Z\",\"circuitBreaker\":\"payments\",\"type\":\"FAILURE\",\"exception\":\"shop.NoRoute: \\\"no\\nroute\\\"\",\"elapsed\":\"PT0.03S\"}");
	}

	@Test
	void aChangeOfStateSaysFromWhatToWhatAndWhy() throws Exception {
		this.messages.event("a-8", new BreakerEvent(Instant.EPOCH, "payments", BreakerEvent.Type.STATE_CHANGE,
				State.CLOSED, State.FORCED_OPEN, Reason.COMMAND, null, null, "bank moves", "alice", false));
		assertThat(this.client.only().data()).isEqualTo(
				"{\"time\":\"1970-01-01T00:00:00Z\",\"circuitBreaker\":\"payments\",\"type\":\"STATE_CHANGE\",\"from\":\"CLOSED\",\"to\":\"FORCED_OPEN\",\"reason\":\"COMMAND\",\"comment\":\"bank moves\",\"actor\":\"alice\",\"enforced\":false}");
	}

	@Test
	void whatWasDroppedHasANameAndNoId() throws Exception {
		this.messages.dropped(3L);
		ServerSentEvent<String> message = this.client.only();
		assertThat(message.event()).isEqualTo("dropped");
		assertThat(message.id()).isNull();
		assertThat(message.data()).isEqualTo("{\"count\":3}");
	}

	@Test
	void anUnknownNumberOfDroppedEventsIsNull() throws Exception {
		this.messages.dropped(null);
		assertThat(this.client.only().data()).isEqualTo("{\"count\":null}");
	}

	@Test
	void aHeartbeatIsAnIdAndNoMessage() throws Exception {
		this.messages.heartbeat("a-9");
		ServerSentEvent<String> message = this.client.only();
		assertThat(message.id()).isEqualTo("a-9");
		assertThat(message.comment()).isEmpty();
		assertThat(message.data()).isNull();
	}

	@Test
	void theClientSaysWhenItIsReadyAndIsToldToFlushAndThatItIsTheEnd() throws Exception {
		assertThat(this.messages.isReady()).isTrue();
		this.client.ready = false;
		assertThat(this.messages.isReady()).isFalse();
		this.messages.flush();
		this.messages.end();
		assertThat(this.client.told).containsExactly("flush", "end");
	}

	private static final class Client implements SseSink {

		private final List<ServerSentEvent<String>> sent = new ArrayList<>();

		private final List<String> told = new ArrayList<>();

		private boolean ready = true;

		ServerSentEvent<String> only() {
			assertThat(this.sent).hasSize(1);
			return this.sent.get(0);
		}

		@Override
		public void send(ServerSentEvent<String> message) {
			this.sent.add(message);
		}

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public void flush() {
			this.told.add("flush");
		}

		@Override
		public void end() {
			this.told.add("end");
		}

	}

}
