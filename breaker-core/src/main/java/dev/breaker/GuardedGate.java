package dev.breaker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of a breaker. What it throws reaches no call: it counts as a no, and is logged
 * once, by the next call that asks for a place and under no lock.
 */
final class GuardedGate {

	private static final Logger logger = LoggerFactory.getLogger(GuardedGate.class);

	private final ProbeGate gate;

	private volatile @Nullable Throwable thrown;

	private volatile boolean complained;

	GuardedGate(ProbeGate gate) {
		this.gate = gate;
	}

	boolean isShared() {
		try {
			return this.gate.isShared();
		}
		catch (Throwable ex) {
			this.thrown = ex;
			return false;
		}
	}

	boolean hasPlace() {
		try {
			return this.gate.hasPlace();
		}
		catch (Throwable ex) {
			this.thrown = ex;
			return false;
		}
	}

	boolean tryTake() {
		try {
			return this.gate.tryTake();
		}
		catch (Throwable ex) {
			this.thrown = ex;
			return false;
		}
	}

	void giveBack() {
		try {
			this.gate.giveBack();
		}
		catch (Throwable ex) {
			this.thrown = ex;
		}
	}

	void recorded(boolean failed, boolean slow) {
		try {
			this.gate.recorded(failed, slow);
		}
		catch (Throwable ex) {
			this.thrown = ex;
		}
	}

	/** Logs what it threw, the first time. */
	void complain(String breaker) {
		Throwable failure = this.thrown;
		if (failure != null && !this.complained) {
			this.complained = true;
			HookFailures.log(logger,
					"The probe gate of circuit breaker '{}' failed, which counts as no for an answer; further failures are not logged",
					LogText.oneLine(breaker), failure);
		}
	}

}
