package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A signal to a group is for every key: those that have a breaker, and those that get one
 * while it lives.
 */
class GroupSignalTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration WAIT = Duration.ofSeconds(30);

	private final HandClock clock = new HandClock();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(3)
		.waitDurationInOpenState(WAIT)
		.nanoClock(this.clock)
		.build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final CircuitBreakerGroup group = this.registry.group("stores", this.config, 3);

	@Test
	void aSignalOpensEveryKey() {
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker b = this.group.get("b");
		this.group.signal("backlog", "12,000 wait", MINUTE);
		assertThat(List.of(a.state(), b.state())).containsOnly(State.OPEN);
		assertThat(a.snapshot().signals()).containsExactly(new Signal("backlog", "12,000 wait", MINUTE));
		assertThat(this.group.signals()).isEqualTo(a.snapshot().signals());
		this.clock.advance(MINUTE.plus(WAIT));
		assertThat(List.of(a.state(), b.state())).containsOnly(State.HALF_OPEN);
		assertThat(this.group.signals()).isEmpty();
	}

	@Test
	void aKeyMadeLaterHasWhatIsLeftOfIt() {
		this.group.signal("backlog", null, MINUTE);
		this.clock.advance(Duration.ofSeconds(20));
		CircuitBreaker later = this.group.get("later");
		assertThat(later.tryAcquire()).isNull();
		assertThat(later.snapshot().signals()).containsExactly(new Signal("backlog", null, Duration.ofSeconds(40)));
		assertThat(later.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(70));
		this.clock.advance(Duration.ofSeconds(40));
		assertThat(this.group.get("after").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void clearedForAllKeys() {
		CircuitBreaker a = this.group.get("a");
		a.signal("own", null, MINUTE);
		this.group.signal("backlog", null, MINUTE);
		this.group.clearSignal("backlog");
		assertThat(a.snapshot().signals()).extracting(Signal::source).containsExactly("own");
		assertThat(this.group.get("later").state()).isEqualTo(State.CLOSED);
		this.group.clearSignal("own");
		assertThat(a.snapshot().signals()).isEmpty();
	}

	@Test
	void aSignalToOneKeyIsForThatKeyAlone() {
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker b = this.group.get("b");
		a.signal("backlog", null, MINUTE);
		assertThat(a.state()).isEqualTo(State.OPEN);
		assertThat(b.state()).isEqualTo(State.CLOSED);
		assertThat(this.group.signals()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aHeldCommandToTheGroupWins(State held) {
		this.group.get("a");
		this.group.apply(StateCommand.to(held));
		this.group.signal("backlog", null, MINUTE);
		CircuitBreaker later = this.group.get("later");
		assertThat(this.group.all()).hasSize(2).allSatisfy((breaker) -> {
			assertThat(breaker.state()).isEqualTo(held);
			assertThat(breaker.snapshot().signals()).hasSize(1);
		});
		this.clock.advance(MINUTE);
		assertThat(later.state()).isEqualTo(held);
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void anyOtherCommandToTheGroupKeepsItsSignals(State state) {
		CircuitBreaker a = this.group.get("a");
		this.group.signal("backlog", null, MINUTE);
		this.group.apply(StateCommand.to(state));
		assertThat(this.group.signals()).hasSize(1);
		assertThat(a.snapshot().signals()).hasSize(1);
		assertThat(this.group.get("later").snapshot().signals()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "HALF_OPEN" })
	void aCommandToCloseTheGroupClearsItsSignals(State state) {
		CircuitBreaker a = this.group.get("a");
		this.group.signal("backlog", null, MINUTE);
		this.group.apply(StateCommand.to(state));
		assertThat(a.state()).isEqualTo(state);
		assertThat(this.group.signals()).isEmpty();
		assertThat(this.group.get("later").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aReferenceThatWasKeptHasTheSignalsOfTheGroup() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker kept = small.get("a");
		small.get("b");
		assertThat(small.find("a")).isEmpty();
		small.signal("backlog", null, MINUTE);
		assertThat(kept.state()).isEqualTo(State.OPEN);
		small.clearSignal("backlog");
		assertThat(kept.snapshot().signals()).isEmpty();
		small.signal("backlog", "again", MINUTE);
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(kept.snapshot().signals()).containsExactly(new Signal("backlog", "again", Duration.ofSeconds(50)));
	}

	@Test
	void keysThatShareABreakerHearToo() {
		for (String key : List.of("a", "b", "c")) {
			this.group.get(key).forceOpen();
		}
		CircuitBreaker shared = this.group.get("d");
		assertThat(this.group.overflow()).contains(shared);
		this.group.signal("backlog", null, MINUTE);
		assertThat(shared.state()).isEqualTo(State.OPEN);
		this.group.clearSignal("backlog");
		assertThat(shared.snapshot().signals()).isEmpty();
	}

	@Test
	void aBreakerWithASignalDoesNotMakeRoom() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker signalled = small.get("a");
		signalled.signal("backlog", null, MINUTE);
		assertThat(small.get("b")).isSameAs(small.overflow().orElseThrow());
		assertThat(small.find("a")).contains(signalled);
		this.clock.advance(MINUTE);
		assertThat(small.get("b").name()).isEqualTo("small:b");
		assertThat(small.find("a")).isEmpty();
	}

	@Test
	void aBreakerWhoseSignalIsClearedMakesRoomAtOnce() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker signalled = small.get("a");
		signalled.signal("backlog", null, Duration.ofDays(1));
		small.get("b");
		signalled.clearSignal("backlog");
		assertThat(small.get("b").name()).isEqualTo("small:b");
	}

	@Test
	void listenersHearOfEachKey() {
		List<String> heard = new ArrayList<>();
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onSignal(CircuitBreaker breaker, Signal signal) {
				heard.add(breaker.name() + " " + signal.remaining());
			}

		});
		this.group.get("a");
		this.group.signal("backlog", null, MINUTE);
		this.group.get("b");
		this.group.clearSignal("backlog");
		assertThat(heard).containsExactlyInAnyOrder("stores:a PT1M", "stores:a PT0S", "stores:b PT0S");
	}

	@Test
	void whatMakesNoSenseIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.group.signal("", null, MINUTE));
		assertThatIllegalArgumentException().isThrownBy(() -> this.group.signal("backlog", null, Duration.ZERO));
		assertThat(this.group.signals()).isEmpty();
	}

	@Test
	void aKeyMadeLaterIsOpenSinceTheSignalWasGiven() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerGroup timed = this.registry.group("timed", this.config.toBuilder().clock(wall).build(), 3);
		this.clock.advance(Duration.ofSeconds(5));
		timed.signal("backlog", null, MINUTE);
		this.clock.advance(Duration.ofSeconds(20));
		wall.advance(Duration.ofSeconds(20));
		assertThat(timed.get("later").snapshot().since()).isEqualTo(HandWallClock.START);
	}

	@Test
	void listenersHearTheOpeningsAtOnce() {
		RecordingListener heard = new RecordingListener();
		this.registry.addListener(heard);
		this.group.get("a");
		this.group.get("b");
		this.group.signal("backlog", null, MINUTE);
		assertThat(heard.changes()).extracting(StateChange::reason).containsExactly(Reason.SIGNAL, Reason.SIGNAL);
	}

	@Test
	void aSignalThatAKeyDoesNotHaveIsNotTakenBackThere() {
		List<String> heard = new ArrayList<>();
		CircuitBreaker a = this.group.get("a");
		this.group.get("b");
		a.signal("backlog", null, MINUTE);
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onSignal(CircuitBreaker breaker, Signal signal) {
				heard.add(breaker.name() + " " + signal.remaining());
			}

		});
		this.group.clearSignal("backlog");
		assertThat(heard).containsExactly("stores:a PT0S");
	}

}
