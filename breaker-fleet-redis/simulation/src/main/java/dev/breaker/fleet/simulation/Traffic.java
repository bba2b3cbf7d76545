package dev.breaker.fleet.simulation;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

import dev.breaker.CircuitBreaker;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.fleet.FleetNode;

/**
 * Calls each breaker of each node once a second, on one thread, until it is closed.
 */
final class Traffic implements AutoCloseable {

	private static final int SLICES = 50;

	private final Exception failure = new Exception("The other side is down");

	private final Fleet fleet;

	private final AtomicIntegerArray probes;

	private final LongAdder probesAlone = new LongAdder();

	private final LongAdder made = new LongAdder();

	private final LongAdder refused = new LongAdder();

	private final Thread thread;

	private volatile boolean failing;

	private volatile boolean over;

	private Traffic(Fleet fleet) {
		this.fleet = fleet;
		this.probes = new AtomicIntegerArray(fleet.breakers());
		this.thread = new Thread(this::callAll, "traffic");
	}

	static Traffic on(Fleet fleet) {
		Traffic traffic = new Traffic(fleet);
		traffic.thread.start();
		return traffic;
	}

	/** From now on, all calls fail, or none. */
	void fail(boolean fail) {
		this.failing = fail;
	}

	/** How many calls the other side has received. */
	long made() {
		return this.made.sum();
	}

	long refused() {
		return this.refused.sum();
	}

	/** How many calls were probes of nodes that did not reach Redis and decided alone. */
	long probesAlone() {
		return this.probesAlone.sum();
	}

	/** How many calls of a breaker were probes of the fleet, over all nodes. */
	int probes(int breaker) {
		return this.probes.get(breaker);
	}

	private void callAll() {
		List<Fleet.Member> members = this.fleet.members();
		long begin = System.nanoTime();
		for (long slice = 0; !this.over; slice++) {
			for (int i = (int) (slice % SLICES); i < members.size(); i += SLICES) {
				Fleet.Member member = members.get(i);
				for (int breaker = 0; breaker < member.breakers().size(); breaker++) {
					call(breaker, member.breakers().get(breaker), member.node());
				}
			}
			long left = begin + (slice + 1) * TimeUnit.SECONDS.toNanos(1) / SLICES - System.nanoTime();
			try {
				TimeUnit.NANOSECONDS.sleep(Math.max(left, 0));
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private void call(int number, CircuitBreaker breaker, FleetNode node) {
		boolean before = breaker.state() == State.HALF_OPEN;
		boolean connected = node.status().connected();
		Permit permit = breaker.tryAcquire();
		if (permit == null) {
			this.refused.increment();
			return;
		}
		// A permit of a breaker that was half-open before and is so after it is a probe's
		if (before && breaker.state() == State.HALF_OPEN) {
			if (connected) {
				this.probes.incrementAndGet(number);
			}
			else {
				this.probesAlone.increment();
			}
		}
		this.made.increment();
		if (this.failing) {
			permit.failure(this.failure, 0);
		}
		else {
			permit.success(null, 0);
		}
	}

	@Override
	public void close() {
		this.over = true;
		boolean interrupted = false;
		while (this.thread.isAlive()) {
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
