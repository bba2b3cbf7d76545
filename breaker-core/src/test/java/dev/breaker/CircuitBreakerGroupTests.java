package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A group has one breaker for a key, never more than its limit, and forgets nothing that
 * is in use.
 */
class CircuitBreakerGroupTests {

	private final HandClock clock = new HandClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	@Test
	void aKeyHasOneBreakerThatKnowsItsGroup() {
		CircuitBreakerGroup group = group(10);
		CircuitBreaker berlin = group.get("berlin");
		assertThat(berlin.name()).isEqualTo("inventory:berlin");
		assertThat(berlin.group()).isSameAs(group);
		assertThat(berlin.config().consecutiveFailureThreshold()).isEqualTo(3);
		assertThat(group.get("berlin")).isSameAs(berlin);
		assertThat(group.find("berlin")).containsSame(berlin);
		assertThat(group.find("paris")).isEmpty();
		assertThat(this.registry.find("inventory:berlin")).containsSame(berlin);
		assertThat(this.registry.find("inventory")).isEmpty();
		assertThat(this.registry.get("plain").group()).isNull();
	}

	@Test
	void theBreakerOfALongKeyIsFoundByAllOfIt() {
		CircuitBreakerGroup group = group(10);
		for (String key : List.of("z".repeat(300), "a:b:" + "z".repeat(300), "z:" + "y".repeat(20))) {
			assertThat(this.registry.find("inventory:" + key)).isEmpty();
			CircuitBreaker breaker = group.get(key);
			assertThat(this.registry.find("inventory:" + key)).containsSame(breaker);
			assertThat(this.registry.find(breaker.name())).containsSame(breaker);
			assertThat(this.registry.find("other:" + key)).isEmpty();
			assertThat(this.registry.remove("inventory:" + key)).isTrue();
			assertThat(this.registry.find(breaker.name())).isEmpty();
			assertThat(this.registry.remove("inventory:" + key)).isFalse();
		}
		// One that looks like a key that was cut is cut itself
		String cut = KeyText.bounded("z".repeat(300));
		CircuitBreaker longest = group.get("z".repeat(300));
		assertThat(this.registry.find("inventory:" + cut)).containsSame(longest);
		assertThat(group.get(cut)).isNotSameAs(longest);
		assertThat(this.registry.find("inventory:" + cut)).containsSame(longest);
	}

	@Test
	void aNameHasOneGroup() {
		CircuitBreakerGroup group = group(10);
		assertThat(this.registry.group("inventory", CircuitBreakerConfig.ofDefaults(), 5)).isSameAs(group);
		assertThat(this.registry.findGroup("inventory")).containsSame(group);
		assertThat(this.registry.findGroup("payments")).isEmpty();
		assertThat(this.registry.groups()).containsExactly(group);
		assertThat(group.name()).isEqualTo("inventory");
		assertThat(group.limit()).isEqualTo(10);
		assertThat(group).hasToString("CircuitBreakerGroup[inventory, 0 of 10]");
	}

	@Test
	void aGroupOfNothingIsRefusedByName() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.group("inventory", config, 0))
			.withMessageContainingAll("inventory", "limit", "(0)", "1 or more");
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.group(" ", config, 1))
			.withMessageContaining("must not be empty");
		assertThatNullPointerException().isThrownBy(() -> this.registry.group("inventory", null, 1));
		CircuitBreakerGroup group = group(1);
		assertThatNullPointerException().isThrownBy(() -> group.get(null)).withMessage("key");
		assertThatNullPointerException().isThrownBy(() -> group.find(null)).withMessage("key");
		assertThatNullPointerException().isThrownBy(() -> group.apply(null)).withMessage("command");
	}

	@Test
	void sizeAndAllAreWhatIsThere() {
		CircuitBreakerGroup group = group(2);
		assertThat(group.size()).isZero();
		CircuitBreaker a = group.get("a");
		CircuitBreaker b = group.get("b");
		assertThat(group.all()).containsExactlyInAnyOrder(a, b);
		assertThat(group.size()).isEqualTo(2);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> group.all().clear());
	}

	@Test
	void aKeyHasOneBreakerHoweverManyAsk() throws Exception {
		CircuitBreakerGroup group = group(10);
		Set<CircuitBreaker> found = ConcurrentHashMap.newKeySet();
		CountDownLatch start = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(16);
		List<Future<?>> asked = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			asked.add(threads.submit(() -> {
				start.await();
				return found.add(group.get("a"));
			}));
		}
		start.countDown();
		for (Future<?> one : asked) {
			one.get(10, TimeUnit.SECONDS);
		}
		threads.shutdown();
		assertThat(found).hasSize(1);
		assertThat(this.registry.all()).hasSize(1);
	}

	@Test
	void theLeastRecentlyUsedMakesRoom() {
		CircuitBreakerGroup group = group(3);
		List.of("a", "b", "c").forEach(group::get);
		group.get("b");
		group.get("a");
		group.get("d");
		assertThat(names()).containsExactlyInAnyOrder("inventory:a", "inventory:b", "inventory:d");
		group.get("e");
		assertThat(names()).containsExactlyInAnyOrder("inventory:a", "inventory:d", "inventory:e");
	}

	@Test
	void aCallIsAUseTooAlsoByAReferenceThatWasKept() {
		CircuitBreakerGroup group = group(2);
		CircuitBreaker a = group.get("a");
		CircuitBreaker b = group.get("b");
		b.run(() -> {
		});
		a.run(() -> {
		});
		group.get("c");
		assertThat(names()).containsExactlyInAnyOrder("inventory:a", "inventory:c");
	}

	@Test
	void aCleanOneMakesRoomBeforeAnOlderOneThatIsNot() {
		CircuitBreakerGroup group = group(4);
		group.get("open").open();
		group.get("half-open").halfOpen();
		fail(group.get("failed"));
		group.get("clean");
		List.of("d", "e", "f").forEach(group::get);
		assertThat(names()).containsExactlyInAnyOrder("inventory:open", "inventory:half-open", "inventory:failed",
				"inventory:f");
	}

	@Test
	void oneWithSlowCallsIsNotClean() {
		CircuitBreakerGroup group = group(2, (config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)));
		group.get("slow").acquire().success("late", Duration.ofSeconds(2).toNanos());
		group.get("clean");
		group.get("new");
		assertThat(names()).containsExactlyInAnyOrder("inventory:slow", "inventory:new");
	}

	@Test
	void aRowOfFailuresThatLeftTheWindowIsNotClean() {
		CircuitBreakerGroup group = group(2,
				(config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(1));
		fail(group.get("failed"));
		this.clock.advance(Duration.ofMinutes(1));
		group.get("clean");
		group.get("new");
		assertThat(names()).containsExactlyInAnyOrder("inventory:failed", "inventory:new");
	}

	@Test
	void keysThatFailedOnceDoNotPinTheirPlaces() {
		CircuitBreakerGroup group = group(100);
		IntStream.range(0, 100).forEach((i) -> fail(group.get("failed" + i)));
		IntStream.range(0, 1_000).forEach((i) -> {
			assertThat(group.get("later" + i).name()).isEqualTo("inventory:later" + i);
			fail(group.get("later" + i));
		});
		assertThat(group.overflow()).isEmpty();
		assertThat(group.overflowCalls()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "HALF_OPEN" })
	void idleOpenAndHalfOpenOnesMakeRoom(State state) {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker idle = group.get("idle");
		failUntilOpen(idle);
		if (state == State.HALF_OPEN) {
			this.clock.advance(Duration.ofSeconds(60));
			idle.acquire().release();
		}
		assertThat(idle.state()).isEqualTo(state);
		assertThat(group.get("new").name()).isEqualTo("inventory:new");
	}

	@Test
	void oneThatBeginsInAnotherStateAndNeverLeftItIsClean() {
		for (State state : State.values()) {
			CircuitBreakerGroup group = this.registry.group("begins " + state,
					config((config) -> config.initialState(state)), 2);
			group.get("first");
			group.get("second").close();
			fail(group.get("second"));
			assertThat(group.get("new").name()).isEqualTo("begins " + state + ":new");
			assertThat(group.find("first")).as("first in " + state).isEmpty();
		}
	}

	@Test
	void oneThatAnOperatorHoldsStays() {
		CircuitBreakerGroup group = group(6);
		group.get("forced").forceOpen();
		group.get("forced a while").forceOpen(Duration.ofMinutes(1));
		group.get("disabled").disable();
		group.get("metrics").metricsOnly();
		group.get("open a while").open(Duration.ofMinutes(2));
		failUntilOpen(group.get("reopened"));
		group.get("reopened").open(Duration.ofMinutes(3));
		IntStream.range(0, 50).forEach((i) -> assertThat(group.get("new" + i).name()).endsWith(":_overflow"));
		assertThat(group.size()).isEqualTo(6);
		this.clock.advance(Duration.ofMinutes(1));
		group.get("new");
		assertThat(group.find("forced a while")).isEmpty();
		assertThat(group.find("open a while")).isPresent();
		group.get("new").acquire();
		this.clock.advance(Duration.ofMinutes(1));
		group.get("newer").acquire();
		assertThat(group.find("open a while")).isEmpty();
		assertThat(group.find("reopened")).isPresent();
		this.clock.advance(Duration.ofMinutes(1));
		group.get("newest").acquire();
		assertThat(group.all()).extracting(CircuitBreaker::name)
			.containsExactlyInAnyOrder("inventory:forced", "inventory:disabled", "inventory:metrics", "inventory:new",
					"inventory:newer", "inventory:newest");
		group.get("disabled").close();
		assertThat(group.get("last").name()).isEqualTo("inventory:last");
	}

	@Test
	void oneWithACallUnderWayStays() {
		CircuitBreakerGroup group = group(3);
		Permit permit = group.get("permit").acquire();
		CompletableFuture<String> stage = new CompletableFuture<>();
		group.get("stage").callAsync(() -> stage);
		group.get("call").run(() -> {
			IntStream.range(0, 50).forEach((i) -> assertThat(group.get("new" + i).name()).endsWith(":_overflow"));
			group.get("call").run(() -> assertThat(group.get("nested").name()).endsWith(":_overflow"));
			assertThat(group.get("after the nested").name()).endsWith(":_overflow");
		});
		assertThat(group.get("a").name()).isEqualTo("inventory:a");
		assertThat(group.find("call")).isEmpty();
		group.get("a").acquire();
		stage.complete("done");
		group.get("b").acquire();
		assertThat(group.find("stage")).isEmpty();
		permit.release();
		permit.release();
		group.get("c").acquire();
		assertThat(group.find("permit")).isEmpty();
		assertThat(group.get("d").name()).endsWith(":_overflow");
	}

	@Test
	void anEndThatCouldNotBeCountedKeepsNoPlace() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker a = group.get("a");
		a.acquire();
		assertThat(group.get("b")).isSameAs(group.overflow().orElseThrow());
		// As where the stack ends
		a.member().endUncounted = true;
		group.queue.stackEnded = true;
		CircuitBreaker b = group.get("b");
		assertThat(b.name()).isEqualTo("inventory:b");
		assertThat(group.all()).containsExactly(b);
		a.run(() -> {
		});
		assertThat(group.find("a")).get().isNotSameAs(a);
	}

	@Test
	void howeverACallEndsItIsUnderWayNoMore() {
		CircuitBreakerGroup group = group(1,
				(config) -> config.ignoreExceptions(IllegalArgumentException.class).recordResult("bad"::equals));
		CircuitBreaker a = group.get("a");
		List<Runnable> calls = List.of(() -> a.call(() -> "good"), () -> a.call(() -> "bad"), () -> fail(a),
				() -> catchThrowable(() -> a.run(() -> {
					throw new IllegalArgumentException();
				})), () -> catchThrowable(() -> a.run(() -> {
					throw new InterruptedException();
				})), () -> a.callAsync(() -> CompletableFuture.completedFuture("good")),
				() -> a.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException())),
				() -> catchThrowable(() -> a.callAsync(() -> {
					throw new IllegalStateException();
				})), () -> a.<String>callAsync(CompletableFuture::new).toCompletableFuture().cancel(true),
				() -> a.acquire().success("good", 0), () -> a.acquire().failure(new IllegalStateException(), 0),
				() -> a.acquire().release(), () -> {
					a.forceOpen();
					catchThrowable(() -> a.call(() -> "refused"));
					a.callAsync(CompletableFuture::new);
					catchThrowable(a::acquire);
					a.tryAcquire();
					a.close();
				}, () -> {
					a.disable();
					a.call(() -> "good");
					fail(a);
					a.close();
				}, () -> {
					a.halfOpen();
					a.call(() -> "probe");
					a.close();
				}, () -> a.reconfigure(a.config()));
		for (int i = 0; i < calls.size(); i++) {
			calls.get(i).run();
			assertThat(group.find("a")).as("in the group after call " + i).isPresent();
			assertThat(group.get("other" + i).name()).as("makes room after call " + i).isEqualTo("inventory:other" + i);
		}
	}

	@Test
	void whereAllStayFurtherKeysShareOneBreaker() {
		try (LogCapture log = new LogCapture()) {
			CircuitBreakerGroup group = group(1);
			CircuitBreakerGroup other = this.registry.group("other", CircuitBreakerConfig.ofDefaults(), 1);
			Permit permit = group.get("a").acquire();
			other.get("a").acquire();
			CircuitBreaker shared = group.get("b");
			assertThat(shared.name()).isEqualTo("inventory:_overflow");
			assertThat(shared.group()).isSameAs(group);
			assertThat(group.get("c")).isSameAs(shared);
			assertThat(group.overflow()).containsSame(shared);
			assertThat(group.overflowCalls()).isEqualTo(2);
			assertThat(group.size()).isEqualTo(1);
			assertThat(group.all()).doesNotContain(shared);
			assertThat(group.find("b")).isEmpty();
			assertThat(other.get("b").name()).isEqualTo("other:_overflow");
			assertThat(log.trouble()).hasSize(2)
				.first()
				.asString()
				.contains("'inventory'", "limit (1)", "'inventory:_overflow'");
			permit.release();
			assertThat(group.get("b").name()).isEqualTo("inventory:b");
			assertThat(this.registry.remove("inventory:_overflow")).isTrue();
			assertThat(group.overflow()).isEmpty();
		}
	}

	@Test
	void failuresUnderChurnAreRecordedEachAndOpen() {
		CircuitBreakerGroup group = group(2);
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker bad = group.get("bad");
		for (int i = 0; i < 200; i++) {
			group.get("x" + i);
			group.get("y" + i).acquire().success("fine", 0);
			bad.acquire().failure(new IllegalStateException(), 0);
			group.get("z" + i);
			bad.reset();
		}
		assertThat(group.size()).isEqualTo(2);
		assertThat(heard.news()).filteredOn("failure IllegalStateException"::equals).hasSize(200);
		for (int i = 0; i < 3; i++) {
			fail(bad);
			List.of("v", "w").forEach((key) -> fail(group.get(key)));
		}
		assertThat(bad.state()).isEqualTo(State.OPEN);
	}

	@Test
	void oneThatMadeRoomComesBackWithWhatItRecorded() {
		CircuitBreakerGroup group = group(1);
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		CircuitBreaker a = group.get("a");
		fail(a);
		fail(a);
		group.get("b");
		assertThat(group.find("a")).isEmpty();
		fail(a);
		assertThat(group.find("a")).containsSame(a);
		assertThat(this.registry.find("inventory:a")).containsSame(a);
		assertThat(group.size()).isEqualTo(1);
		assertThat(a.state()).isEqualTo(State.OPEN);
		assertThat(heard.news()).filteredOn("failure IllegalStateException"::equals).hasSize(3);
	}

	@Test
	void aKeptReferenceLeadsToThePresentBreakerOfItsKey() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker before = group.get("a");
		fail(before);
		group.get("b");
		CircuitBreaker present = group.get("a");
		assertThat(present).isNotSameAs(before);
		fail(before);
		before.acquire().failure(new IllegalStateException(), 0);
		before.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException()));
		assertThat(present.snapshot().failedCallsTotal()).isEqualTo(3);
		assertThat(before.snapshot()).isEqualTo(present.snapshot());
		assertThat(before.state()).isEqualTo(State.OPEN);
		before.forceOpen();
		assertThat(present.state()).isEqualTo(State.FORCED_OPEN);
		before.reconfigure(CircuitBreakerConfig.builder().slidingWindowSize(7).build());
		assertThat(present.config().slidingWindowSize()).isEqualTo(7);
		assertThat(before.config().slidingWindowSize()).isEqualTo(7);
		RecordingListener heard = new RecordingListener();
		before.addListener(heard);
		present.close();
		before.removeListener(heard);
		present.open();
		assertThat(heard.news()).containsExactly("FORCED_OPEN -> CLOSED, COMMAND");
	}

	@Test
	void aCommandOnOneThatMadeRoomHoldsForItsKey() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker before = group.get("a");
		group.get("b");
		before.forceOpen();
		assertThat(group.find("a")).containsSame(before);
		assertThat(group.get("c").name()).endsWith(":_overflow");
		assertThat(group.get("a").state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void aCommandOnOneThatFindsNoRoomIsForNoOtherKey() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker before = group.get("a");
		Permit permit = group.get("b").acquire();
		CircuitBreaker shared = group.get("c");
		before.forceOpen();
		assertThat(shared.state()).isEqualTo(State.CLOSED);
		assertThat(before.state()).isEqualTo(State.FORCED_OPEN);
		fail(before);
		assertThat(shared.snapshot().failedCallsTotal()).isEqualTo(1);
		permit.release();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(before::acquire);
		assertThat(group.find("a")).containsSame(before);
	}

	@Test
	void aRemovedBreakerLeavesItsGroupAndStaysAway() {
		CircuitBreakerGroup group = group(2);
		CircuitBreaker before = group.get("a");
		group.get("b");
		before.forceOpen();
		Permit late = group.get("b").acquire();
		assertThat(this.registry.remove("inventory:a")).isTrue();
		assertThat(this.registry.remove("inventory:a")).isFalse();
		assertThat(group.find("a")).isEmpty();
		assertThat(group.size()).isEqualTo(1);
		before.run(() -> {
		});
		CircuitBreaker after = group.get("a");
		assertThat(after).isNotSameAs(before);
		assertThat(after.snapshot().successfulCallsTotal()).isEqualTo(1);
		assertThat(this.registry.remove("inventory:b")).isTrue();
		late.release();
		IntStream.range(0, 10).forEach((i) -> group.get("new" + i));
		assertThat(group.size()).isEqualTo(2);
		assertThat(this.registry.all()).hasSize(2);
	}

	@Test
	void aRemovedGroupLeavesNothingInTheRegistry() {
		CircuitBreakerGroup group = group(1);
		List<String> news = new ArrayList<>();
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				news.add("-" + breaker.name());
			}

			@Override
			public void onGroupAdded(CircuitBreakerGroup added) {
				news.add("+" + added.name());
			}

			@Override
			public void onGroupRemoved(CircuitBreakerGroup removed) {
				news.add("-" + removed.name());
			}

		});
		this.registry.group("second", CircuitBreakerConfig.ofDefaults(), 1);
		this.registry.removeGroup("second");
		assertThat(news).containsExactly("+inventory", "+second", "-second");
		news.clear();
		group.get("a").acquire();
		group.get("b");
		assertThat(this.registry.removeGroup("inventory")).isTrue();
		assertThat(this.registry.removeGroup("inventory")).isFalse();
		assertThat(this.registry.all()).isEmpty();
		assertThat(this.registry.groups()).isEmpty();
		assertThat(news).containsExactlyInAnyOrder("-inventory:a", "-inventory:_overflow", "-inventory")
			.endsWith("-inventory");
		assertThat(group.get("c").group()).isSameAs(group);
		assertThat(this.registry.all()).isEmpty();
		assertThat(group(3)).isNotSameAs(group);
	}

	@Test
	void manyKeysLeaveNoMoreThanTheLimitBehind() {
		CircuitBreakerGroup group = group(1_000);
		for (int i = 0; i < 200_000; i++) {
			group.get("key" + i).run(() -> {
			});
		}
		assertThat(group.size()).isEqualTo(1_000);
		assertThat(this.registry.all()).hasSize(1_000);
		assertThat(group.overflowCalls()).isZero();
	}

	private CircuitBreakerGroup group(int limit) {
		return group(limit, UnaryOperator.identity());
	}

	private CircuitBreakerGroup group(int limit, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return this.registry.group("inventory", config(settings), limit);
	}

	private CircuitBreakerConfig config(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return settings.apply(CircuitBreakerConfig.builder().consecutiveFailureThreshold(3).nanoClock(this.clock))
			.build();
	}

	private List<String> names() {
		return this.registry.all().stream().map(CircuitBreaker::name).toList();
	}

	private static void failUntilOpen(CircuitBreaker breaker) {
		for (int i = 0; i < 3; i++) {
			fail(breaker);
		}
		assertThat(breaker.state()).isEqualTo(State.OPEN);
	}

	private static void fail(CircuitBreaker breaker) {
		catchThrowable(() -> breaker.run(() -> {
			throw new IllegalStateException();
		}));
	}

	@Test
	void ofTwoHoldsTheShorterEndsFirstThoughItCameLater() {
		CircuitBreakerGroup group = group(2);
		group.get("long").forceOpen(Duration.ofMinutes(10));
		group.get("short").forceOpen(Duration.ofMinutes(1));
		assertThat(group.get("new").name()).endsWith(":_overflow");
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(group.get("new").name()).isEqualTo("inventory:new");
		assertThat(group.find("long")).isPresent();
	}

	@Test
	void twoHoldsThatEndTogetherEndBoth() {
		CircuitBreakerGroup group = group(2);
		group.get("first").forceOpen(Duration.ofMinutes(1));
		group.get("second").forceOpen(Duration.ofMinutes(1));
		assertThat(group.get("new").name()).endsWith(":_overflow");
		this.clock.advance(Duration.ofMinutes(1));
		group.get("new").acquire();
		group.get("newer").acquire();
		assertThat(names()).containsExactlyInAnyOrder("inventory:new", "inventory:newer", "inventory:_overflow");
		assertThat(group.size()).isEqualTo(2);
	}

	@Test
	void aHoldThatWasReplacedKeepsNoOtherWaiting() {
		CircuitBreakerGroup group = group(2);
		group.get("first").forceOpen(Duration.ofMinutes(1));
		group.get("second").forceOpen(Duration.ofMinutes(5));
		group.get("x");
		group.get("first").close();
		group.get("first").forceOpen(Duration.ofMinutes(10));
		assertThat(group.get("x").name()).endsWith(":_overflow");
		this.clock.advance(Duration.ofMinutes(5));
		assertThat(group.get("new").name()).isEqualTo("inventory:new");
		assertThat(group.find("first")).isPresent();
		assertThat(group.find("second")).isEmpty();
	}

	@Test
	void aCleanOneIsLookedForAmongThe32Oldest() {
		CircuitBreakerGroup near = group(40);
		IntStream.range(0, 31).forEach((i) -> fail(near.get("failed" + i)));
		near.get("clean");
		IntStream.range(0, 8).forEach((i) -> fail(near.get("later" + i)));
		near.get("new");
		assertThat(near.find("clean")).isEmpty();
		assertThat(near.find("failed0")).isPresent();
		CircuitBreakerGroup far = this.registry.group("far", config(UnaryOperator.identity()), 40);
		IntStream.range(0, 32).forEach((i) -> fail(far.get("failed" + i)));
		far.get("clean");
		IntStream.range(0, 7).forEach((i) -> fail(far.get("later" + i)));
		far.get("new");
		assertThat(far.find("clean")).isPresent();
		assertThat(far.find("failed0")).isEmpty();
	}

	@Test
	void aCallByAnOldReferenceIsAUseOfThePresentBreaker() {
		CircuitBreakerGroup group = group(2);
		CircuitBreaker old = group.get("a");
		group.get("b");
		group.get("c");
		assertThat(group.find("a")).isEmpty();
		group.get("a");
		group.get("d");
		old.run(() -> {
		});
		group.get("e");
		assertThat(names()).containsExactlyInAnyOrder("inventory:a", "inventory:e");
	}

	@Test
	void aCommandWithoutPlaceLeavesNoCallUnderWay() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker before = group.get("a");
		Permit permit = group.get("b").acquire();
		before.forceOpen();
		permit.release();
		before.close();
		assertThat(group.find("a")).containsSame(before);
		assertThat(group.get("c").name()).isEqualTo("inventory:c");
		assertThat(group.find("a")).isEmpty();
	}

	@Test
	void oneThatMadeRoomCannotBeRemoved() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker before = group.get("a");
		CircuitBreaker present = group.get("b");
		assertThat(group.remove(before.member())).isFalse();
		assertThat(group.find("b")).containsSame(present);
		before.run(() -> {
		});
		assertThat(group.find("a")).containsSame(before);
	}

	@Test
	void aRemovedGroupKeepsItsBreakersThoughOneIsRemoved() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker a = group.get("a");
		a.acquire();
		CircuitBreaker shared = group.get("b");
		this.registry.removeGroup("inventory");
		assertThat(group.remove(a.member())).isFalse();
		assertThat(group.remove(shared.member())).isFalse();
		assertThat(group.find("a")).containsSame(a);
		assertThat(group.overflow()).containsSame(shared);
	}

	@Test
	void aRemovedGroupCallsItsBreakersAsTheirKeys() {
		CircuitBreakerGroup group = group(2);
		this.registry.removeGroup("inventory");
		CircuitBreaker plain = this.registry.get("inventory:a");
		assertThat(group.get("a")).isNotSameAs(plain);
		assertThat(group.get("a").name()).isEqualTo("inventory:a");
		assertThat(this.registry.find("inventory:a")).containsSame(plain);
	}

	@Test
	void aRegistryListenerHearsAllThatAGroupMakesAndLoses() {
		CircuitBreakerGroup group = group(1);
		List<String> news = new ArrayList<>();
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				news.add("+" + breaker.name());
			}

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				news.add("-" + breaker.name());
			}

		});
		group.get("a");
		group.get("b").acquire();
		group.get("c");
		this.registry.remove("inventory:_overflow");
		this.registry.remove("inventory:b");
		assertThat(news).containsExactly("+inventory:a", "-inventory:a", "+inventory:b", "+inventory:_overflow",
				"-inventory:_overflow", "-inventory:b");
	}

	@Test
	void aFullGroupSaysNothingOfNamesOfKeysWithoutPlace() {
		this.registry.get("inventory:b", CircuitBreakerConfig.ofDefaults());
		try (LogCapture log = new LogCapture()) {
			CircuitBreakerGroup group = group(1);
			group.get("a").acquire();
			assertThat(group.get("c").name()).isEqualTo("inventory:_overflow");
			assertThat(group.get("b").name()).isEqualTo("inventory:_overflow");
			assertThat(log.trouble()).singleElement().asString().contains("limit (1)");
		}
	}

	@Test
	void theSharedBreakerTakesNoOthersName() {
		CircuitBreaker plain = this.registry.get("inventory:_overflow", CircuitBreakerConfig.ofDefaults());
		CircuitBreakerGroup group = group(1);
		group.get("a").acquire();
		CircuitBreaker shared = group.get("b");
		assertThat(shared).isNotSameAs(plain);
		assertThat(shared.name()).isEqualTo(KeyText.distinct("inventory:_overflow", "inventory", null, 1));
		assertThat(group.get("c")).isSameAs(shared);
		assertThat(this.registry.find(shared.name())).containsSame(shared);
		assertThat(this.registry.find("inventory:_overflow")).containsSame(plain);
	}

	@Test
	void aListenerIsTakenFromTheKeptBreakerToo() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		CircuitBreakerGroup group = registry.group("g", CircuitBreakerConfig.ofDefaults(), 10);
		CircuitBreaker kept = group.get("k");
		RecordingListener listener = new RecordingListener();
		kept.addListener(listener);
		Permit first = kept.acquire();
		Permit second = kept.acquire();
		registry.remove("g:k");
		assertThat(group.get("k")).isNotSameAs(kept);
		first.success(null, 0);
		assertThat(listener.count("success")).isEqualTo(1);
		kept.removeListener(listener);
		second.success(null, 0);
		assertThat(listener.count("success")).isEqualTo(1);
	}

	@Test
	void aCommandToAllFreesWhatACommandHeld() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		CircuitBreakerGroup group = registry.group("g", CircuitBreakerConfig.ofDefaults(), 1);
		group.get("a").forceOpen();
		assertThat(group.get("b").name()).isEqualTo("g:_overflow");
		group.apply(StateCommand.to(State.CLOSED));
		assertThat(group.get("b").name()).isEqualTo("g:b");
	}

	@Test
	void whatChangesNothingLeavesNoCallUnderWay() {
		List<Consumer<CircuitBreaker>> commands = List.of(
				(breaker) -> assertThat(breaker.restore(breaker.export())).isFalse(),
				(breaker) -> assertThat(breaker.follow(new FleetDecision(State.CLOSED, Duration.ZERO, 0, null)))
					.isFalse());
		for (int i = 0; i < commands.size(); i++) {
			CircuitBreakerGroup group = this.registry.group("group " + i, config(UnaryOperator.identity()), 1);
			commands.get(i).accept(group.get("a"));
			assertThat(group.get("b").key()).isEqualTo("b");
			assertThat(group.find("a")).isEmpty();
		}
	}

	@Test
	void aProbeThatFindsNoPlaceLeavesNoCallUnderWay() {
		CircuitBreakerGroup group = group(1, (config) -> config.permittedNumberOfCallsInHalfOpenState(1));
		CircuitBreaker a = group.get("a");
		a.halfOpen();
		Permit probe = a.tryAcquireProbe();
		assertThat(probe).isNotNull();
		assertThat(a.tryAcquireProbe()).isNull();
		probe.release();
		assertThat(group.get("b").key()).isEqualTo("b");
		assertThat(group.find("a")).isEmpty();
	}

	@Test
	void whatFindsNothingToDoBringsNoKeyBack() {
		CircuitBreakerGroup group = group(1);
		CircuitBreaker a = group.get("a");
		CircuitBreaker b = group.get("b");
		assertThat(a.tryAcquireProbe()).isNull();
		a.clearSignal("backlog");
		assertThat(group.find("a")).isEmpty();
		assertThat(group.find("b")).containsSame(b);
	}

}
