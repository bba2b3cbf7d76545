package dev.breaker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.breaker.NaiveBreaker.Admission;
import dev.breaker.NaiveBreaker.Change;
import dev.breaker.NaiveBreaker.Order;
import dev.breaker.Settings.Ending;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One random history of a breaker and of its naive twin, step by step.
 */
final class FuzzRun {

	static final long[] STARTS = { 0, -1, Long.MAX_VALUE, Long.MAX_VALUE - 3_000_000_000L, Long.MIN_VALUE };

	private static final long SECOND = 1_000_000_000;

	private final Random random;

	private final HandClock nanoClock;

	private final WallClock wallClock = new WallClock();

	private final List<String> history = new ArrayList<>();

	private final List<Pending> pending = new ArrayList<>();

	/** Kept from the collector, which the naive twin knows nothing of. */
	private final List<Permit> neverGivenBack = new ArrayList<>();

	private final List<Change> changes = new ArrayList<>();

	private final Heard heard = new Heard();

	private final NaiveBreaker naive;

	private final CircuitBreaker breaker;

	private final FuzzGate naiveGate = new FuzzGate();

	private final FuzzGate gate = new FuzzGate();

	private boolean gated;

	private long latest;

	private int resets;

	private int signals;

	FuzzRun(long seed, CircuitBreakerListener... hostile) {
		this.random = new Random(seed);
		int start = this.random.nextInt(STARTS.length + 1);
		this.nanoClock = new HandClock((start < STARTS.length) ? STARTS[start] : this.random.nextLong());
		this.latest = this.nanoClock.getAsLong();
		Settings settings = Settings.random(this.random);
		note("clock " + now() + ", " + settings);
		this.naive = new NaiveBreaker(settings, now());
		this.breaker = CircuitBreaker.of("fuzz", settings.config(this.nanoClock, this.wallClock));
		for (CircuitBreakerListener listener : hostile) {
			this.breaker.addListener(listener);
		}
		this.breaker.addListener(this.heard);
	}

	String history() {
		return String.join("\n", this.history);
	}

	void step() {
		this.wallClock.now = Instant.ofEpochSecond(this.random.nextInt());
		switch (this.random.nextInt(27)) {
			case 22, 23 -> takeProbe();
			case 24 -> follow();
			case 25, 26 -> changeGate();
			case 0, 1, 2, 3, 4 -> take();
			case 5, 6, 7, 8, 9 -> giveBack();
			case 10, 11, 12 -> call();
			case 13, 14 -> callAsync();
			case 15, 16, 17 -> moveClock();
			case 18 -> command();
			case 19 -> reconfigure();
			default -> signal();
		}
		compare();
	}

	private void take() {
		note("take");
		Admission admission = this.naive.admit(null, false, now());
		boolean permits = this.breaker.permits();
		Permit permit = this.breaker.tryAcquire();
		// Of a closed breaker it is not asked which calls have a share.
		assertThat(permits).as("permits").isEqualTo(admission != null || this.naive.state == State.CLOSED);
		assertThat(permit != null).as("admitted").isEqualTo(admission != null);
		if (admission != null && this.random.nextInt(10) > 0) {
			this.pending.add(new Pending(admission, permit, null));
		}
		else if (admission != null) {
			this.neverGivenBack.add(permit);
		}
	}

	/** A probe that no user waits for, and perhaps a call that it makes. */
	private void takeProbe() {
		note("take a dark probe");
		Admission admission = this.naive.admitProbe(now());
		Permit permit = this.breaker.tryAcquireProbe();
		assertThat(permit != null).as("admitted").isEqualTo(admission != null);
		if (permit != null && this.random.nextBoolean()) {
			permit.run(() -> call(admission, false, 1));
		}
		if (admission != null && this.random.nextInt(10) > 0) {
			this.pending.add(new Pending(admission, permit, null));
		}
		else if (admission != null) {
			this.neverGivenBack.add(permit);
		}
	}

	private void giveBack() {
		if (this.pending.isEmpty()) {
			return;
		}
		Pending call = this.pending.get(this.random.nextInt(this.pending.size()));
		Ending ending = Ending.random(this.random);
		long elapsed = this.random.nextLong(3 * SECOND) - SECOND;
		note("give back " + this.pending.indexOf(call) + " " + ending + " " + elapsed);
		if (this.random.nextInt(5) > 0) {
			this.pending.remove(call);
		}
		if (call.permit != null) {
			end(call.permit, ending, elapsed);
			elapsed = Math.max(0, elapsed);
		}
		else {
			boolean outside = this.random.nextInt(3) == 0;
			boolean judged = exception(ending) != null;
			if (outside) {
				note("from outside");
			}
			end(call.future, ending, outside);
			elapsed = now() - call.admission.at;
			// A value from outside gives the call up, as a cancellation does.
			if ((outside && !judged) || ending == Ending.RELEASE) {
				Long slowNanos = this.naive.slowNanos(call.admission);
				ending = (slowNanos != null && elapsed > slowNanos) ? Ending.RESULT : Ending.RELEASE;
			}
		}
		if (!call.ended) {
			this.naive.end(call.admission, ending, elapsed, now());
			call.ended = true;
		}
	}

	static void end(Permit permit, Ending ending, long elapsed) {
		switch (ending) {
			case RESULT, BAD_RESULT, NULL_RESULT -> permit.success(result(ending), elapsed);
			case RELEASE -> permit.release();
			default -> permit.failure(exception(ending), elapsed);
		}
	}

	private static void end(Async future, Ending ending, boolean outside) {
		CompletableFuture<@Nullable Object> ended = outside ? future.guarded : future.source;
		switch (ending) {
			case RESULT, BAD_RESULT, NULL_RESULT -> ended.complete(result(ending));
			case RELEASE -> future.guarded.cancel(true);
			default -> ended.completeExceptionally(exception(ending));
		}
	}

	private void call() {
		call(null, this.random.nextInt(4) == 0, 0);
	}

	/**
	 * A call, and calls inside of it.
	 * @param outer what admitted the call around it; null where it is the outermost
	 * @param once whether it is recorded once, at the outermost
	 */
	private void call(@Nullable Admission outer, boolean once, int depth) {
		Ending ending = Ending.random(this.random);
		long duration = this.random.nextInt(4) == 0 ? 0 : this.random.nextLong(3 * SECOND);
		int inside = (depth < 3 && this.random.nextInt(3) == 0) ? 1 + this.random.nextInt(2) : 0;
		note("call " + ending + " " + duration + " at depth " + depth + (once ? " once" : ""));
		Admission admission = this.naive.admit(outer, once, now());
		boolean refused = admission == null;
		ThrowingSupplier<@Nullable Object, Exception> work = () -> {
			assertThat(refused).as("refused").isFalse();
			for (int i = 0; i < inside; i++) {
				call(admission, once, depth + 1);
			}
			this.nanoClock.advance(duration);
			if (ending == Ending.RELEASE) {
				throw new java.util.concurrent.CancellationException();
			}
			Exception exception = exception(ending);
			if (exception != null) {
				throw exception;
			}
			return result(ending);
		};
		try {
			Object answer = once ? this.breaker.outermost().call(work, FuzzRun::rethrow) : this.breaker.call(work);
			assertThat(answer).isEqualTo(result(ending));
			assertThat(refused).as("refused").isFalse();
		}
		catch (Exception ex) {
			assertThat(ex instanceof CallNotPermittedException).as("refused").isEqualTo(refused);
		}
		if (admission != null) {
			this.naive.end(admission, ending, now() - admission.at, now());
		}
	}

	private static Object rethrow(Throwable thrown) throws Exception {
		throw (Exception) thrown;
	}

	private void callAsync() {
		note("call async");
		Admission admission = this.naive.admit(null, false, now());
		CompletableFuture<@Nullable Object> source = new CompletableFuture<>();
		CompletableFuture<@Nullable Object> guarded = this.breaker.callAsync(() -> source).toCompletableFuture();
		assertThat(guarded.isCompletedExceptionally()).as("refused").isEqualTo(admission == null);
		if (admission != null) {
			this.pending.add(new Pending(admission, null, new Async(source, guarded)));
		}
	}

	private void moveClock() {
		long remaining = this.naive.retryAfter(now());
		long move = switch (this.random.nextInt(9)) {
			case 8 -> this.naive.signalLeft(now());
			case 0 -> remaining;
			case 1 -> remaining - 1;
			case 2 -> 1;
			case 3 -> this.random.nextLong(3600 * SECOND);
			case 4 -> -this.random.nextLong(5 * SECOND);
			case 5 -> SECOND;
			default -> this.random.nextLong(3 * SECOND);
		};
		note("clock by " + move);
		this.nanoClock.advance(move);
	}

	private void command() {
		Order order = Order.random(this.random);
		note(order.toString());
		this.naive.command(order, now());
		this.breaker.apply(order.toCommand());
		if (order.state() == null) {
			this.resets++;
			this.heard.forgetCalls();
		}
	}

	private void signal() {
		NaiveBreaker.Heard signal = NaiveBreaker.Heard.random(this.random, now());
		if (this.random.nextInt(3) == 0) {
			note("clear signal of " + signal.source());
			this.signals += this.naive.clearSignal(signal.source(), now()) ? 1 : 0;
			this.breaker.clearSignal(signal.source());
		}
		else {
			note(signal.toString());
			this.signals++;
			this.naive.signal(signal, now());
			signal.giveTo(this.breaker);
		}
	}

	private void follow() {
		State state = List.of(State.CLOSED, State.OPEN, State.HALF_OPEN).get(this.random.nextInt(3));
		Duration remaining = (state == State.OPEN) ? Duration.ofNanos(this.random.nextLong(5 * SECOND)) : Duration.ZERO;
		FleetDecision decision = new FleetDecision(state, remaining, this.random.nextInt(4),
				this.random.nextBoolean() ? "3 of 4" : null);
		note("follow " + decision);
		boolean changed = this.naive.follow(decision, now());
		assertThat(this.breaker.follow(decision)).as("changed").isEqualTo(changed);
	}

	/** Sets a gate, takes it away, or lets it share or give out what it did not. */
	private void changeGate() {
		if (this.random.nextInt(4) == 0) {
			note(this.gated ? "no gate" : "the gate");
			this.gated = !this.gated;
			this.naive.gate(this.gated ? this.naiveGate : null, null, now());
			this.breaker.probeGate(this.gated ? this.gate : null);
			return;
		}
		FuzzGate.Move move = FuzzGate.Move.random(this.random);
		note(move.toString());
		if (this.gated) {
			this.naive.gate(this.naiveGate, move, now());
		}
		else {
			move.make(this.naiveGate);
		}
		move.make(this.gate);
	}

	private void reconfigure() {
		Settings settings = Settings.random(this.random);
		note("reconfigure " + settings);
		this.naive.reconfigure(settings, now());
		this.breaker.reconfigure(settings.config(this.nanoClock, this.wallClock));
	}

	private void compare() {
		Snapshot snapshot = compare(this.breaker, this.naive, now());
		assertThat(this.changes).as("changes of state").isEqualTo(this.naive.changes);
		assertThat(this.gate.heard).as("heard by the gate").isEqualTo(this.naiveGate.heard);
		assertThat(this.heard.resets).as("resets heard").isEqualTo(this.resets);
		assertThat(this.heard.signals).as("signals heard").isEqualTo(this.signals);
		assertThat(List.of(this.heard.successes, this.heard.failures, this.heard.slow, this.heard.ignored,
				this.heard.notPermitted))
			.as("calls heard: successes, failures, slow, ignored, not permitted")
			.isEqualTo(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.slowCallsTotal(),
					snapshot.ignoredCallsTotal(), snapshot.notPermittedCallsTotal()));
	}

	/** All that a breaker shows must be as the naive one has it. */
	static Snapshot compare(CircuitBreaker breaker, NaiveBreaker naive, long now) {
		naive.look(now);
		NaiveBreaker.Figures figures = naive.figures(now);
		Snapshot snapshot = breaker.snapshot();
		assertThat(breaker.state()).as("state").isEqualTo(naive.state);
		assertThat(snapshot.state()).as("state").isEqualTo(naive.state);
		assertThat(new NaiveBreaker.Figures(snapshot.bufferedCalls(), snapshot.failedCalls(), snapshot.slowCalls(),
				snapshot.consecutiveFailures(), snapshot.callsUntilEvaluated(), snapshot.failureRate(),
				snapshot.slowCallRate()))
			.as("figures")
			.isEqualTo(figures);
		assertThat(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.slowCallsTotal(),
				snapshot.ignoredCallsTotal(), snapshot.notPermittedCallsTotal()))
			.as("totals: successes, failures, slow, ignored, not permitted")
			.isEqualTo(List.of(naive.successes, naive.failures, naive.slowCalls, naive.ignored, naive.notPermitted));
		assertThat(snapshot.openings()).as("openings").isEqualTo(naive.openings(now));
		assertThat(snapshot.admittedShare()).as("admitted share").isEqualTo(naive.admittedPercent(now));
		assertThat(snapshot.inFlight()).as("in flight").isEqualTo(naive.inFlight());
		assertThat(snapshot.oldestInFlight().toNanos()).as("oldest in flight").isEqualTo(naive.oldestInFlight(now));
		assertThat(snapshot.retryAfter().toNanos()).as("retryAfter").isEqualTo(naive.retryAfter(now));
		assertThat(change(snapshot.lastChange())).as("last change").isEqualTo(naive.lastChange());
		assertThat(snapshot.signals()).as("signals").isEqualTo(naive.signals(now));
		return snapshot;
	}

	private static @Nullable Change change(@Nullable StateChange change) {
		return (change != null)
				? new Change(change.from(), change.to(), change.reason(), change.comment(), change.actor()) : null;
	}

	static @Nullable Object result(Ending ending) {
		return switch (ending) {
			case RESULT -> "good";
			case BAD_RESULT -> "bad";
			default -> null;
		};
	}

	static @Nullable Exception exception(Ending ending) {
		return switch (ending) {
			case IO_EXCEPTION -> new IOException();
			case WRAPPED_IO_EXCEPTION -> new CompletionException(new IOException());
			case ILLEGAL_STATE -> new IllegalStateException();
			case ILLEGAL_ARGUMENT -> new IllegalArgumentException();
			case INTERRUPT -> new InterruptedException();
			default -> null;
		};
	}

	/** A clock that goes back stands still. */
	private long now() {
		long reading = this.nanoClock.getAsLong();
		this.latest = (reading - this.latest > 0) ? reading : this.latest;
		return this.latest;
	}

	private void note(String step) {
		this.history.add(step);
	}

	private record Async(CompletableFuture<@Nullable Object> source, CompletableFuture<@Nullable Object> guarded) {
	}

	private static final class Pending {

		private final Admission admission;

		private final @Nullable Permit permit;

		private final @Nullable Async future;

		private boolean ended;

		Pending(Admission admission, @Nullable Permit permit, @Nullable Async future) {
			this.admission = admission;
			this.permit = permit;
			this.future = future;
		}

	}

	/**
	 * A wall clock that jumps.
	 */
	private static final class WallClock extends Clock {

		private Instant now = Instant.EPOCH;

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

	/**
	 * What listeners are told.
	 */
	private final class Heard implements CircuitBreakerListener {

		private long successes;

		private long failures;

		private long slow;

		private long ignored;

		private long notPermitted;

		private int resets;

		private int signals;

		void forgetCalls() {
			this.successes = 0;
			this.failures = 0;
			this.slow = 0;
			this.ignored = 0;
			this.notPermitted = 0;
		}

		@Override
		public void onStateChange(CircuitBreaker heard, StateChange change) {
			FuzzRun.this.changes.add(change(change));
		}

		@Override
		public void onSuccess(CircuitBreaker heard, long elapsedNanos) {
			this.successes++;
		}

		@Override
		public void onFailure(CircuitBreaker heard, @Nullable Throwable thrown, long elapsedNanos) {
			this.failures++;
		}

		@Override
		public void onSlowCall(CircuitBreaker heard, long elapsedNanos) {
			this.slow++;
		}

		@Override
		public void onIgnored(CircuitBreaker heard, Throwable thrown, long elapsedNanos) {
			this.ignored++;
		}

		@Override
		public void onNotPermitted(CircuitBreaker heard) {
			this.notPermitted++;
		}

		@Override
		public void onSignal(CircuitBreaker heard, Signal signal) {
			this.signals++;
		}

		@Override
		public void onReset(CircuitBreaker heard) {
			this.resets++;
		}

	}

}
