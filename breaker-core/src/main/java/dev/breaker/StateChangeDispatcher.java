package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Tells the news of one breaker to its listeners: all of it, once, in order, one at a
 * time, under no lock.
 *
 * <p>
 * A thread that has news, and finds no other thread telling, becomes the teller. It tells
 * its own news and what came before; what came after, it tells until a thread with newer
 * news relieves it. A thread that finds a teller at work leaves its news to it, or, where
 * that has told its own news already, waits for the end of the one that is being told and
 * goes on in its place: at most {@value #PATIENCE_MILLIS} ms, and once for each news, so
 * that a listener that blocks keeps one thread only.
 */
final class StateChangeDispatcher {

	private static final int PATIENCE_MILLIS = 1000;

	private static final VarHandle TELLER = FieldHandle.of(MethodHandles.lookup(), "teller", Thread.class);

	private static final VarHandle SUCCESSOR = FieldHandle.of(MethodHandles.lookup(), "successor", Thread.class);

	/** The last news that was told. Written by the teller. */
	private volatile News told = News.NONE;

	private volatile @Nullable Thread teller;

	/** Whether the teller has told its own news. Written by the teller. */
	private volatile boolean overdue;

	/** Waits to relieve the teller. */
	private volatile @Nullable Thread successor;

	/** Null as long as none has failed. */
	private volatile @Nullable FailedListeners failedListeners;

	/** After which news a successor waited in vain. */
	private volatile long vain = -1;

	/** The listeners of the breaker that have thrown. */
	FailedListeners failedListeners() {
		FailedListeners present = this.failedListeners;
		if (present == null) {
			present = new FailedListeners();
			this.failedListeners = present;
		}
		return present;
	}

	/**
	 * Sees to it that the present news of a breaker is told, by this thread or by
	 * another.
	 * @return whether this thread told anything, so that time has passed
	 */
	boolean tell(CircuitBreaker breaker) {
		News present = breaker.period().news();
		Thread me = Thread.currentThread();
		// This thread may tell already, further up its stack, in the listener that led
		// here.
		if (present.number <= this.told.number || this.teller == me) {
			return false;
		}
		try {
			return becomeTeller(me) && tellAll(breaker, present.number, me);
		}
		catch (Throwable ex) {
			// The end of the stack came through: the next change tells the rest. By plain
			// writes, since a call can fail here.
			if (this.successor == me) {
				this.successor = null;
			}
			if (this.teller == me) {
				this.teller = null;
			}
			throw ex;
		}
	}

	private boolean becomeTeller(Thread me) {
		Thread present = this.teller;
		while (present == null) {
			if (TELLER.compareAndSet(this, null, me)) {
				return true;
			}
			present = this.teller;
		}
		return this.overdue && this.vain != this.told.number && SUCCESSOR.compareAndSet(this, null, me) && relieve(me);
	}

	private boolean relieve(Thread me) {
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
		while (true) {
			Thread present = this.teller;
			if (present == me) {
				return true;
			}
			if (present == null && TELLER.compareAndSet(this, null, me)) {
				SUCCESSOR.compareAndSet(this, me, null);
				return true;
			}
			long left = deadline - System.nanoTime();
			if (left > 0 && !me.isInterrupted()) {
				LockSupport.parkNanos(this, left);
			}
			else if (SUCCESSOR.compareAndSet(this, me, null)) {
				this.vain = this.told.number;
				return false;
			}
			else if (left < -TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
				// A thread that came to the end of its stack took the place.
				return false;
			}
			else {
				// It is being handed over at this moment.
				Thread.onSpinWait();
			}
		}
	}

	private boolean tellAll(CircuitBreaker breaker, long own, Thread me) {
		boolean toldAny = false;
		boolean holds = true;
		while (holds) {
			Deque<News> untold = untold(breaker.period().news());
			if (untold.isEmpty()) {
				holds = !handOver() && goesOn(breaker, me);
			}
			for (News news : untold) {
				this.overdue = news.number > own;
				if (this.overdue && handOver()) {
					holds = false;
					break;
				}
				toldAny = true;
				this.told = news;
				news.before = null;
				news.decision = null;
				tell(breaker, news);
			}
		}
		return toldAny;
	}

	/** Stops telling, unless news came meanwhile: that was left to this thread. */
	private boolean goesOn(CircuitBreaker breaker, Thread me) {
		this.teller = null;
		LockSupport.unpark(this.successor);
		return !untold(breaker.period().news()).isEmpty() && TELLER.compareAndSet(this, null, me);
	}

	/** See {@link ClassWarmUp}: what only two threads at a time come to. */
	static void warmUp() {
		StateChangeDispatcher dispatcher = new StateChangeDispatcher();
		Thread me = Thread.currentThread();
		dispatcher.becomeTeller(me);
		dispatcher.relieve(me);
		dispatcher.successor = me;
		dispatcher.handOver();
		LockSupport.parkNanos(dispatcher, 1);
		Thread.onSpinWait();
		me.isInterrupted();
	}

	private boolean handOver() {
		Thread next = (Thread) SUCCESSOR.getAndSet(this, null);
		if (next == null) {
			return false;
		}
		this.teller = next;
		LockSupport.unpark(next);
		return true;
	}

	/** What is to be told, the oldest first, up to what waits for something else. */
	private Deque<News> untold(News present) {
		Deque<News> untold = new ArrayDeque<>();
		long last = this.told.number;
		for (News news = present; news != null && news.number > last; news = news.before) {
			untold.push(news);
			if (!news.isReady()) {
				untold.clear();
			}
		}
		return untold;
	}

	private static void tell(CircuitBreaker breaker, News news) {
		Listeners listeners = breaker.listeners();
		if (news.change != null) {
			listeners.stateChanged(breaker, news.change);
		}
		if (news.reset) {
			listeners.wasReset(breaker);
		}
	}

}
