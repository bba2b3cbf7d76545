package dev.breaker.spring.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RingEventStoreTests {

	private static final Set<BreakerEvent.Type> ALL_TYPES = EnumSet.allOf(BreakerEvent.Type.class);

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.clock.config()
		.minimumNumberOfCalls(2)
		.ignoreExceptions(IllegalArgumentException.class)
		.waitDurationInOpenState(Duration.ofSeconds(30))
		.build());

	private RingEventStore listening(int capacity, Set<BreakerEvent.Type> types) {
		RingEventStore events = new RingEventStore(this.registry, capacity, types);
		events.afterSingletonsInstantiated();
		return events;
	}

	@Test
	void keepsWhatHappenedTheNewestLast() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.succeed(breaker);
		tick();
		Calls.fail(breaker, new IllegalArgumentException("no such card"));
		tick();
		Calls.fail(breaker, new IllegalStateException("Read timed out"));
		tick();
		Calls.refused(breaker, 1);
		tick();
		breaker.reset();
		assertThat(events.all()).containsExactly(
				new BreakerEvent(ManualClock.DEFAULT_START, "payments", BreakerEvent.Type.SUCCESS, null, null, null,
						null, Duration.ofMillis(20)),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(1), "payments", BreakerEvent.Type.IGNORED, null,
						null, null, "java.lang.IllegalArgumentException: no such card", Duration.ofMillis(30)),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(2), "payments", BreakerEvent.Type.FAILURE, null,
						null, null, "java.lang.IllegalStateException: Read timed out", Duration.ofMillis(30)),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(2), "payments", BreakerEvent.Type.STATE_CHANGE,
						State.CLOSED, State.OPEN, Reason.FAILURE_RATE,
						"java.lang.IllegalStateException: Read timed out", null),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(3), "payments", BreakerEvent.Type.NOT_PERMITTED,
						null, null, null, null, null),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(4), "payments", BreakerEvent.Type.STATE_CHANGE,
						State.OPEN, State.CLOSED, Reason.COMMAND, "java.lang.IllegalStateException: Read timed out",
						null),
				new BreakerEvent(ManualClock.DEFAULT_START.plusSeconds(4), "payments", BreakerEvent.Type.RESET, null,
						null, null, null, null));
		assertThat(events.of("payments")).isEqualTo(events.all());
		assertThat(events.of("other")).isEmpty();
	}

	/** The clock that is shown goes on between the change and the news of the call. */
	@Test
	void changeOfStateStandsBehindTheFailureThatLedToIt() {
		RingEventStore events = listening(10, ALL_TYPES);
		InstantSource ticking = () -> {
			this.clock.advance(Duration.ofMillis(1));
			return this.clock.instant();
		};
		CircuitBreaker breaker = this.registry.get("payments",
				this.registry.defaults().toBuilder().clock(ticking.withZone(ZoneOffset.UTC)).build());
		Calls.fail(breaker, 2);
		Calls.refused(breaker, 1);
		assertThat(typesOf(events.of("payments"))).containsExactly(BreakerEvent.Type.FAILURE, BreakerEvent.Type.FAILURE,
				BreakerEvent.Type.STATE_CHANGE, BreakerEvent.Type.NOT_PERMITTED);
		assertThat(events.all()).isEqualTo(events.of("payments"));
	}

	@Test
	void lateResultOfARemovedBreakerLeavesNothingBehind() {
		this.registry.addListener(new CircuitBreakerListener() {
			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				RingEventStoreTests.this.registry.remove(breaker.name());
			}
		});
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		breaker.forceOpen();
		breaker.close();
		Calls.succeed(breaker);
		assertThat(this.registry.find("payments")).isEmpty();
		assertThat(events.all()).isEmpty();
		assertThat(events).extracting("ringsByName", InstanceOfAssertFactories.MAP).isEmpty();
	}

	@Test
	void manyRefusalsDoNotPushOutTheChangeOfStateThatExplainsThem() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.fail(breaker, 2);
		Calls.refused(breaker, 1000);
		assertThat(typesOf(events.of("payments"))).containsOnlyOnce(BreakerEvent.Type.STATE_CHANGE)
			.filteredOn((type) -> type == BreakerEvent.Type.NOT_PERMITTED)
			.hasSize(10);
	}

	@Test
	void exactlyOneEventForEachRefusedCall() {
		RingEventStore events = listening(100, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.fail(breaker, 2);
		this.clock.advance(Duration.ofSeconds(30));
		// The probes' places are taken, then the last call is refused in HALF_OPEN.
		IntStream.range(0, breaker.config().permittedNumberOfCallsInHalfOpenState())
			.forEach((probe) -> breaker.acquire());
		int refused = Calls.refused(breaker, 7);
		assertThat(refused).isEqualTo(7);
		assertThat(typesOf(events.all())).filteredOn((type) -> type == BreakerEvent.Type.NOT_PERMITTED).hasSize(7);
	}

	@Test
	void listensOnlyToTheTypesItKeeps() {
		RingEventStore events = listening(10, EnumSet.of(BreakerEvent.Type.STATE_CHANGE));
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.succeed(breaker);
		Calls.fail(breaker, 1);
		Calls.refused(breaker, 5);
		assertThat(typesOf(events.all())).containsExactly(BreakerEvent.Type.STATE_CHANGE);
	}

	@Test
	void breakersMadeByKeyShareTheRingsOfTheirName() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreakerGroup group = group("inventory", 100);
		for (int key = 0; key < 5000; key++) {
			Calls.succeed(group.get("" + key));
		}
		assertThat(events.all()).hasSize(10);
		assertThat(events.of("inventory")).hasSize(10);
		assertThat(events.of("inventory:4999")).hasSize(1);
		// Of one that has made room, too
		for (int key = 0; key < 100; key++) {
			group.get("new" + key);
		}
		assertThat(this.registry.find("inventory:4999")).isEmpty();
		assertThat(events.of("inventory:4999")).hasSize(1);
		this.registry.removeGroup("inventory");
		assertThat(events.all()).isEmpty();
	}

	@Test
	void eventsOfALongKeyAreFoundByAllOfIt() {
		RingEventStore events = listening(10, ALL_TYPES);
		Calls.succeed(group("inventory", 10).get("z".repeat(300)));
		assertThat(events.of("inventory:" + "z".repeat(300))).hasSize(1);
	}

	@Test
	void eventsOfAGroupAreFoundByItsNameWhateverItIsCalled() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreakerGroup group = group("a:b", 1);
		Calls.succeed(group.get("c"));
		Calls.succeed(this.registry.get("a"));
		Calls.succeed(this.registry.get("a:c"));
		Calls.succeed(group("a", 10).get("b"));
		group("a", 10).get("d");
		assertThat(events.of("a:b")).extracting(BreakerEvent::circuitBreaker).containsExactlyInAnyOrder("a:b:c", "a:b");
		assertThat(events.of("a")).extracting(BreakerEvent::circuitBreaker).containsExactlyInAnyOrder("a", "a:b");
		assertThat(events.of("a:c")).hasSize(1);
		this.registry.remove("a:b");
		this.registry.remove("a");
		assertThat(events.of("a:b:c")).hasSize(1);
		assertThat(events.of("a")).hasSize(2);
	}

	private CircuitBreakerGroup group(String name, int limit) {
		return this.registry.group(name, this.clock.config().build(), limit);
	}

	@Test
	void memoryIsBoundedOverAllNames() {
		RingEventStore events = listening(10, ALL_TYPES);
		for (int name = 0; name < 5000; name++) {
			Calls.fail(this.registry.get("generated-" + name), 1);
		}
		// A thousand names have their own ring; all others share one.
		assertThat(events.all()).hasSize(1000 + 10);
		assertThat(events.of("generated-4999")).hasSize(1);
	}

	@Test
	void eventsOfARemovedBreakerAreDropped() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.succeed(breaker);
		this.registry.remove("payments");
		assertThat(events.all()).isEmpty();
		Calls.succeed(breaker);
		assertThat(events.all()).isEmpty();
	}

	@Test
	void aResultThatComesWhileItsBreakerIsRemovedLeavesNothing() {
		RingEventStore events = new RingEventStore(this.registry, 10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		// This listener removes the breaker before the events hear of the same call.
		breaker.addListener(new dev.breaker.CircuitBreakerListener() {
			@Override
			public void onSuccess(CircuitBreaker ended, long elapsedNanos) {
				RingEventStoreTests.this.registry.remove("payments");
			}
		});
		events.afterSingletonsInstantiated();
		Calls.succeed(breaker);
		assertThat(events.all()).isEmpty();
		assertThat(events.told()).as("events that a stream waits for").isZero();
	}

	@Test
	void eventsOfBreakersWithClocksOfTheirOwnStandByTheirTimes() {
		RingEventStore events = listening(10, ALL_TYPES);
		ManualClock later = new ManualClock();
		later.advance(Duration.ofHours(1));
		Calls.succeed(this.registry.get("later", later.config().build()));
		Calls.succeed(this.registry.get("payments"));
		assertThat(events.all()).extracting(BreakerEvent::circuitBreaker).containsExactly("payments", "later");
	}

	@Test
	void betweenTwoPlacesAreTheEventsFromTheFirstAndBeforeTheSecondAsTheyWereTold() {
		RingEventStore events = listening(10, ALL_TYPES);
		for (int call = 0; call < 3; call++) {
			Calls.succeed(this.registry.get("payments"));
			Calls.succeed(this.registry.get("stock"));
		}
		assertThat(events.between(null, 1, 5)).extracting(EventRing.Entry::sequence).containsExactly(1L, 2L, 3L, 4L);
		assertThat(events.between("stock", 1, 5)).extracting(EventRing.Entry::sequence).containsExactly(1L, 3L);
	}

	@Test
	void lostEventsOfOneNameAreNoneOfAnother() {
		RingEventStore events = listening(2, ALL_TYPES);
		Calls.succeed(this.registry.get("stock"));
		for (int call = 0; call < 3; call++) {
			Calls.succeed(this.registry.get("payments"));
		}
		assertThat(events.mayHaveLost("payments", 0)).isTrue();
		assertThat(events.mayHaveLost("stock", 0)).isFalse();
	}

	@Test
	void aResultThatIsIgnoredIsKeptWithItsTime() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments",
				this.clock.config().outcomeRule((result, thrown) -> OutcomeRule.Verdict.IGNORED).build());
		Calls.succeed(breaker);
		assertThat(events.all()).containsExactly(new BreakerEvent(ManualClock.DEFAULT_START, "payments",
				BreakerEvent.Type.IGNORED, null, null, null, null, Duration.ofMillis(20)));
	}

	@Test
	void aCallThatWouldBeRefusedIsKeptBesideItsEnd() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments", this.clock.config().enforce(false).build());
		breaker.forceOpen();
		Calls.succeed(breaker);
		assertThat(typesOf(events.all())).containsExactly(BreakerEvent.Type.STATE_CHANGE,
				BreakerEvent.Type.WOULD_REFUSE, BreakerEvent.Type.SUCCESS);
	}

	@Test
	void aClockThatFailsOrAnswersNullLosesNoEvent() {
		RingEventStore events = listening(10, ALL_TYPES);
		Instant before = Instant.now();
		InstantSource failing = () -> {
			throw new IllegalStateException("clock");
		};
		InstantSource silent = () -> null;
		for (InstantSource source : List.of(failing, silent)) {
			this.registry.remove("payments");
			Calls.succeed(
					this.registry.get("payments", this.clock.config().clock(source.withZone(ZoneOffset.UTC)).build()));
			assertThat(events.all()).singleElement()
				.extracting(BreakerEvent::time, InstanceOfAssertFactories.INSTANT)
				.isAfterOrEqualTo(before);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 10_000 })
	void capacityMayBeOneToTenThousand(int capacity) {
		RingEventStore events = listening(capacity, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		breaker.forceOpen();
		Calls.refused(breaker, 10_001);
		assertThat(typesOf(events.all())).filteredOn((type) -> type == BreakerEvent.Type.NOT_PERMITTED)
			.hasSize(capacity);
	}

	@Test
	void nothingIsHeardAfterClose() {
		RingEventStore events = listening(10, ALL_TYPES);
		CircuitBreaker breaker = this.registry.get("payments");
		Calls.fail(breaker, 1);
		events.destroy();
		assertThat(events.all()).isEmpty();
		Calls.succeed(breaker);
		breaker.forceOpen();
		assertThat(events.all()).isEmpty();
	}

	@Test
	void fiftyWritersAndTenReadersNeitherBreakNorLoseWhatFits() throws Exception {
		int writers = 50;
		int eventsEach = 400;
		int capacity = 1000;
		RingEventStore events = listening(capacity, ALL_TYPES);
		CountDownLatch start = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(writers + 10);
		try {
			List<Future<Void>> writing = IntStream.range(0, writers).mapToObj((writer) -> threads.submit(() -> {
				CircuitBreaker breaker = group("shared", 5).get("" + (writer % 5));
				start.await();
				for (int i = 0; i < eventsEach; i++) {
					Calls.succeed(breaker);
				}
				return (Void) null;
			})).toList();
			Callable<Void> reader = () -> {
				start.await();
				while (!writing.stream().allMatch(Future::isDone)) {
					List<BreakerEvent> seen = events.all();
					assertThat(seen).hasSizeLessThanOrEqualTo(capacity).doesNotContainNull();
				}
				return null;
			};
			List<Future<Void>> reading = Stream.generate(() -> reader).limit(10).map(threads::submit).toList();
			start.countDown();
			for (Future<Void> future : Stream.concat(writing.stream(), reading.stream()).toList()) {
				future.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(events.of("shared")).hasSize(capacity)
			.allMatch((event) -> event.type() == BreakerEvent.Type.SUCCESS);
	}

	private void tick() {
		this.clock.advance(Duration.ofSeconds(1));
	}

	private static List<BreakerEvent.Type> typesOf(List<BreakerEvent> events) {
		return events.stream().map(BreakerEvent::type).toList();
	}

}
