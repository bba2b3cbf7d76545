package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of a few instructions that call no code but the core's, and a
 * {@link ProbeGate} that does not wait, which what it guards extends or has. No thread
 * waits for one that is inside the application's code; a holder that loses its processor
 * makes the others sleep, not spin. The lock of a group or of a registry is held for some
 * microseconds, longer where many breakers are looked at.
 */
class SpinLock {

	private static final VarHandle HELD = FieldHandle.of(MethodHandles.lookup(), "held", int.class);

	private static final int SPINS = 64;

	private static final int YIELDS = 16;

	private static final long NAP_NANOS = 20_000;

	/**
	 * One while it is held. The holder lets go by writing zero here, not by a call: near
	 * the end of a stack a call can fail, and the lock would stay held for good.
	 */
	volatile int held;

	final void lock() {
		if (!HELD.compareAndSet(this, 0, 1)) {
			lockContended();
		}
	}

	@SuppressWarnings("ThreadPriorityCheck") // yielding is a courtesy here: nothing
												// depends on it
	private void lockContended() {
		int tries = 0;
		do {
			tries++;
			if (tries <= SPINS) {
				Thread.onSpinWait();
			}
			else if (tries <= SPINS + YIELDS) {
				Thread.yield();
			}
			else {
				LockSupport.parkNanos(this, NAP_NANOS);
			}
		}
		while (this.held != 0 || !HELD.compareAndSet(this, 0, 1));
	}

}
