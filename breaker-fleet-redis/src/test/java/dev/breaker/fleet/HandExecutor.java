package dev.breaker.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The executor of one node on time that moves by hand. It can be paused, as a process is
 * by SIGSTOP, and killed.
 */
final class HandExecutor extends AbstractExecutorService implements ScheduledExecutorService {

	private final HandTime time;

	private final List<Runnable> backlog = new ArrayList<>();

	private boolean paused;

	private boolean killed;

	HandExecutor(HandTime time) {
		this.time = time;
	}

	void pause() {
		this.paused = true;
	}

	void resume() {
		this.paused = false;
		List<Runnable> due = List.copyOf(this.backlog);
		this.backlog.clear();
		due.forEach(this::run);
	}

	void kill() {
		this.killed = true;
		this.backlog.clear();
	}

	boolean isRunning() {
		return !this.paused && !this.killed;
	}

	/** Runs what comes from outside, now, or when the process goes on. */
	void run(Runnable action) {
		if (this.paused) {
			this.backlog.add(action);
		}
		else if (!this.killed) {
			action.run();
		}
	}

	@Override
	public void execute(Runnable command) {
		this.time.in(0, () -> run(command));
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		Alarm alarm = new Alarm(command);
		this.time.in(unit.toNanos(delay), () -> run(alarm));
		return alarm;
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void shutdown() {
		kill();
	}

	@Override
	public List<Runnable> shutdownNow() {
		kill();
		return List.of();
	}

	@Override
	public boolean isShutdown() {
		return this.killed;
	}

	@Override
	public boolean isTerminated() {
		return this.killed;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		return this.killed;
	}

	private static final class Alarm extends FutureTask<Void> implements ScheduledFuture<Void> {

		Alarm(Runnable command) {
			super(command, null);
		}

		@Override
		public long getDelay(TimeUnit unit) {
			return 0;
		}

		@Override
		public int compareTo(Delayed other) {
			return 0;
		}

	}

}
