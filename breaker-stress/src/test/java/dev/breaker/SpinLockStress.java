package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The lock that windows and probes are guarded by lets one in at a time, and shows each
 * what the one before it wrote.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=SpinLockStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "One after the other")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Both at once")
@org.openjdk.jcstress.annotations.State
public class SpinLockStress {

	private final Counter counter = new Counter();

	@Actor
	public void one() {
		this.counter.increment();
	}

	@Actor
	public void other() {
		this.counter.increment();
	}

	@Arbiter
	public void counted(I_Result result) {
		result.r1 = this.counter.count;
	}

	static final class Counter extends SpinLock {

		private int count;

		void increment() {
			lock();
			try {
				this.count++;
			}
			finally {
				this.held = 0;
			}
		}

	}

}
