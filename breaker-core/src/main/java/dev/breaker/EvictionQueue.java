package dev.breaker;

import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * The members of a group that may make room for another key, in the order of their last
 * use. Those that must stay are out of it, and are not looked at again before something
 * has changed with them. Guarded by the lock of the group, but for what is marked.
 */
final class EvictionQueue {

	/** Among how many of the oldest a clean one is looked for. */
	private static final int LOOKED_AT = 32;

	/** A hold that is longer, in nanoseconds, is taken for one without end. */
	private static final long ENDLESS = Long.MAX_VALUE / 2;

	/** The members of the group, by key. */
	private final Map<String, GroupMember> members;

	/**
	 * What was out of the queue and belongs there again. Any thread puts in, under no
	 * lock.
	 */
	private final Queue<GroupMember> freed = new ConcurrentLinkedQueue<>();

	/**
	 * Whether a stack has ended where a member was to be put in the queue again, or the
	 * end of a call of it counted. Written by any thread, under no lock.
	 */
	volatile boolean stackEnded;

	// By the time of their last use that is known here: one that was used since is put in
	// its place when its turn comes.
	private final TreeSet<GroupMember> queue = new TreeSet<>(EvictionQueue::byLastUse);

	/** Those out of the queue that come back when a hold is over. */
	private final TreeSet<GroupMember> held = new TreeSet<>(EvictionQueue::byEndOfHold);

	private long sequence;

	EvictionQueue(Map<String, GroupMember> members) {
		this.members = members;
	}

	// As System.nanoTime() wants its values to be compared: by their difference.

	private static int byLastUse(GroupMember one, GroupMember other) {
		return compare(one.queued - other.queued, one, other);
	}

	private static int byEndOfHold(GroupMember one, GroupMember other) {
		return compare(one.heldUntil - other.heldUntil, one, other);
	}

	private static int compare(long difference, GroupMember one, GroupMember other) {
		return (difference != 0) ? Long.signum(difference) : Long.compare(one.sequence, other.sequence);
	}

	/** A member is new, or has come back: it is used now. */
	void add(GroupMember member) {
		member.sequence = this.sequence++;
		member.stamp();
		member.queued = member.used();
		this.queue.add(member);
	}

	/** A member goes. */
	void remove(GroupMember member) {
		this.queue.remove(member);
		forgetHold(member);
	}

	/** Called by any thread, under no lock: it can be let go again, or so it seems. */
	void freed(GroupMember member) {
		this.freed.add(member);
	}

	/** Whether a search is worth while. */
	boolean mayMakeRoom(long now) {
		unparkDue(now);
		return !this.queue.isEmpty();
	}

	/**
	 * The breaker that can best be spared: one without failures among the least recently
	 * used, else the least recently used. Those that must stay leave the queue.
	 * @param began when the search began
	 */
	@Nullable GroupMember best(long now, long began) {
		GroupMember best = null;
		GroupMember last = null;
		int seen = 0;
		while (seen < LOOKED_AT) {
			GroupMember next = (last != null) ? this.queue.higher(last) : this.queue.first();
			if (next == null) {
				break;
			}
			if (isQueuedTooEarly(next, began)) {
				requeue(next);
			}
			else if (next.isBusy() || next.breaker.heldNanos(now) > 0) {
				park(next, now);
				if (this.queue.isEmpty()) {
					break;
				}
			}
			else {
				boolean clean = next.breaker.isClean(now);
				best = (clean || best == null) ? next : best;
				if (clean) {
					break;
				}
				last = next;
				seen++;
			}
		}
		return best;
	}

	/** Whether it was used since. What happens during the search does not matter. */
	private static boolean isQueuedTooEarly(GroupMember member, long began) {
		return member.used() - member.queued > 0 && member.queued - began < 0;
	}

	private void requeue(GroupMember member) {
		this.queue.remove(member);
		member.queued = member.used();
		this.queue.add(member);
	}

	private void park(GroupMember member, long now) {
		this.queue.remove(member);
		member.park();
		// What has changed before it was parked was not told.
		long nanos = member.isBusy() ? Long.MAX_VALUE : member.breaker.heldNanos(now);
		if (nanos == 0 && member.unpark()) {
			this.queue.add(member);
		}
		else if (nanos > 0 && nanos < ENDLESS) {
			member.heldUntil = now + nanos;
			member.waits = true;
			this.held.add(member);
		}
	}

	private void unparkDue(long now) {
		if (this.stackEnded) {
			this.stackEnded = false;
			// Those that must stay out of the queue leave it when their turn comes.
			for (GroupMember member : this.members.values()) {
				member.unpark();
				forgetHold(member);
				this.queue.add(member);
			}
		}
		for (GroupMember member = this.freed.poll(); member != null; member = this.freed.poll()) {
			forgetHold(member);
			if (isPresent(member)) {
				this.queue.add(member);
			}
		}
		while (!this.held.isEmpty() && this.held.first().heldUntil - now <= 0) {
			GroupMember member = this.held.first();
			forgetHold(member);
			if (member.unpark()) {
				this.queue.add(member);
			}
		}
	}

	private void forgetHold(GroupMember member) {
		if (member.waits) {
			this.held.remove(member);
			member.waits = false;
		}
	}

	private boolean isPresent(GroupMember member) {
		return this.members.get(Objects.requireNonNull(member.key)) == member;
	}

}
