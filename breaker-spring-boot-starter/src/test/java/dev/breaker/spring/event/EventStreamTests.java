package dev.breaker.spring.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class EventStreamTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry
		.of(this.clock.config().minimumNumberOfCalls(100).build());

	private final CircuitBreaker payments = this.registry.get("payments");

	private RingEventStore store = listening(100);

	private RingEventStore listening(int capacity) {
		RingEventStore events = new RingEventStore(this.registry, capacity, EnumSet.allOf(BreakerEvent.Type.class));
		events.afterSingletonsInstantiated();
		return events;
	}

	@AfterEach
	void close() {
		this.store.destroy();
	}

	private EventStream stream() {
		return this.store.stream();
	}

	private Recorder follow(@Nullable String name, @Nullable String lastEventId) {
		Recorder recorder = new Recorder();
		recorder.subscription = stream().subscribe(name, lastEventId, recorder);
		return recorder;
	}

	@Test
	void aClientGetsWhatHappensFromNowOn() {
		Calls.fail(this.payments, 1);
		Recorder client = follow(null, null);
		Calls.fail(this.payments, 2);
		this.payments.forceOpen();
		Calls.refused(this.payments, 1);
		client.awaitEvents(4);
		assertThat(client.events()).isEqualTo(this.store.all().subList(1, 5));
		assertThat(client.ids()).isSorted().doesNotHaveDuplicates();
		assertThat(client.told).doesNotContain("dropped").contains("flush");
	}

	@Test
	void aClientThatComesBackGetsWhatItMissedOnce() {
		Recorder before = follow(null, null);
		Calls.fail(this.payments, 3);
		before.awaitEvents(3);
		before.leave();
		Calls.fail(this.payments, 4);
		this.payments.forceOpen();
		Recorder after = follow(null, before.lastId());
		Calls.refused(this.payments, 2);
		after.awaitEvents(7);
		List<BreakerEvent> all = new ArrayList<>(before.events());
		all.addAll(after.events());
		assertThat(all).isEqualTo(this.store.all());
		assertThat(after.dropped).isEmpty();
	}

	@Test
	void aClientThatGotNothingYetMissesNothingEither() {
		Recorder before = follow("payments", null);
		await().until(() -> before.lastId() != null);
		before.leave();
		Calls.fail(this.payments, 2);
		Recorder after = follow("payments", before.lastId());
		after.awaitEvents(2);
		assertThat(after.dropped).isEmpty();
	}

	@Test
	void whatIsKeptNoMoreIsCounted() {
		this.store.destroy();
		this.store = listening(2);
		Recorder before = follow(null, null);
		Calls.fail(this.payments, 1);
		before.awaitEvents(1);
		before.leave();
		Calls.fail(this.payments, 5);
		Recorder after = follow(null, before.lastId());
		after.awaitEvents(2);
		assertThat(after.dropped).containsExactly("3");
		assertThat(after.told.get(0)).isEqualTo("dropped");
		assertThat(stream().dropped()).as("of those that the client was too slow for").isZero();
	}

	@Test
	void ofOneNameItIsUnknownHowManyAreKeptNoMore() {
		this.store.destroy();
		this.store = listening(2);
		Recorder before = follow("payments", null);
		Calls.fail(this.payments, 1);
		before.awaitEvents(1);
		before.leave();
		Calls.fail(this.payments, 5);
		Recorder after = follow("payments", before.lastId());
		after.awaitEvents(2);
		assertThat(after.dropped).containsExactly("null");
	}

	@Test
	void aClientGetsTheEventsOfItsNameAlone() {
		CircuitBreaker other = this.registry.get("other");
		CircuitBreaker berlin = this.registry.group("inventory", this.registry.defaults(), 3).get("berlin");
		Recorder ofPayments = follow("payments", null);
		Recorder ofInventory = follow("inventory", null);
		Calls.fail(other, 3);
		Calls.fail(this.payments, 2);
		Calls.fail(berlin, 1);
		ofPayments.awaitEvents(2);
		ofInventory.awaitEvents(1);
		assertThat(ofPayments.events()).extracting(BreakerEvent::circuitBreaker).containsOnly("payments");
		assertThat(ofInventory.events()).extracting(BreakerEvent::circuitBreaker).containsOnly("inventory:berlin");
	}

	@Test
	void anIdOfAnotherInstanceAsksForAllThatIsKept() {
		Calls.fail(this.payments, 3);
		Recorder client = follow(null, "0-7000");
		client.awaitEvents(3);
		assertThat(client.told.get(0)).isEqualTo("dropped");
		assertThat(client.dropped).containsExactly("null");
	}

	@ParameterizedTest
	@ValueSource(strings = { "7", "x-1", "-", "0-", "0-7-1", "0-99999999999999999999", "0 -1", "data: x" })
	void anIdThatIsNoneIsRefused(String id) {
		assertThatIllegalArgumentException().isThrownBy(() -> follow(null, id))
			.withMessageStartingWith("Invalid Last-Event-ID '" + id + "': must be the id of an event of this stream");
		assertThat(stream().clients()).isZero();
	}

	@Test
	void anIdOfAnEventToComeIsRefused() {
		Recorder client = follow(null, null);
		await().until(() -> client.lastId() != null);
		String instance = client.lastId().substring(0, client.lastId().indexOf('-'));
		assertThatIllegalArgumentException().isThrownBy(() -> stream().check(instance + "-1"));
		stream().check(instance + "-0");
		stream().check("");
		stream().check(null);
	}

	@Test
	void aSlowClientLosesCallsFirstAndIsToldHowMany() {
		Recorder slow = follow(null, null);
		Recorder fast = follow(null, null);
		fast.awaitWelcome();
		slow.ready = false;
		this.payments.forceOpen();
		for (int i = 0; i < 6; i++) {
			Calls.refused(this.payments, 500);
			fast.awaitEvents(1 + (i + 1) * 500);
		}
		slow.ready = true;
		slow.awaitEvents(1 + EventSubscription.QUEUE_SIZE);
		assertThat(slow.dropped).containsExactly("2000");
		assertThat(slow.events().get(0).type()).isEqualTo(BreakerEvent.Type.STATE_CHANGE);
		assertThat(slow.ids()).isSorted().doesNotHaveDuplicates();
		assertThat(stream().dropped()).isEqualTo(2000);
		assertThat(fast.dropped).isEmpty();
	}

	@Test
	void aClientThatHangsIsLetGo() {
		Recorder hanging = follow(null, null);
		hanging.ready = false;
		for (int i = 0; i < 5 * EventStream.HEARTBEAT_ROUNDS; i++) {
			stream().round();
		}
		await().until(() -> hanging.told.contains("end"));
		assertThat(stream().clients()).isZero();
	}

	@Test
	void aClientThatTakesHeartbeatsStays() {
		Recorder quiet = follow(null, null);
		for (int i = 0; i < 6 * EventStream.HEARTBEAT_ROUNDS; i++) {
			stream().round();
		}
		await()
			.untilAsserted(() -> assertThat(quiet.told).filteredOn("heartbeat"::equals).hasSizeGreaterThanOrEqualTo(6));
		assertThat(stream().clients()).isEqualTo(1);
	}

	@Test
	void aClientThatFailsHarmsNoOther() {
		Recorder gone = follow(null, null);
		Recorder broken = follow(null, null);
		Recorder well = follow(null, null);
		well.awaitWelcome();
		gone.failure = new IOException("Broken pipe");
		broken.failure = new StackOverflowError("broken");
		Calls.fail(this.payments, 5);
		well.awaitEvents(5);
		await().until(() -> stream().clients() == 1);
		assertThat(gone.told).doesNotContain("end");
		assertThat(broken.told).contains("end");
	}

	@Test
	void thereIsAThreadWhileThereIsAClientAndNoLonger() {
		Set<Thread> before = threads();
		Recorder one = follow(null, null);
		Recorder other = follow(null, null);
		await().until(() -> threadsBeside(before).size() == 1);
		assertThat(threadsBeside(before)).allMatch(Thread::isDaemon);
		one.leave();
		other.awaitWelcome();
		other.leave();
		await().until(() -> threadsBeside(before).isEmpty());
		Recorder late = follow(null, null);
		late.awaitWelcome();
		this.store.destroy();
		await().until(() -> late.told.contains("end") && threadsBeside(before).isEmpty());
	}

	/** One of another stream may end meanwhile. */
	private static Set<Thread> threadsBeside(Set<Thread> before) {
		Set<Thread> threads = threads();
		threads.removeAll(before);
		return threads;
	}

	private static Set<Thread> threads() {
		Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
		threads.removeIf((thread) -> !thread.getName().equals("breaker-events"));
		return threads;
	}

	@Test
	void thereAreAtMostAHundredClients() {
		for (int i = 0; i < EventStream.MAX_SUBSCRIPTIONS; i++) {
			follow(null, null);
		}
		assertThat(stream().isFull()).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> follow(null, null)).withMessageContaining("100 clients");
		stream().end();
		await().until(() -> stream().clients() == 0);
		follow(null, null).awaitWelcome();
	}

	@Test
	void anEventThatNeverComesHoldsUpTheOthersForAWhileOnly() {
		Recorder client = follow(null, null);
		client.awaitWelcome();
		AtomicLong sequence = (AtomicLong) ReflectionTestUtils.getField(this.store, "sequence");
		sequence.incrementAndGet();
		Calls.fail(this.payments, 1);
		for (int i = 0; i <= EventStream.PATIENT_ROUNDS; i++) {
			stream().round();
		}
		client.awaitEvents(1);
		assertThat(client.dropped).containsExactly("1");
	}

	@Test
	void fiftyWritersAndTenSlowReadersLoseNoCount() throws Exception {
		int writers = 50;
		int calls = 500;
		List<CircuitBreaker> breakers = new ArrayList<>();
		for (int i = 0; i < 7; i++) {
			CircuitBreaker breaker = this.registry.get("breaker-" + i);
			breaker.forceOpen();
			breakers.add(breaker);
		}
		List<Recorder> readers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Recorder reader = follow(null, null);
			reader.slowness = 2 + i;
			readers.add(reader);
		}
		readers.forEach(Recorder::awaitWelcome);
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> written = new ArrayList<>();
			for (int i = 0; i < writers; i++) {
				CircuitBreaker breaker = breakers.get(i % breakers.size());
				written.add(threads.submit(() -> {
					start.await();
					return Calls.refused(breaker, calls);
				}));
			}
			start.countDown();
			for (Future<?> each : written) {
				each.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		long told = writers * calls;
		for (Recorder reader : readers) {
			reader.slowness = 1;
			await().untilAsserted(() -> assertThat(reader.count()).isEqualTo(told));
			assertThat(reader.ids()).isSorted().doesNotHaveDuplicates();
		}
		assertThat(stream().dropped())
			.isEqualTo(readers.stream().mapToLong((reader) -> told - reader.events().size()).sum());
	}

	@Test
	void aStoreOfTheApplicationsOwnHasNoStreamUnlessItSaysSo() {
		EventStore own = new EventStore() {
			@Override
			public List<BreakerEvent> all() {
				return List.of();
			}

			@Override
			public List<BreakerEvent> of(String name) {
				return List.of();
			}
		};
		assertThat(own.stream()).isNull();
	}

	private static final class Recorder implements EventSink {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private final List<String> dropped = new CopyOnWriteArrayList<>();

		/** Guarded by this. */
		private final List<BreakerEvent> events = new ArrayList<>();

		/** Guarded by this. */
		private final List<Long> ids = new ArrayList<>();

		private final AtomicInteger asked = new AtomicInteger();

		private volatile String lastId;

		private volatile boolean ready = true;

		/** Is ready once out of so many times. */
		private volatile int slowness = 1;

		private volatile Throwable failure;

		private volatile EventSubscription subscription;

		@Override
		public boolean isReady() {
			return this.ready && this.asked.incrementAndGet() % this.slowness == 0;
		}

		@Override
		public void event(String id, BreakerEvent event) throws IOException {
			if (this.failure instanceof IOException gone) {
				throw gone;
			}
			if (this.failure instanceof Error broken) {
				throw broken;
			}
			synchronized (this) {
				this.events.add(event);
				this.ids.add(Long.parseLong(id.substring(id.indexOf('-') + 1)));
			}
			this.lastId = id;
		}

		@Override
		public void dropped(@Nullable Long count) {
			this.told.add("dropped");
			this.dropped.add(String.valueOf(count));
		}

		@Override
		public void heartbeat(String id) {
			this.told.add("heartbeat");
			this.lastId = id;
		}

		@Override
		public void flush() {
			this.told.add("flush");
		}

		@Override
		public void end() {
			this.told.add("end");
		}

		synchronized List<BreakerEvent> events() {
			return List.copyOf(this.events);
		}

		synchronized List<Long> ids() {
			return List.copyOf(this.ids);
		}

		@Nullable String lastId() {
			return this.lastId;
		}

		/** What came, and what is known to have been dropped. */
		long count() {
			return events().size() + this.dropped.stream().mapToLong(Long::parseLong).sum();
		}

		void awaitEvents(int count) {
			await().untilAsserted(() -> assertThat(events()).hasSize(count));
		}

		void awaitWelcome() {
			await().until(() -> this.told.contains("heartbeat"));
		}

		void leave() {
			this.subscription.close();
		}

	}

}
