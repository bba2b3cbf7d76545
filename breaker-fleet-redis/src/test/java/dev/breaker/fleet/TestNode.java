package dev.breaker.fleet;

import java.util.Random;

import dev.breaker.CircuitBreaker;
import dev.breaker.Permit;
import dev.breaker.test.RecordingListener;
import org.jspecify.annotations.Nullable;

/**
 * One process of a {@link TestFleet}.
 */
final class TestNode {

	final String name;

	final HandExecutor process;

	final ModelTransport transport;

	final FleetNode node;

	final CircuitBreaker breaker;

	final RecordingListener heard;

	private final TestFleet fleet;

	TestNode(TestFleet fleet, String name, String breaker) {
		this.fleet = fleet;
		this.name = name;
		this.process = new HandExecutor(fleet.time);
		this.transport = new ModelTransport(fleet, this.process);
		// The monotonic clocks of two processes have nothing in common.
		long origin = new Random(name.hashCode()).nextLong();
		this.node = new FleetNode(fleet.settings(name), this.transport, this.process, () -> origin + fleet.time.nanos(),
				fleet.random);
		this.breaker = CircuitBreaker.of(breaker, fleet.breakerConfig());
		this.heard = RecordingListener.of(this.breaker);
		this.node.share(this.breaker);
	}

	/** A call that succeeds or fails, where it is admitted. */
	boolean call(boolean succeeds) {
		Permit permit = this.breaker.tryAcquire();
		if (permit == null) {
			return false;
		}
		end(permit, succeeds);
		return true;
	}

	static void end(Permit permit, boolean succeeds) {
		if (succeeds) {
			permit.success(null, 1_000_000);
		}
		else {
			permit.failure(new IllegalStateException("down"), 1_000_000);
		}
	}

	@Nullable Permit begin() {
		return this.breaker.tryAcquire();
	}

	/** Its own rules open its breaker. */
	void trip() {
		for (int i = 0; i < 3; i++) {
			call(false);
		}
	}

	boolean isLocalOnly() {
		return this.node.isLocalOnly(this.breaker);
	}

	@Nullable FleetRecord known() {
		return this.node.record(this.breaker.name()).orElse(null);
	}

	/** No message reaches or leaves it. */
	void cut(boolean cut) {
		this.transport.cut(cut);
	}

	void kill() {
		this.process.kill();
		this.transport.cut(true);
		this.fleet.nodes.remove(this);
	}

}
