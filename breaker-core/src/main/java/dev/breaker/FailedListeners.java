package dev.breaker;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The listeners of a breaker, or of the breakers of a group, that have thrown: what they
 * throw again is not logged, since it may come with every call. Listeners are held weakly
 * and compared by identity. Safe for use by many threads.
 */
final class FailedListeners {

	// Volatile, last writer wins: two threads may both log.
	private volatile List<WeakReference<Object>> known = List.of();

	/**
	 * Adds a listener.
	 * @return whether it was not known yet
	 */
	boolean add(Object listener) {
		List<WeakReference<Object>> before = this.known;
		for (WeakReference<Object> each : before) {
			if (each.get() == listener) {
				return false;
			}
		}
		List<WeakReference<Object>> more = new ArrayList<>(before);
		more.removeIf((each) -> each.get() == null);
		more.add(new WeakReference<>(listener));
		this.known = List.copyOf(more);
		return true;
	}

}
