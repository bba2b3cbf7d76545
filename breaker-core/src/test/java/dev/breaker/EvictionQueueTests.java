package dev.breaker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who comes first in the queue of a group, and who is out of it: what no test of a group
 * can bring about, since no clock can be moved by hand there.
 */
class EvictionQueueTests {

	private static final long ENDLESS = Long.MAX_VALUE / 2;

	private final HandClock clock = new HandClock();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder().nanoClock(this.clock).build();

	private final CircuitBreakerGroup group = CircuitBreakerRegistry.of(this.config).group("inventory", this.config, 2);

	private final Map<String, GroupMember> members = new HashMap<>();

	private final EvictionQueue queue = new EvictionQueue(this.members);

	@Test
	void ofTwoUsedAtTheSameMomentTheOlderOneGoesFirst() {
		GroupMember older = added("older");
		GroupMember newer = added("newer");
		long now = System.nanoTime();
		queuedAgain(newer, now);
		queuedAgain(older, now);
		assertThat(best(now)).isSameAs(older);
		this.queue.remove(older);
		assertThat(best(now)).isSameAs(newer);
	}

	@Test
	void aUseDuringTheSearchDoesNotMatter() {
		GroupMember older = added("older");
		GroupMember newer = added("newer");
		long began = System.nanoTime();
		queuedAgain(older, began);
		queuedAgain(newer, began + 1);
		do {
			older.stamp();
		}
		while (older.used() - began <= 1);
		assertThat(best(began)).isSameAs(older);
	}

	@Test
	void oneThatHasLeftIsNotQueuedAgain() {
		GroupMember gone = added("gone");
		this.queue.remove(gone);
		this.members.remove("gone");
		this.queue.freed(gone);
		assertThat(this.queue.mayMakeRoom(this.clock.now())).isFalse();
	}

	@Test
	void aHoldOfCenturiesIsNotWaitedFor() {
		GroupMember shorter = added("shorter");
		shorter.breaker.forceOpen(Duration.ofNanos(ENDLESS - 1));
		GroupMember longer = added("longer");
		longer.breaker.forceOpen(Duration.ofNanos(ENDLESS));
		assertThat(best(System.nanoTime())).isNull();
		assertThat(shorter.waits).isTrue();
		assertThat(longer.waits).isFalse();
	}

	@Test
	void whereAStackHasEndedAllAreLookedAtAnew() {
		GroupMember held = added("held");
		held.breaker.forceOpen(Duration.ofMinutes(1));
		assertThat(best(System.nanoTime())).isNull();
		assertThat(held.waits).isTrue();
		this.queue.stackEnded = true;
		assertThat(this.queue.mayMakeRoom(this.clock.now())).isTrue();
		assertThat(held.waits).isFalse();
	}

	private GroupMember added(String key) {
		GroupMember member = new GroupMember(this.group, key, "inventory:" + key, this.config);
		this.members.put(key, member);
		this.queue.add(member);
		return member;
	}

	/** As a member whose last call has ended. */
	private void queuedAgain(GroupMember member, long when) {
		this.queue.remove(member);
		member.queued = when;
		this.queue.freed(member);
	}

	private GroupMember best(long began) {
		assertThat(this.queue.mayMakeRoom(this.clock.now())).isTrue();
		return this.queue.best(this.clock.now(), began);
	}

}
