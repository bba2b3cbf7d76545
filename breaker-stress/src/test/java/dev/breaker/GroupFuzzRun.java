package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.breaker.NaiveBreaker.Admission;
import dev.breaker.NaiveBreaker.Order;
import dev.breaker.NaiveGroup.Member;
import dev.breaker.Settings.Ending;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One random history of a group of breakers and of its naive twin, step by step. Besides
 * keys it uses references that were kept, also of breakers that were let go. Calls that
 * hang do not count: looks find them, and not all breakers are looked at.
 */
final class GroupFuzzRun {

	private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

	private static final long SECOND = 1_000_000_000;

	private final Random random;

	private final HandClock clock;

	private final long start;

	private final List<String> history = new ArrayList<>();

	private final List<Pending> pending = new ArrayList<>();

	private Settings settings;

	private final int limit;

	private final int keys;

	private final CircuitBreakerRegistry registry;

	private final CircuitBreakerGroup group;

	private final NaiveGroup naive;

	GroupFuzzRun(long seed) {
		this.random = new Random(seed);
		this.start = FuzzRun.STARTS[this.random.nextInt(FuzzRun.STARTS.length)];
		this.clock = new HandClock(this.start);
		this.settings = Settings.random(this.random, false);
		boolean large = this.random.nextInt(8) == 0;
		this.limit = large ? 33 + this.random.nextInt(6) : 1 + this.random.nextInt(5);
		this.keys = this.limit + 1 + this.random.nextInt(5);
		note("clock " + this.start + ", limit " + this.limit + ", " + this.keys + " keys, " + this.settings);
		CircuitBreakerConfig config = config(this.settings);
		this.registry = CircuitBreakerRegistry.of(config);
		this.group = this.registry.group("fuzz", config, this.limit);
		this.naive = new NaiveGroup(this.settings, this.limit);
		for (int key = 0; large && key < this.limit; key++) {
			get("k" + key);
		}
	}

	private CircuitBreakerConfig config(Settings settings) {
		InstantSource wall = this::wall;
		return settings.config(this.clock, wall.withZone(ZoneOffset.UTC));
	}

	private Instant wall() {
		return wall(now());
	}

	private Instant wall(long nanos) {
		return START.plusNanos(nanos - this.start);
	}

	String history() {
		return String.join("\n", this.history);
	}

	void step() {
		switch (this.random.nextInt(23)) {
			case 0, 1, 2 -> get();
			case 3, 4, 5, 6 -> take();
			case 7, 8, 9, 10 -> giveBack();
			case 11, 12 -> call();
			case 13, 14, 15 -> moveClock();
			case 16 -> commandAll();
			case 17 -> commandOne();
			case 18 -> reconfigureOne();
			case 19 -> reconfigureAll();
			case 20 -> signalAll();
			case 21 -> signalOne();
			default -> remove();
		}
		compare();
	}

	private void get() {
		get("k" + this.random.nextInt(this.keys));
	}

	private void get(String key) {
		note("get " + key);
		pass();
		Member expected = this.naive.get(key, now());
		CircuitBreaker breaker = this.group.get(key);
		meet();
		assertThat(breaker).as("breaker of " + key).isSameAs(expected.twin);
	}

	/** A reference that was kept, or that of a key. */
	private Member one() {
		List<Member> everyone = this.naive.everyone;
		if (everyone.isEmpty() || this.random.nextInt(3) == 0) {
			get();
		}
		boolean late = this.random.nextBoolean();
		int from = late ? Math.max(0, everyone.size() - 2 * this.limit) : 0;
		Member one = everyone.get(from + this.random.nextInt(everyone.size() - from));
		note("the one of " + one.key + (one.present ? "" : ", which was let go"));
		pass();
		return one;
	}

	private void take() {
		Member one = one();
		note("take");
		Member entered = this.naive.enter(one, false, now());
		Admission admission = entered.breaker.admit(null, false, now());
		Permit permit = twin(one).tryAcquire();
		assertThat(permit != null).as("admitted").isEqualTo(admission != null);
		if (admission == null) {
			this.naive.exit(entered);
		}
		else {
			this.pending.add(new Pending(entered, admission, permit));
		}
	}

	private void giveBack() {
		if (this.pending.isEmpty()) {
			return;
		}
		Pending call = this.pending.get(this.random.nextInt(this.pending.size()));
		Ending ending = Ending.random(this.random);
		long elapsed = this.random.nextLong(3 * SECOND);
		note("give back " + call.member.key + " " + ending + " " + elapsed);
		if (this.random.nextInt(5) > 0) {
			this.pending.remove(call);
		}
		FuzzRun.end(call.permit, ending, elapsed);
		if (!call.ended) {
			call.ended = true;
			call.member.breaker.end(call.admission, ending, elapsed, now());
			this.naive.exit(call.member);
		}
	}

	/** A call, during which other things happen. */
	private void call() {
		Member one = one();
		Ending ending = Ending.random(this.random);
		note("call " + ending);
		long began = now();
		Member entered = this.naive.enter(one, false, began);
		Admission admission = entered.breaker.admit(null, false, began);
		boolean refused = admission == null;
		try {
			twin(one).call(() -> {
				assertThat(refused).as("refused").isFalse();
				meet();
				meanwhile();
				if (ending == Ending.RELEASE) {
					throw new java.util.concurrent.CancellationException();
				}
				Exception exception = FuzzRun.exception(ending);
				if (exception != null) {
					throw exception;
				}
				return FuzzRun.result(ending);
			});
			assertThat(refused).as("refused").isFalse();
		}
		catch (Exception ex) {
			assertThat(ex instanceof CallNotPermittedException).as("refused").isEqualTo(refused);
		}
		if (admission != null) {
			entered.breaker.end(admission, ending, now() - began, now());
		}
		this.naive.exit(entered);
	}

	private void meanwhile() {
		for (int i = this.random.nextInt(4); i > 0; i--) {
			switch (this.random.nextInt(4)) {
				case 0, 1 -> get();
				case 2 -> moveClock();
				default -> tellAll();
			}
		}
	}

	private void tellAll() {
		if (this.random.nextInt(4) == 0) {
			reconfigureAll();
		}
		else if (this.random.nextInt(3) == 0) {
			signalAll();
		}
		else {
			commandAll();
		}
	}

	private void moveClock() {
		long move = switch (this.random.nextInt(6)) {
			case 0 -> this.settings.waitNanos();
			case 1 -> 1;
			case 2 -> this.random.nextLong(3600 * SECOND);
			default -> this.random.nextLong(3 * SECOND);
		};
		note("clock by " + move);
		this.clock.advance(move);
	}

	private void commandAll() {
		Order order = Order.random(this.random);
		note("all: " + order);
		this.naive.apply(order, now());
		this.group.apply(order.toCommand());
	}

	private void commandOne() {
		Member one = one();
		Order order = Order.random(this.random);
		note(order.toString());
		Member entered = this.naive.enter(one, true, now());
		entered.breaker.command(order, now());
		twin(one).apply(order.toCommand());
		this.naive.exit(entered);
	}

	private void signalAll() {
		NaiveBreaker.Heard signal = NaiveBreaker.Heard.random(this.random, now());
		if (this.random.nextInt(3) == 0) {
			note("all: clear signal of " + signal.source());
			this.naive.clearSignal(signal.source(), now());
			this.group.clearSignal(signal.source());
		}
		else {
			note("all: " + signal);
			this.naive.signal(signal, now());
			this.group.signal(signal.source(), signal.reason(), Duration.ofNanos(signal.ttl()));
		}
	}

	private void signalOne() {
		Member one = one();
		NaiveBreaker.Heard signal = NaiveBreaker.Heard.random(this.random, now());
		boolean clear = this.random.nextInt(3) == 0;
		note(clear ? "clear signal of " + signal.source() : signal.toString());
		if (clear && !hasSignal(one, signal.source())) {
			twin(one).clearSignal(signal.source());
			return;
		}
		Member entered = this.naive.enter(one, true, now());
		if (clear) {
			entered.breaker.clearSignal(signal.source(), now());
			twin(one).clearSignal(signal.source());
		}
		else {
			entered.breaker.signal(signal, now());
			signal.giveTo(twin(one));
		}
		this.naive.exit(entered);
	}

	/** What is not there is not cleared, and the breaker not used. */
	private boolean hasSignal(Member one, String source) {
		return this.naive.look(one, now()).breaker.hasSignal(source, now());
	}

	private void reconfigureAll() {
		this.settings = Settings.random(this.random, false);
		note("reconfigure all " + this.settings);
		this.naive.reconfigure(this.settings, now());
		this.group.reconfigure(config(this.settings));
	}

	private void reconfigureOne() {
		Member one = one();
		Settings other = Settings.random(this.random, false);
		note("reconfigure " + other);
		Member entered = this.naive.enter(one, true, now());
		entered.breaker.reconfigure(other, now());
		twin(one).reconfigure(config(other));
		this.naive.exit(entered);
	}

	private void remove() {
		Member one = one();
		boolean there = one.present && (one.key != null || one == this.naive.overflow);
		if (this.random.nextInt(4) > 0 || !there) {
			return;
		}
		note("remove");
		this.naive.remove(one);
		assertThat(this.registry.remove(twin(one).name())).isTrue();
	}

	private void compare() {
		meet();
		long now = now();
		assertThat(this.group.size()).as("size").isEqualTo(this.naive.members.size()).isLessThanOrEqualTo(this.limit);
		for (int i = 0; i < this.keys; i++) {
			Member member = this.naive.members.get("k" + i);
			assertThat(this.group.find("k" + i).orElse(null)).as("own breaker of k" + i)
				.isSameAs((member != null) ? member.twin : null);
		}
		List<CircuitBreaker> all = new ArrayList<>();
		this.naive.members.values().forEach((member) -> all.add(twin(member)));
		assertThat(this.group.all()).as("all").containsExactlyInAnyOrderElementsOf(all);
		Member overflow = this.naive.overflow;
		assertThat(this.group.overflow().orElse(null)).as("overflow")
			.isSameAs((overflow != null) ? overflow.twin : null);
		if (overflow != null) {
			all.add(twin(overflow));
		}
		assertThat(this.registry.all()).as("registry").containsExactlyInAnyOrderElementsOf(all);
		assertThat(this.group.overflowCalls()).as("overflow calls").isEqualTo(this.naive.overflowCalls);
		NaiveGroup.Standing standing = this.naive.standing(now);
		assertThat(this.group.standingCommand().map((command) -> command.command().state()).orElse(null))
			.as("standing command")
			.isEqualTo((standing != null) ? standing.order.state() : null);
		assertThat(this.group.signals()).as("signals to all").isEqualTo(this.naive.signals(now));
		for (Member member : this.naive.everyone) {
			// What is looked at does what is due; all the same, not all is looked at.
			if (this.random.nextInt(3) == 0) {
				compare(member, now);
			}
		}
	}

	private void compare(Member member, long now) {
		NaiveBreaker looked = this.naive.look(member, now).breaker;
		Snapshot snapshot = FuzzRun.compare(twin(member), looked, now);
		assertThat(snapshot.since()).as("since").isEqualTo(wall(looked.since));
		StateChange change = snapshot.lastChange();
		assertThat((change != null) ? change.at() : null).as("at")
			.isEqualTo((change != null) ? wall(looked.changedAt) : null);
	}

	/** Tells the naive breakers who their twins are. */
	private void meet() {
		List<Member> everyone = this.naive.everyone;
		for (int i = everyone.size() - 1; i >= 0 && everyone.get(i).twin == null; i--) {
			Member member = everyone.get(i);
			member.twin = ((member.key != null) ? this.group.find(member.key) : this.group.overflow())
				.orElseThrow(() -> new AssertionError("No breaker for " + member.key));
		}
	}

	private CircuitBreaker twin(Member member) {
		CircuitBreaker twin = member.twin;
		assertThat(twin).isNotNull();
		return twin;
	}

	/** So that no two uses of breakers are at the same time. */
	private static void pass() {
		long now = System.nanoTime();
		while (System.nanoTime() == now) {
			Thread.onSpinWait();
		}
	}

	private long now() {
		return this.clock.getAsLong();
	}

	private void note(String step) {
		this.history.add(step);
	}

	private static final class Pending {

		private final Member member;

		private final Admission admission;

		private final @Nullable Permit permit;

		private boolean ended;

		Pending(Member member, Admission admission, @Nullable Permit permit) {
			this.member = member;
			this.admission = admission;
			this.permit = permit;
		}

	}

}
