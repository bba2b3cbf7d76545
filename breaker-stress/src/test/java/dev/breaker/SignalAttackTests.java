package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * While a signal lives its breaker is open, whatever calls, clocks and other sources do
 * at the same moment; a command that holds wins over it; and of a group all breakers end
 * with the same signals.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=SignalAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class SignalAttackTests {

	private static final int INTERLEAVINGS = 5_000;

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration LONG = Duration.ofDays(1);

	private final HandClock clock = new HandClock();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(2)
		.permittedNumberOfCallsInHalfOpenState(2)
		.waitDurationInOpenState(WAIT)
		.nanoClock(this.clock)
		.build();

	@Test
	void noCallPassesBetweenASignalAndItsEnd() {
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("signal", this.config);
			bring(breaker, i);
			Permit late = breaker.tryAcquire();
			Race.run(() -> isOpenWhileSignalled(breaker, "one"), () -> isOpenWhileSignalled(breaker, "two"), () -> {
				this.clock.advance(WAIT);
				end(late);
				end(breaker.tryAcquire());
				breaker.state();
				end(breaker.tryAcquire());
			});
			assertThat(breaker.snapshot().signals()).isEmpty();
			this.clock.advance(WAIT);
			assertThat(breaker.state()).isIn(State.HALF_OPEN, State.CLOSED);
		}
	}

	private static void isOpenWhileSignalled(CircuitBreaker breaker, String source) {
		for (int i = 0; i < 3; i++) {
			breaker.signal(source, "attack", LONG);
			assertThat(breaker.tryAcquire()).as("permit while signalled").isNull();
			Snapshot snapshot = breaker.snapshot();
			assertThat(snapshot.state()).isEqualTo(State.OPEN);
			assertThat(snapshot.signals()).extracting(Signal::source).contains(source);
			breaker.clearSignal(source);
			assertThat(breaker.snapshot().signals()).extracting(Signal::source).doesNotContain(source);
		}
	}

	/** Where the race begins: closed, open with a wait that ends, or half-open. */
	private static void bring(CircuitBreaker breaker, int i) {
		switch (i % 3) {
			case 0 -> breaker.close();
			case 1 -> breaker.open();
			default -> breaker.halfOpen();
		}
	}

	@Test
	void aHeldCommandWinsOverSignals() {
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("signal", this.config);
			State held = switch (i % 3) {
				case 0 -> State.FORCED_OPEN;
				case 1 -> State.DISABLED;
				default -> State.METRICS_ONLY;
			};
			Race.run(() -> {
				breaker.apply(StateCommand.to(held));
				assertThat(breaker.state()).isEqualTo(held);
			}, () -> {
				breaker.signal("one", null, LONG);
				breaker.signal("two", null, WAIT);
				breaker.clearSignal("one");
			}, () -> breaker.signal("three", null, LONG));
			assertThat(breaker.state()).isEqualTo(held);
			assertThat(breaker.snapshot().signals()).extracting(Signal::source)
				.containsExactlyInAnyOrder("two", "three");
		}
	}

	@Test
	void aHoldThatEndsWhileSignalsComeLetsNoCallPass() {
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("signal", this.config);
			breaker.forceOpen(WAIT);
			breaker.signal("backlog", null, LONG);
			Race.run(() -> this.clock.advance(WAIT), () -> {
				assertThat(breaker.tryAcquire()).isNull();
				breaker.signal("backlog", null, LONG);
				assertThat(breaker.tryAcquire()).isNull();
			}, () -> {
				assertThat(breaker.tryAcquire()).isNull();
				breaker.signal("other", null, LONG);
				assertThat(breaker.tryAcquire()).isNull();
			});
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			assertThat(breaker.snapshot().lastChange()).isNotNull()
				.extracting(StateChange::from, StateChange::reason)
				.containsExactly(State.FORCED_OPEN, Reason.SIGNAL);
		}
	}

	@Test
	void allBreakersOfAGroupEndWithTheSameSignals() {
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS / 5); i++) {
			CircuitBreakerGroup group = CircuitBreakerRegistry.of(this.config).group("stores", this.config, 3);
			List<CircuitBreaker> kept = new ArrayList<>();
			for (String key : List.of("a", "b", "c", "d")) {
				kept.add(group.get(key));
			}
			StateCommand command = StateCommand.to((i % 2 == 0) ? State.CLOSED : State.METRICS_ONLY);
			Race.run(() -> {
				group.signal("one", "first", LONG);
				group.signal("one", "second", LONG);
			}, () -> {
				group.signal("one", "third", LONG);
				group.clearSignal("two");
			}, () -> {
				group.signal("two", null, LONG);
				group.apply(command);
			}, () -> {
				end(group.get("d").tryAcquire());
				end(group.get("e").tryAcquire());
				end(kept.get(0).tryAcquire());
			});
			List<Signal> expected = group.signals();
			kept.addAll(group.all());
			group.overflow().ifPresent(kept::add);
			for (CircuitBreaker breaker : kept) {
				assertThat(breaker.snapshot().signals()).as(breaker.name())
					.containsExactlyInAnyOrderElementsOf(expected);
			}
		}
	}

	@Test
	void aSignalToAGroupIsForKeysThatComeAtThatMoment() {
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS / 5); i++) {
			CircuitBreakerGroup group = CircuitBreakerRegistry.of(this.config).group("stores", this.config, 100);
			Race.run(() -> {
				group.signal("backlog", null, LONG);
				assertThat(group.all()).allSatisfy((breaker) -> assertThat(breaker.tryAcquire()).isNull());
				assertThat(group.get("after").tryAcquire()).isNull();
			}, () -> makeKeys(group, "one"), () -> makeKeys(group, "two"));
			assertThat(group.all()).hasSize(41)
				.allSatisfy((breaker) -> assertThat(breaker.state()).isEqualTo(State.OPEN));
		}
	}

	private static void makeKeys(CircuitBreakerGroup group, String prefix) {
		for (int key = 0; key < 20; key++) {
			group.get(prefix + key);
		}
	}

	private static void end(@Nullable Permit permit) {
		if (permit != null) {
			permit.failure(new IOException(), 0);
		}
	}

}
