package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens while a group makes a breaker: each reading of its clock is a moment at
 * which something else can come between.
 */
class GroupMeanwhileTests {

	private final Interrupted clock = new Interrupted();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder().nanoClock(this.clock).build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final CircuitBreakerGroup group = this.registry.group("inventory", this.config, 2);

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aKeyMadeMeanwhileIsTheOlderOne(int reading) {
		int readings = readingsOfOne();
		this.clock.at(Math.min(reading, readings), () -> this.group.get("b"));
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker c = this.group.get("c");
		assertThat(this.group.all()).containsExactlyInAnyOrder(a, c);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aKeyThatIsMadeHasNotMissedAPassingCommand(int reading) {
		int readings = readingsOfOne();
		this.clock.at(Math.min(reading, readings), () -> this.group.apply(StateCommand.to(State.HALF_OPEN)));
		CircuitBreaker a = this.group.get("a");
		assertThat(a.state()).isEqualTo(State.CLOSED);
		assertThat(a.snapshot().lastChange()).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aKeyThatIsMadeObeysACommandThatStands(int reading) {
		int readings = readingsOfOne();
		this.clock.at(Math.min(reading, readings), () -> this.group.apply(StateCommand.to(State.FORCED_OPEN)));
		assertThat(this.group.get("a").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.group.find("a")).isPresent();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aKeyThatIsMadeHasTheConfigThatComesMeanwhile(int reading) {
		int readings = readingsOfOne();
		CircuitBreakerConfig other = this.config.toBuilder().failureRateThreshold(30).build();
		this.clock.at(Math.min(reading, readings), () -> this.group.reconfigure(other));
		assertThat(this.group.get("a").config()).isSameAs(other);
		assertThat(this.group.find("a")).isPresent();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aCommandToCloseMeanwhileLeavesNoKeyOpenWithoutASignal(int reading) {
		CircuitBreaker a = this.group.get("a");
		this.clock.at(reading, () -> this.group.apply(StateCommand.to(State.CLOSED)));
		this.group.signal("backlog", null, Duration.ofMinutes(1));
		this.clock.now();
		assertThat(a.state()).isEqualTo(this.group.signals().isEmpty() ? State.CLOSED : State.OPEN);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aSignalGivenMeanwhileOutlastsACommandToClose(int reading) {
		CircuitBreaker a = this.group.get("a");
		this.clock.at(reading, () -> this.group.signal("backlog", null, Duration.ofMinutes(1)));
		this.group.apply(StateCommand.to(State.CLOSED));
		this.clock.now();
		assertThat(a.state()).isEqualTo(this.group.signals().isEmpty() ? State.CLOSED : State.OPEN);
		assertThat(a.snapshot().signals()).isEqualTo(this.group.signals());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aSignalGivenAnewMeanwhileIsNotTakenBackForOneKey(int reading) {
		CircuitBreaker a = this.group.get("a");
		this.group.signal("backlog", "first", Duration.ofMinutes(1));
		this.clock.at(reading, () -> this.group.signal("backlog", "again", Duration.ofMinutes(1)));
		this.group.clearSignal("backlog");
		this.clock.now();
		assertThat(a.snapshot().signals()).isEqualTo(this.group.signals());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5 })
	void aSignalTakenBackMeanwhileIsNotTheLastThatIsHeard(int reading) {
		List<Duration> heard = new ArrayList<>();
		CircuitBreaker a = this.group.get("a");
		a.addListener(new CircuitBreakerListener() {

			@Override
			public void onSignal(CircuitBreaker breaker, Signal signal) {
				heard.add(signal.remaining());
			}

		});
		this.clock.at(reading, () -> this.group.clearSignal("backlog"));
		this.group.signal("backlog", null, Duration.ofMinutes(1));
		this.clock.now();
		assertThat(a.snapshot().signals()).isEqualTo(this.group.signals());
		if (this.group.signals().isEmpty()) {
			assertThat(heard).isIn(List.of(), List.of(Duration.ofMinutes(1), Duration.ZERO));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3 })
	void aBreakerThatIsRemovedMeanwhileDoesNotComeBack(int reading) {
		CircuitBreaker a = this.group.get("a");
		this.group.get("b");
		this.group.get("c");
		assertThat(this.group.find("a")).isEmpty();
		this.group.apply(StateCommand.to(State.CLOSED));
		this.clock.at(reading, () -> {
			a.call(() -> "back");
			this.registry.remove("inventory:a");
		});
		a.call(() -> "good");
		assertThat(this.group.find("a").orElse(null)).isNotNull().isNotSameAs(a);
		assertThat(this.group.get("a").snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void theSharedBreakerHasTheNewestConfig(int reading) {
		fill();
		CircuitBreakerConfig other = this.config.toBuilder().failureRateThreshold(30).build();
		this.clock.at(reading, () -> this.group.reconfigure(other));
		CircuitBreaker shared = this.group.get("x");
		this.clock.now();
		assertThat(shared.config()).isSameAs(other);
	}

	@Test
	void aNameThatIsTakenMeanwhileIsNotTakenTwice() {
		int readings = readingsOfOne();
		List<CircuitBreaker> taken = new ArrayList<>();
		this.clock.at(readings, () -> taken.add(this.registry.get("inventory:a")));
		CircuitBreaker a = this.group.get("a");
		assertThat(taken).hasSize(1).doesNotContain(a);
		assertThat(a.name()).isEqualTo(KeyText.distinct("inventory:a", "inventory", "a", 1));
		assertThat(this.registry.find(a.name())).containsSame(a);
		assertThat(this.group.get("a")).isSameAs(a);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })
	void theSharedBreakerObeysTheNewestCommand(int reading) {
		fill();
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		this.clock.at(reading, () -> this.group.apply(StateCommand.to(State.DISABLED)));
		CircuitBreaker shared = this.group.get("x");
		this.clock.now();
		assertThat(shared.state()).isEqualTo(State.DISABLED);
		assertThat(this.group.overflow()).containsSame(shared);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void thereIsOneSharedBreakerThoughTwoAreMade(int reading) {
		fill();
		List<CircuitBreaker> others = new ArrayList<>();
		this.clock.at(reading, () -> others.add(this.group.get("y")));
		CircuitBreaker shared = this.group.get("x");
		assertThat(others).containsExactly(shared);
		assertThat(this.group.overflow()).containsSame(shared);
		assertThat(this.registry.all()).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void aSharedNameThatIsTakenMeanwhileIsLeft(int reading) {
		fill();
		List<CircuitBreaker> taken = new ArrayList<>();
		this.clock.at(reading, () -> taken.add(this.registry.get("inventory:_overflow")));
		CircuitBreaker shared = this.group.get("x");
		assertThat(taken).hasSize(1).doesNotContain(shared);
		assertThat(shared.name()).isEqualTo(KeyText.distinct("inventory:_overflow", "inventory", null, 1));
		assertThat(this.registry.find(shared.name())).containsSame(shared);
	}

	@Test
	void aKeyWithoutPlaceCostsOneReading() {
		fill();
		this.group.get("x");
		assertThat(readings(() -> this.group.get("x"))).isEqualTo(1);
		assertThat(readings(() -> this.group.get("y"))).isEqualTo(1);
	}

	@Test
	void aNameThatIsTakenCostsNoMoreReadings() {
		int readings = readingsOfOne();
		this.registry.get("inventory:a");
		assertThat(readings(() -> this.group.get("a"))).isEqualTo(readings);
	}

	@Test
	void aCallByKeyCostsAsManyReadingsAsAPlainOne() {
		CircuitBreaker plain = CircuitBreaker.of("plain", this.config);
		CircuitBreaker keyed = this.group.get("a");
		plain.call(() -> "first");
		keyed.call(() -> "first");
		assertThat(readings(() -> keyed.call(() -> "good"))).isEqualTo(readings(() -> plain.call(() -> "good")));
	}

	@Test
	void aHeldOneThatWasRemovedLeavesNothingToWaitFor() {
		this.group.get("held").forceOpen(Duration.ofMinutes(1));
		this.group.get("busy").acquire();
		this.group.get("x");
		this.registry.remove("inventory:held");
		this.group.get("new").acquire();
		this.group.get("x");
		this.clock.nanos = Duration.ofMinutes(1).toNanos();
		assertThat(readings(() -> this.group.get("x"))).isEqualTo(1);
	}

	/** How often the clock is read until a key has its breaker. */
	private int readingsOfOne() {
		CircuitBreakerGroup other = this.registry.group("other", this.config, 2);
		return readings(() -> other.get("a"));
	}

	private int readings(Runnable work) {
		int before = this.clock.readings;
		work.run();
		return this.clock.readings - before;
	}

	private void fill() {
		this.group.get("busy").acquire();
		this.group.get("busy too").acquire();
	}

	/** Stands still, and lets one thing happen at a reading. */
	private static final class Interrupted implements LongSupplier {

		private long nanos;

		private int readings;

		private int when;

		private Runnable event;

		void at(int reading, Runnable happens) {
			this.when = this.readings + reading;
			this.event = happens;
		}

		/** What has not happened yet happens. */
		void now() {
			Runnable due = this.event;
			this.event = null;
			if (due != null) {
				due.run();
			}
		}

		@Override
		public long getAsLong() {
			this.readings++;
			if (this.readings == this.when) {
				now();
			}
			return this.nanos;
		}

	}

}
