package dev.breaker.spring.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one client is brought, without a thread that brings it.
 */
class EventSubscriptionTests {

	private final RingEventStore store = new RingEventStore(
			CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()), 10, Set.of());

	private final Client client = new Client();

	private final EventSubscription subscription = new EventSubscription(this.store.stream(), null, 0, this.client);

	@Test
	void callsAndChangesOfStateComeInTheOrderInWhichTheyWereTold() {
		this.subscription.offer(entry(0, BreakerEvent.Type.FAILURE));
		this.subscription.offer(entry(1, BreakerEvent.Type.STATE_CHANGE));
		this.subscription.offer(entry(2, BreakerEvent.Type.NOT_PERMITTED));
		this.subscription.offer(entry(3, BreakerEvent.Type.RESET));
		this.subscription.drain();
		assertThat(this.client.told).containsExactly("FAILURE -1", "STATE_CHANGE -2", "NOT_PERMITTED -3", "RESET -4",
				"flush");
	}

	@Test
	void anEventThatIsOfferedTwiceComesOnce() {
		this.subscription.offer(entry(0, BreakerEvent.Type.FAILURE));
		this.subscription.drain();
		this.subscription.offer(entry(0, BreakerEvent.Type.FAILURE));
		this.subscription.offer(entry(1, BreakerEvent.Type.FAILURE));
		this.subscription.drain();
		assertThat(this.client.told).containsExactly("FAILURE -1", "flush", "FAILURE -2", "flush");
	}

	@Test
	void aHeartbeatComesOnceAndAfterTheEventsBeforeIt() {
		this.subscription.offer(entry(0, BreakerEvent.Type.FAILURE));
		this.subscription.heartbeat(7);
		this.subscription.drain();
		this.subscription.drain();
		assertThat(this.client.told).containsExactly("FAILURE -1", "heartbeat -7", "flush");
	}

	@Test
	void whatIsLostIsToldBeforeTheNextEventAndCounted() {
		this.subscription.lose(2);
		this.subscription.offer(entry(2, BreakerEvent.Type.FAILURE));
		this.subscription.miss(3);
		this.subscription.drain();
		assertThat(this.client.told).containsExactly("dropped 5", "FAILURE -3", "flush");
		assertThat(this.store.stream().dropped()).isEqualTo(2);
	}

	@Test
	void aClientThatTakesNothingLastsFourHeartbeats() {
		this.client.ready = false;
		for (int i = 0; i < EventSubscription.MAX_STALLED_HEARTBEATS; i++) {
			assertThat(this.subscription.heartbeat(0)).isTrue();
			this.subscription.drain();
		}
		assertThat(this.subscription.heartbeat(0)).isFalse();
	}

	@Test
	void aClientThatTakesSomethingAtLastStays() {
		this.client.ready = false;
		for (int i = 0; i < EventSubscription.MAX_STALLED_HEARTBEATS; i++) {
			this.subscription.heartbeat(0);
		}
		this.client.ready = true;
		this.subscription.drain();
		this.client.ready = false;
		for (int i = 0; i < EventSubscription.MAX_STALLED_HEARTBEATS; i++) {
			assertThat(this.subscription.heartbeat(0)).isTrue();
		}
	}

	private static EventRing.Entry entry(long sequence, BreakerEvent.Type type) {
		return new EventRing.Entry(sequence, "payments",
				new BreakerEvent(Instant.EPOCH, "payments", type, null, null, null, null, null));
	}

	/** Writes down what it is brought, and of an id the place. */
	private static final class Client implements EventSink {

		private final List<String> told = new ArrayList<>();

		private boolean ready = true;

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public void event(String id, BreakerEvent event) {
			this.told.add(event.type() + " " + place(id));
		}

		@Override
		public void dropped(@Nullable Long count) {
			this.told.add("dropped " + count);
		}

		@Override
		public void heartbeat(String id) {
			this.told.add("heartbeat " + place(id));
		}

		@Override
		public void flush() {
			this.told.add("flush");
		}

		@Override
		public void end() {
			this.told.add("end");
		}

		private static String place(String id) {
			return id.substring(id.indexOf('-'));
		}

	}

}
