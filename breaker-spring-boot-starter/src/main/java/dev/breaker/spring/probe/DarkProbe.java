package dev.breaker.spring.probe;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.LogText;
import dev.breaker.Permit;
import dev.breaker.Snapshot;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;

/**
 * The dark probes of one breaker, one at a time. When the next one is due follows from
 * the state of the breaker alone: after its wait, and in {@link State#HALF_OPEN} an
 * interval after the one before. Time is that of the breaker for its wait, and real for
 * all else.
 */
final class DarkProbe {

	/** It is looked at again then, however long the wait is. */
	private static final Duration FURTHEST = Duration.ofDays(1);

	/** Until it asks again for a place that the application has taken. */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	/** From the end of one to the next, however short the interval is. */
	private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** By so much a probe may come later than a wait that became shorter says. */
	private static final long TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final CircuitBreaker breaker;

	private final ProbeFinder finder;

	private final TaskScheduler scheduler;

	/** How often it is to be planned; the thread that made it more than zero plans. */
	private final AtomicInteger plans = new AtomicInteger();

	private final AtomicBoolean busy = new AtomicBoolean();

	private volatile @Nullable Attempt attempt;

	/** No sooner than at that reading of the system's clock, in HALF_OPEN. */
	private volatile @Nullable Long notBefore;

	/** The reading of the system's clock when the last one ended. */
	private volatile @Nullable Long ended;

	private volatile boolean stopped;

	// Of the thread that plans

	private @Nullable ScheduledFuture<?> pending;

	private long due;

	private boolean complained;

	DarkProbe(CircuitBreaker breaker, ProbeFinder finder, TaskScheduler scheduler) {
		this.breaker = breaker;
		this.finder = finder;
		this.scheduler = scheduler;
	}

	/**
	 * Sees to it that a probe runs when the next one is due. It may be called at any
	 * time, also by what it leads to itself: no lock is held while the breaker is asked,
	 * and tells its listeners.
	 */
	void plan() {
		if (this.plans.getAndIncrement() > 0) {
			return;
		}
		boolean more = true;
		while (more) {
			int planned = this.plans.get();
			boolean done = false;
			try {
				planNext();
				done = true;
			}
			finally {
				if (!done) {
					this.plans.set(0);
				}
			}
			more = this.plans.addAndGet(-planned) > 0;
		}
	}

	private void planNext() {
		ScheduledFuture<?> planned = this.pending;
		if (this.stopped) {
			if (planned != null) {
				planned.cancel(false);
			}
			return;
		}
		if (this.busy.get()) {
			complainOfHanging();
			return;
		}
		Duration wait = untilNext();
		if (wait == null) {
			return;
		}
		Duration bounded = (wait.compareTo(FURTHEST) < 0) ? wait : FURTHEST;
		long at = System.nanoTime() + bounded.toNanos();
		if (planned != null && !planned.isDone()) {
			if (this.due - at <= TOLERANCE_NANOS) {
				// It finds that it came too soon, and plans.
				return;
			}
			planned.cancel(false);
		}
		try {
			this.due = at;
			this.pending = schedule(bounded, this::run);
		}
		catch (TaskRejectedException ex) {
			if (!this.stopped) {
				throw ex;
			}
		}
	}

	/** Null where none is due before the state has changed. */
	private @Nullable Duration untilNext() {
		if (this.breaker.config().probe() == null) {
			return null;
		}
		Snapshot seen = this.breaker.snapshot();
		Duration wait = switch (seen.state()) {
			case OPEN -> {
				// It is of the HALF_OPEN before.
				this.notBefore = null;
				yield seen.retryAfter();
			}
			case HALF_OPEN -> until(this.notBefore, 0);
			case CLOSED, FORCED_OPEN, DISABLED, METRICS_ONLY -> null;
		};
		if (wait == null) {
			return null;
		}
		Duration pause = until(this.ended, SHORTEST_PAUSE_NANOS);
		return (wait.compareTo(pause) < 0) ? pause : wait;
	}

	/** Until so long after a reading of the system's clock, where there is one. */
	private static Duration until(@Nullable Long reading, long later) {
		return (reading != null) ? Duration.ofNanos(Math.max(0, reading + later - System.nanoTime())) : Duration.ZERO;
	}

	private void complainOfHanging() {
		Attempt hanging = this.attempt;
		if (!this.complained && hanging != null && hanging.isHanging()) {
			this.complained = true;
			logger.warn(
					"A dark probe of circuit breaker '{}' does not end, although it was interrupted after its timeout, and none runs until it does: give what it calls a timeout of its own. Further ones are not logged",
					LogText.oneLine(this.breaker.name()));
		}
	}

	/** On a thread of its own. */
	private void run() {
		if (this.stopped || !this.busy.compareAndSet(false, true)) {
			return;
		}
		try {
			Duration wait = untilNext();
			if (wait != null && wait.isZero()) {
				runNow();
			}
		}
		finally {
			this.busy.set(false);
			plan();
		}
	}

	private void runNow() {
		CircuitBreakerConfig config = this.breaker.config();
		String probe = config.probe();
		Permit permit = (probe != null) ? this.breaker.tryAcquireProbe() : null;
		if (probe == null || permit == null) {
			this.notBefore = System.nanoTime() + PATIENCE.toNanos();
			return;
		}
		Attempt begun = new Attempt(permit);
		this.attempt = begun;
		ScheduledFuture<?> end = null;
		try {
			if (this.stopped) {
				begun.cancel();
				return;
			}
			Duration timeout = config.probeTimeout();
			end = schedule(timeout, () -> giveUp(begun, timeout));
			permit.run(() -> this.finder.find(probe, timeout).probe(this.breaker));
			begun.end(null);
		}
		catch (Throwable ex) {
			begun.end(ex);
		}
		finally {
			if (end != null) {
				end.cancel(false);
			}
			this.attempt = null;
			this.ended = System.nanoTime();
		}
		// One that was given up has opened the breaker; whatever is due since then is no
		// further probe of the same HALF_OPEN.
		boolean goesOn = !begun.isGivenUp() && this.breaker.state() == State.HALF_OPEN;
		this.notBefore = goesOn ? System.nanoTime() + spread(config) : null;
	}

	private void giveUp(Attempt hanging, Duration timeout) {
		if (hanging.giveUp(timeout)) {
			var unused = schedule(Attempt.HANGING, this::plan);
		}
	}

	private ScheduledFuture<?> schedule(Duration delay, Runnable task) {
		return this.scheduler.schedule(task, this.scheduler.getClock().instant().plus(delay));
	}

	/** The time between two probes, in nanoseconds. */
	private static long spread(CircuitBreakerConfig config) {
		Duration interval = config.probeInterval();
		double nanos = TimeUnit.NANOSECONDS.convert((interval != null) ? interval : config.waitDurationInOpenState());
		double jitter = config.waitDurationJitter();
		return Math.round(nanos * (1 - jitter + 2 * jitter * ThreadLocalRandom.current().nextDouble()));
	}

	/** None runs from now on, and one that runs is interrupted and recorded nowhere. */
	void stop() {
		this.stopped = true;
		Attempt running = this.attempt;
		if (running != null) {
			running.cancel();
		}
		plan();
	}

	/**
	 * One run of the probe, which ends once.
	 */
	private static final class Attempt {

		/** So long after it was interrupted it should have ended. */
		private static final Duration HANGING = Duration.ofSeconds(1);

		private final Permit permit;

		private final Thread thread = Thread.currentThread();

		private final long began = System.nanoTime();

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile @Nullable Long givenUp;

		Attempt(Permit permit) {
			this.permit = permit;
		}

		/** It came back, or threw: whatever that is, the other side is not well. */
		void end(@Nullable Throwable failure) {
			if (this.over.compareAndSet(false, true)) {
				this.permit.ended(failure, System.nanoTime() - this.began);
			}
		}

		boolean giveUp(Duration timeout) {
			if (!this.over.compareAndSet(false, true)) {
				return false;
			}
			this.givenUp = System.nanoTime();
			this.thread.interrupt();
			this.permit.ended(new TimeoutException("The dark probe took longer than " + timeout),
					System.nanoTime() - this.began);
			return true;
		}

		void cancel() {
			if (this.over.compareAndSet(false, true)) {
				this.thread.interrupt();
				this.permit.release();
			}
		}

		boolean isGivenUp() {
			return this.givenUp != null;
		}

		boolean isHanging() {
			Long since = this.givenUp;
			return since != null && System.nanoTime() - since >= HANGING.toNanos();
		}

	}

}
