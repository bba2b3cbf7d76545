package dev.breaker.spring.event;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

import dev.breaker.spring.stream.StreamSubscription;
import org.jspecify.annotations.Nullable;

/**
 * One client of an {@link EventStream}, and what waits for it: at most a thousand calls
 * and as many changes of state. What comes then takes the place of the oldest, which is
 * counted, and told before the next event. A client that takes nothing for a minute is
 * let go. Safe for use by many threads.
 */
public final class EventSubscription extends StreamSubscription {

	static final int QUEUE_SIZE = 1000;

	/** How many heartbeats in a row a client may leave where they are. */
	static final int MAX_STALLED_HEARTBEATS = 4;

	private final EventStream stream;

	private final @Nullable String name;

	private final EventSink sink;

	/** Guarded by this. Apart, so that calls push out no change of state. */
	private final Queue<EventRing.Entry> changes = new ArrayDeque<>();

	/** Guarded by this. */
	private final Queue<EventRing.Entry> calls = new ArrayDeque<>();

	/** Not told yet. Guarded by this. */
	private long lost;

	/** Not told yet. Guarded by this. */
	private boolean mayHaveMissed;

	/** Guarded by this. */
	private boolean heartbeatDue;

	/** Whether anything was taken since the last heartbeat. Guarded by this. */
	private boolean moved;

	/** Guarded by this. */
	private int stalledHeartbeats;

	/** The place behind what came last. Guarded by this. */
	private long position;

	EventSubscription(EventStream stream, @Nullable String name, long position, EventSink sink) {
		super(sink);
		this.stream = stream;
		this.name = name;
		this.position = position;
		this.sink = sink;
	}

	@Nullable String name() {
		return this.name;
	}

	synchronized long position() {
		return this.position;
	}

	void offer(EventRing.Entry entry) {
		if (isClosed() || (this.name != null && !entry.isOf(this.name))) {
			return;
		}
		synchronized (this) {
			if (entry.sequence() < this.position) {
				return;
			}
			Queue<EventRing.Entry> queue = switch (entry.event().type()) {
				case STATE_CHANGE, RESET -> this.changes;
				case FAILURE, IGNORED, NOT_PERMITTED, WOULD_REFUSE, SUCCESS -> this.calls;
			};
			if (queue.size() == QUEUE_SIZE) {
				queue.remove();
				lose(1);
			}
			queue.add(entry);
			this.position = entry.sequence() + 1;
		}
	}

	/** Events are gone before they were brought. */
	synchronized void lose(long count) {
		this.lost += count;
		this.stream.countDropped(count);
	}

	/** Events that happened before the client came are kept no more. */
	synchronized void miss(long count) {
		this.lost += count;
	}

	/** Perhaps events that happened before the client came are kept no more. */
	synchronized void mayHaveMissed() {
		this.mayHaveMissed = true;
	}

	/**
	 * The connection is used, so that it stays open, and is found to be broken where it
	 * is.
	 * @param position the place before which everything has come
	 * @return whether the client still takes something
	 */
	synchronized boolean heartbeat(long position) {
		this.stalledHeartbeats = (this.heartbeatDue && !this.moved) ? this.stalledHeartbeats + 1 : 0;
		this.moved = false;
		this.heartbeatDue = true;
		this.position = Math.max(this.position, position);
		return this.stalledHeartbeats < MAX_STALLED_HEARTBEATS;
	}

	@Override
	protected boolean bringNext() throws IOException {
		EventRing.Entry next = null;
		boolean missing;
		Long count = null;
		long place;
		synchronized (this) {
			missing = this.lost > 0 || this.mayHaveMissed;
			if (missing) {
				count = this.mayHaveMissed ? null : this.lost;
				this.lost = 0;
				this.mayHaveMissed = false;
			}
			else {
				next = poll();
				if (next == null && !this.heartbeatDue) {
					return false;
				}
				this.heartbeatDue = next != null && this.heartbeatDue;
			}
			this.moved = true;
			place = this.position;
		}
		if (missing) {
			this.sink.dropped(count);
		}
		else if (next != null) {
			this.sink.event(this.stream.idBehind(next.sequence() + 1), next.event());
		}
		else {
			this.sink.heartbeat(this.stream.idBehind(place));
		}
		return true;
	}

	private EventRing.@Nullable Entry poll() {
		EventRing.Entry change = this.changes.peek();
		EventRing.Entry call = this.calls.peek();
		boolean changeFirst = change != null && (call == null || change.sequence() < call.sequence());
		return (changeFirst ? this.changes : this.calls).poll();
	}

	@Override
	protected void onClose() {
		this.stream.remove(this);
		synchronized (this) {
			this.changes.clear();
			this.calls.clear();
		}
	}

}
