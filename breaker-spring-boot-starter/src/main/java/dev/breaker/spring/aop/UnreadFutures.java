package dev.breaker.spring.aop;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The futures of one name's calls with a key that have not ended, since {@code get} was
 * not called yet and may never be. One that is done ends its call when it is looked at:
 * where another key needs a place, and where there are many of them. Safe for use by many
 * threads.
 */
final class UnreadFutures {

	private static final int FEW = 32;

	private final Set<FutureReturnKind.FollowedFuture> unread = ConcurrentHashMap.newKeySet();

	/** How many are looked at before one more is added. */
	private volatile int many = FEW;

	boolean isEmpty() {
		return this.unread.isEmpty();
	}

	void add(FutureReturnKind.FollowedFuture future) {
		if (this.unread.size() >= this.many) {
			look();
			this.many = Math.max(FEW, 2 * this.unread.size());
		}
		this.unread.add(future);
	}

	void remove(FutureReturnKind.FollowedFuture future) {
		this.unread.remove(future);
	}

	/** Ends the calls of those that are done. */
	void look() {
		this.unread.forEach(FutureReturnKind.FollowedFuture::look);
	}

}
