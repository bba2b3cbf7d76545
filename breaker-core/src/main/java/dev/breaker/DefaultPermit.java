package dev.breaker;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * An admission in the hands of a user, given back at most once.
 */
final class DefaultPermit extends AtomicBoolean implements Permit {

	private static final long serialVersionUID = 1L;

	private final transient CircuitBreaker breaker;

	private final transient Admission admission;

	DefaultPermit(CircuitBreaker breaker, Admission admission) {
		this.breaker = breaker;
		this.admission = admission;
	}

	@Override
	public void success(@Nullable Object result, long elapsedNanos) {
		if (giveBack()) {
			try {
				this.breaker.returned(this.admission, result, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
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
				this.breaker.threw(this.admission, thrown, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
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
				this.breaker.release(this.admission);
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
