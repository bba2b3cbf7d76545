package dev.breaker;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A ticket in the hands of a user, who may give it back twice.
 */
final class BreakerPermit extends AtomicBoolean implements Permit {

	private static final long serialVersionUID = 1L;

	private final transient CircuitBreaker breaker;

	private final transient Ticket ticket;

	BreakerPermit(CircuitBreaker breaker, Ticket ticket) {
		this.breaker = breaker;
		this.ticket = ticket;
	}

	@Override
	public void success(@Nullable Object result, long elapsedNanos) {
		if (giveBack()) {
			try {
				this.breaker.returned(this.ticket, result, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
			}
			finally {
				this.breaker.exit();
			}
		}
	}

	@Override
	public void failure(Throwable thrown, long elapsedNanos) {
		if (giveBack()) {
			try {
				this.breaker.threw(this.ticket, thrown, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
			}
			finally {
				this.breaker.exit();
			}
		}
	}

	@Override
	public void release() {
		if (giveBack()) {
			try {
				this.breaker.release(this.ticket);
			}
			finally {
				this.breaker.exit();
			}
		}
	}

	/** Whether this is the first time. */
	boolean giveBack() {
		return compareAndSet(false, true);
	}

}
