package dev.breaker.fleet;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When the next exchange may go out, and when it must. The first one after a quiet time
 * goes out at once; after that they are the further apart, the more nodes live, so that
 * all nodes together send no more than 5,000 in a second but for their heartbeats, and
 * twice as far as the last one took, so that a store with much to do gets less. After a
 * failure the wait grows from half a heartbeat to one and a half: no longer, so that a
 * node hears within three heartbeats what has become of a store that is back. Changed by
 * the engine alone.
 */
final class Pace {

	private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long NANOS_A_NODE = TimeUnit.MICROSECONDS.toNanos(200);

	private static final double SPREAD = 0.1;

	private final long heartbeat;

	private final RandomGenerator random;

	private long mayAt;

	private long mustAt;

	private int failures;

	Pace(Duration heartbeat, RandomGenerator random, long now) {
		this.heartbeat = heartbeat.toNanos();
		this.random = random;
		this.mayAt = now;
		this.mustAt = now;
	}

	/** An exchange that began then is answered now, while so many nodes live. */
	void answered(long began, long now, int live) {
		this.failures = 0;
		long apart = Math.max(Math.max(SHORTEST_NANOS, live * NANOS_A_NODE), 2 * (now - began));
		this.mayAt = began + Math.min(this.heartbeat, apart);
		this.mustAt = began + Math.round(this.heartbeat * (1 - SPREAD + 2 * SPREAD * this.random.nextDouble()));
	}

	/** An exchange has failed at that moment. */
	void failed(long now) {
		double heartbeats = Math.min(1.5, Math.scalb(0.5, this.failures));
		this.failures++;
		this.mustAt = now + Math.round(this.heartbeat * heartbeats * (1 - 2 * SPREAD * this.random.nextDouble()));
		this.mayAt = this.mustAt;
	}

	/** When the next one is due, with or without something to say. */
	long next(boolean anythingToSay) {
		return (anythingToSay && this.mayAt - this.mustAt < 0) ? this.mayAt : this.mustAt;
	}

	/** Whether the next one is a heartbeat. */
	boolean isHeartbeat(long now) {
		return now - this.mustAt >= 0;
	}

}
