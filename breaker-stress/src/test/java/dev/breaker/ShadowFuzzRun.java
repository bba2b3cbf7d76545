package dev.breaker;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import dev.breaker.NaiveBreaker.Admission;
import dev.breaker.NaiveBreaker.Change;
import dev.breaker.NaiveBreaker.Order;
import dev.breaker.Settings.Ending;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One random history of a breaker that does not enforce, beside a naive one that does.
 * What the naive one refuses, the other lets through, and all that decides anything must
 * stay the same. Now and then the breaker enforces for a while.
 */
final class ShadowFuzzRun {

	private static final long SECOND = 1_000_000_000;

	private final Random random;

	private final HandClock nanoClock;

	private final Clock wallClock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

	private final List<String> history = new ArrayList<>();

	private final List<Pending> pending = new ArrayList<>();

	/** Kept from the collector, which the naive twin knows nothing of. */
	private final List<Permit> neverGivenBack = new ArrayList<>();

	private final List<Change> changes = new ArrayList<>();

	private final CircuitBreaker breaker;

	/** The machine that refuses. */
	private final NaiveBreaker naive;

	/** Counts how the calls end that the machine has refused. */
	private final NaiveBreaker beside;

	private boolean enforces;

	private long refused;

	private long wouldRefuse;

	ShadowFuzzRun(long seed) {
		this.random = new Random(seed);
		int start = this.random.nextInt(FuzzRun.STARTS.length + 1);
		this.nanoClock = new HandClock(
				(start < FuzzRun.STARTS.length) ? FuzzRun.STARTS[start] : this.random.nextLong());
		Settings settings = Settings.random(this.random);
		note("clock " + now() + ", " + settings);
		this.naive = new NaiveBreaker(settings, now());
		this.beside = new NaiveBreaker(settings, now());
		this.beside.command(Order.to(State.METRICS_ONLY), now());
		this.breaker = CircuitBreaker.of("shadow", config(settings));
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				ShadowFuzzRun.this.changes.add(change(change));
			}
		});
	}

	private CircuitBreakerConfig config(Settings settings) {
		return settings.config(this.nanoClock, this.wallClock).toBuilder().enforce(this.enforces).build();
	}

	String history() {
		return String.join("\n", this.history);
	}

	void step() {
		switch (this.random.nextInt(20)) {
			case 0, 1, 2, 3, 4 -> take();
			case 5, 6, 7, 8, 9 -> giveBack();
			case 10, 11, 12 -> call(null, this.random.nextInt(4) == 0, false, 0);
			case 13, 14 -> callAsync();
			case 15, 16, 17 -> moveClock();
			case 18 -> command();
			default -> reconfigure();
		}
		compare();
	}

	/**
	 * Asks the machine, and lets through what it refuses unless the breaker enforces.
	 * @return null where it is refused
	 */
	private @Nullable Admitted admit(@Nullable Admission outer, boolean once, boolean unpermitted) {
		Admission admission = this.naive.admit(outer, once, now());
		if (admission != null) {
			return new Admitted(this.naive, admission);
		}
		if (unpermitted && !this.enforces) {
			// It belongs to the call around it, that a machine which refuses has not
			// made.
			this.naive.notPermitted--;
			return null;
		}
		if (this.enforces) {
			this.refused++;
			return null;
		}
		this.wouldRefuse++;
		Admission passed = this.beside.admit(null, false, now());
		assertThat(passed).isNotNull();
		return new Admitted(this.beside, passed);
	}

	private void take() {
		note("take");
		Admitted admitted = admit(null, false, false);
		Permit permit = this.breaker.tryAcquire();
		assertThat(permit != null).as("admitted").isEqualTo(admitted != null);
		if (admitted != null && this.random.nextInt(10) > 0) {
			this.pending.add(new Pending(admitted, permit, null, null));
		}
		else if (admitted != null) {
			this.neverGivenBack.add(permit);
		}
	}

	private void callAsync() {
		note("call async");
		Admitted admitted = admit(null, false, false);
		CompletableFuture<@Nullable Object> source = new CompletableFuture<>();
		CompletableFuture<@Nullable Object> guarded = this.breaker.callAsync(() -> source).toCompletableFuture();
		assertThat(guarded.isCompletedExceptionally()).as("refused").isEqualTo(admitted == null);
		if (admitted != null) {
			this.pending.add(new Pending(admitted, null, source, guarded));
		}
	}

	private void giveBack() {
		if (this.pending.isEmpty()) {
			return;
		}
		Pending call = this.pending.remove(this.random.nextInt(this.pending.size()));
		Ending ending = Ending.random(this.random);
		long elapsed = this.random.nextLong(3 * SECOND);
		note("give back " + call.admitted.by(this.naive) + " " + ending + " " + elapsed);
		if (call.permit != null) {
			FuzzRun.end(call.permit, ending, elapsed);
		}
		else {
			elapsed = now() - call.admitted.admission.at;
			end(call, ending);
			Long slowNanos = call.admitted.slowNanos();
			if (ending == Ending.RELEASE && slowNanos != null && elapsed > slowNanos) {
				// It was given up, slow by then.
				ending = Ending.RESULT;
			}
		}
		call.admitted.end(ending, elapsed, now());
	}

	private static void end(Pending call, Ending ending) {
		switch (ending) {
			case RESULT, BAD_RESULT, NULL_RESULT -> call.source.complete(FuzzRun.result(ending));
			case RELEASE -> call.guarded.cancel(true);
			default -> call.source.completeExceptionally(FuzzRun.exception(ending));
		}
	}

	/**
	 * A call, and calls inside of it.
	 * @param outer what admitted the call around it; null where it is the outermost
	 * @param once whether it is recorded once, at the outermost
	 * @param unpermitted whether a call around it would have been refused
	 */
	private void call(@Nullable Admission outer, boolean once, boolean unpermitted, int depth) {
		Ending ending = Ending.random(this.random);
		long duration = this.random.nextInt(4) == 0 ? 0 : this.random.nextLong(3 * SECOND);
		int inside = (depth < 3 && this.random.nextInt(3) == 0) ? 1 + this.random.nextInt(2) : 0;
		note("call " + ending + " " + duration + " at depth " + depth + (once ? " once" : ""));
		this.naive.look(now());
		// A machine that refuses would not have come to this call.
		boolean belongs = unpermitted && (this.naive.state == State.HALF_OPEN || this.naive.state.refuses());
		Admitted admitted = belongs ? null : admit(outer, once, unpermitted);
		boolean refused = !belongs && admitted == null && (this.enforces || !unpermitted);
		boolean passed = admitted != null && admitted.machine == this.beside;
		Admission around = (admitted != null && !passed) ? admitted.admission : inside(outer);
		ThrowingSupplier<@Nullable Object, Exception> work = () -> {
			assertThat(refused).as("refused").isFalse();
			for (int i = 0; i < inside; i++) {
				call(around, once, unpermitted || passed, depth + 1);
			}
			this.nanoClock.advance(duration);
			if (ending == Ending.RELEASE) {
				throw new CancellationException();
			}
			Exception exception = FuzzRun.exception(ending);
			if (exception != null) {
				throw exception;
			}
			return FuzzRun.result(ending);
		};
		try {
			Object answer = once ? this.breaker.outermost().call(work) : this.breaker.call(work);
			assertThat(answer).isEqualTo(FuzzRun.result(ending));
		}
		catch (Exception ex) {
			assertThat(ex instanceof CallNotPermittedException).as("refused").isEqualTo(refused);
		}
		if (admitted != null) {
			admitted.end(ending, now() - admitted.admission.at, now());
		}
	}

	/** Of a call that the machine did not admit. */
	private static Admission inside(@Nullable Admission outer) {
		Admission none = new Admission();
		none.outer = outer;
		return none;
	}

	private void moveClock() {
		long remaining = this.naive.retryAfter(now());
		long move = switch (this.random.nextInt(6)) {
			case 0 -> remaining;
			case 1 -> Math.max(0, remaining - 1);
			case 2 -> 1;
			case 3 -> this.random.nextLong(3600 * SECOND);
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
			this.beside.command(order, now());
			this.beside.command(Order.to(State.METRICS_ONLY), now());
			this.refused = 0;
			this.wouldRefuse = 0;
		}
	}

	private void reconfigure() {
		this.enforces = this.random.nextInt(4) == 0;
		Settings settings = this.random.nextBoolean() ? this.naive.settings : Settings.random(this.random);
		note("reconfigure " + (this.enforces ? "enforcing " : "") + settings);
		this.naive.reconfigure(settings, now());
		this.beside.reconfigure(settings, now());
		this.breaker.reconfigure(config(settings));
	}

	private void compare() {
		this.naive.look(now());
		this.beside.look(now());
		NaiveBreaker.Figures figures = this.naive.figures(now());
		Snapshot snapshot = this.breaker.snapshot();
		assertThat(snapshot.state()).as("state").isEqualTo(this.naive.state);
		assertThat(new NaiveBreaker.Figures(snapshot.bufferedCalls(), snapshot.failedCalls(), snapshot.slowCalls(),
				snapshot.consecutiveFailures(), snapshot.callsUntilEvaluated(), snapshot.failureRate(),
				snapshot.slowCallRate()))
			.as("figures")
			.isEqualTo(figures);
		assertThat(snapshot.openings()).as("openings").isEqualTo(this.naive.openings(now()));
		assertThat(snapshot.retryAfter().toNanos()).as("retryAfter").isEqualTo(this.naive.retryAfter(now()));
		assertThat(snapshot.inFlight()).as("in flight").isEqualTo(this.naive.inFlight() + this.beside.inFlight());
		assertThat(snapshot.oldestInFlight().toNanos()).as("oldest in flight")
			.isEqualTo(Math.max(this.naive.oldestInFlight(now()), this.beside.oldestInFlight(now())));
		assertThat(this.changes).as("changes of state").isEqualTo(this.naive.changes);
		assertThat(List.of(snapshot.notPermittedCallsTotal(), snapshot.wouldRefuseTotal())).as("refused, would refuse")
			.isEqualTo(List.of(this.refused, this.wouldRefuse));
		assertThat(this.refused + this.wouldRefuse).as("not permitted").isEqualTo(this.naive.notPermitted);
		assertThat(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.slowCallsTotal(),
				snapshot.ignoredCallsTotal()))
			.as("totals: successes, failures, slow, ignored")
			.isEqualTo(List.of(this.naive.successes + this.beside.successes, this.naive.failures + this.beside.failures,
					this.naive.slowCalls + this.beside.slowCalls, this.naive.ignored + this.beside.ignored));
	}

	private static Change change(StateChange change) {
		return new Change(change.from(), change.to(), change.reason(), change.comment(), change.actor());
	}

	private long now() {
		return this.nanoClock.getAsLong();
	}

	private void note(String step) {
		this.history.add(step);
	}

	/** What knows of a call. */
	private record Admitted(NaiveBreaker machine, Admission admission) {

		void end(Ending ending, long elapsed, long now) {
			this.machine.end(this.admission, ending, elapsed, now);
		}

		@Nullable Long slowNanos() {
			return this.machine.slowNanos(this.admission);
		}

		String by(NaiveBreaker naive) {
			return (this.machine == naive) ? "permitted" : "unpermitted";
		}

	}

	private record Pending(Admitted admitted, @Nullable Permit permit,
			@Nullable CompletableFuture<@Nullable Object> source,
			@Nullable CompletableFuture<@Nullable Object> guarded) {
	}

}
