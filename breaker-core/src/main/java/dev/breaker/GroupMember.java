package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The place of a breaker in its group: how many of its calls are under way, and when it
 * was last used. A breaker with a call under way is never let go; one that was let go is
 * taken back in by the next call that is made on it.
 */
final class GroupMember {

	/** Added to the calls under way of a breaker that its group has let go. */
	private static final int GONE = Integer.MIN_VALUE / 2;

	private static final VarHandle CALLS = FieldHandle.of(MethodHandles.lookup(), "calls", int.class);

	private static final VarHandle PARKED = FieldHandle.of(MethodHandles.lookup(), "parked", boolean.class);

	private static final VarHandle USED = FieldHandle.of(MethodHandles.lookup(), "used", long.class);

	final CircuitBreakerGroup group;

	/** Null of the breaker that keys share. */
	final @Nullable String key;

	final CircuitBreaker breaker;

	/** Calls under way; below zero while it is not in the group. */
	private volatile int calls;

	/**
	 * Whether it is out of the queue, since it cannot be let go. The thread that ends
	 * what keeps it there swaps it, and tells the group.
	 */
	private volatile boolean parked;

	/**
	 * Whether a call has ended near the end of a stack, where it could not be counted: it
	 * seems to be under way for good.
	 */
	volatile boolean endUncounted;

	@SuppressWarnings("UnusedVariable") // read by its handle
	private long used;

	// From here on guarded by the lock of the group

	/** The last command to the group that it knows of. */
	volatile @Nullable GroupCommand obeyed;

	/** The last config of the group that it goes on under, or knows of. */
	volatile CircuitBreakerConfig followed;

	/** The last signals to the group that it knows of. */
	volatile Signals heard = Signals.NONE;

	/** The time of its last use by which it is queued. */
	long queued;

	/** Tells those with the same time apart. */
	long sequence;

	/**
	 * Until when a command or a signal holds it, while it is among those that wait for
	 * that.
	 */
	long heldUntil;

	boolean waits;

	/** Whether it was removed by hand: it never comes back. */
	volatile boolean removed;

	GroupMember(CircuitBreakerGroup group, @Nullable String key, String name, CircuitBreakerConfig config) {
		this.group = group;
		this.key = key;
		this.followed = config;
		this.breaker = new CircuitBreaker(name, config, this);
	}

	/**
	 * A call begins, or a command, which is for no other key: the breaker that it is for,
	 * which counts it as under way until {@link #exit()}.
	 */
	CircuitBreaker enter(boolean byCommand) {
		if (byCommand) {
			StackEnd.requireFar();
		}
		return (this.key == null || begin()) ? this.breaker : this.group.enter(this, this.key, byCommand);
	}

	private boolean begin() {
		// First what can fail near the end of a stack.
		stamp();
		if ((int) CALLS.getAndAdd(this, 1) >= 0) {
			return true;
		}
		try {
			exit();
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			this.endUncounted = true;
			this.group.queue.stackEnded = true;
			throw ex;
		}
		return false;
	}

	/** Counts a call as under way, whether it is in the group or not. */
	void count() {
		stamp();
		CALLS.getAndAdd(this, 1);
	}

	/** A call that was entered has ended, or was refused. */
	void exit() {
		if (this.key != null && (int) CALLS.getAndAdd(this, -1) == 1) {
			changed();
		}
	}

	/** Its state, or what is under way, has changed. */
	void changed() {
		if (unpark()) {
			try {
				this.group.queue.freed(this);
			}
			catch (Throwable ex) {
				this.group.queue.stackEnded = true;
				throw ex;
			}
		}
	}

	/** The breaker to look at. */
	CircuitBreaker live() {
		return (this.key == null || this.calls >= 0) ? this.breaker : this.group.present(this, this.key);
	}

	boolean isBusy() {
		return this.calls != 0 && !this.endUncounted;
	}

	/**
	 * Leaves the group, unless a call is under way; where that cannot be told, for good.
	 */
	boolean leave() {
		if (this.endUncounted) {
			leaveForGood();
			return true;
		}
		return CALLS.compareAndSet(this, 0, GONE);
	}

	/** Leaves the group for good, whatever is under way. */
	void leaveForGood() {
		this.removed = true;
		CALLS.getAndAdd(this, GONE);
	}

	void comeBack() {
		CALLS.getAndAdd(this, -GONE);
	}

	void park() {
		this.parked = true;
	}

	/** Whether it was parked, and is the caller's to queue now. */
	boolean unpark() {
		return this.parked && PARKED.compareAndSet(this, true, false);
	}

	/** It is used now. */
	void stamp() {
		// Opaque is enough: no other field is read after it.
		USED.setOpaque(this, System.nanoTime());
	}

	long used() {
		return (long) USED.getOpaque(this);
	}

}
