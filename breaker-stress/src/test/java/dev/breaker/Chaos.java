package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * One thread's share of everything that can be done to a breaker at once: permits that
 * come back well, badly, twice, late or never, calls of each kind, looks, clock moves,
 * and, where they are let in, commands and new configs.
 */
final class Chaos {

	private final CircuitBreaker breaker;

	private final HandClock clock;

	private final List<CircuitBreakerConfig> configs;

	private final Random random;

	private final List<Permit> held = new ArrayList<>();

	Chaos(CircuitBreaker breaker, HandClock clock, List<CircuitBreakerConfig> configs, long seed) {
		this.breaker = breaker;
		this.clock = clock;
		this.configs = configs;
		this.random = new Random(seed);
	}

	void act() {
		switch (this.random.nextInt(32)) {
			case 0, 1, 2, 3, 4, 5, 6, 7 -> take();
			case 8, 9, 10, 11, 12, 13, 14, 15 -> giveBack();
			case 16, 17, 18, 19, 20, 21 -> call();
			case 22, 23 -> callAsync();
			case 24, 25 -> this.breaker.state();
			case 26 -> this.breaker.snapshot();
			case 27 -> this.clock.advance(Duration.ofMillis(this.random.nextInt(400)));
			case 28 -> command();
			case 29 -> reconfigure();
			default -> Thread.yield();
		}
	}

	private void take() {
		Permit permit = this.breaker.tryAcquire();
		boolean lost = this.random.nextInt(20) == 0;
		if (permit != null && !lost) {
			this.held.add(permit);
		}
	}

	private void giveBack() {
		if (this.held.isEmpty()) {
			return;
		}
		Permit permit = this.held.get(this.random.nextInt(this.held.size()));
		if (this.random.nextInt(4) > 0) {
			this.held.remove(permit);
		}
		switch (this.random.nextInt(5)) {
			case 0, 1 -> permit.success(null, this.random.nextInt(2_000_000_000));
			case 2 -> permit.failure(new IllegalStateException(), this.random.nextInt(2_000_000_000));
			case 3 -> permit.failure(new IllegalArgumentException(), 0);
			default -> permit.release();
		}
	}

	private void call() {
		Throwable thrown = switch (this.random.nextInt(8)) {
			case 0 -> new IllegalStateException();
			case 1 -> new OutOfMemoryError("not really");
			case 2 -> new IllegalArgumentException();
			case 3 -> new InterruptedException();
			default -> null;
		};
		try {
			this.breaker.call(() -> {
				if (thrown != null) {
					throw thrown;
				}
				return "good";
			});
		}
		catch (CallNotPermittedException ex) {
			if (ex.state() == State.CLOSED || ex.state() == State.DISABLED || ex.state() == State.METRICS_ONLY) {
				throw new AssertionError("Refused in " + ex.state(), ex);
			}
		}
		catch (Throwable ex) {
			if (ex != thrown) {
				throw new AssertionError("Not what the call threw", ex);
			}
		}
	}

	private void callAsync() {
		CompletableFuture<@Nullable Object> source = new CompletableFuture<>();
		CompletableFuture<@Nullable Object> guarded = this.breaker.callAsync(() -> source).toCompletableFuture();
		switch (this.random.nextInt(4)) {
			case 0 -> source.complete("good");
			case 1 -> source.completeExceptionally(new IllegalStateException());
			case 2 -> guarded.cancel(true);
			default -> {
				// Lost
			}
		}
	}

	private void command() {
		if (this.configs.isEmpty()) {
			return;
		}
		Duration hold = Duration.ofMillis(this.random.nextInt(500));
		switch (this.random.nextInt(12)) {
			case 0 -> this.breaker.close();
			case 1 -> this.breaker.open();
			case 2 -> this.breaker.forceOpen(hold);
			case 3 -> this.breaker.disable(hold);
			case 4 -> this.breaker.metricsOnly();
			case 5 -> this.breaker.reset();
			case 6, 7, 8, 9 -> this.breaker.halfOpen();
			default -> this.breaker.open(hold);
		}
	}

	private void reconfigure() {
		if (!this.configs.isEmpty()) {
			this.breaker.reconfigure(this.configs.get(this.random.nextInt(this.configs.size())));
		}
	}

}
