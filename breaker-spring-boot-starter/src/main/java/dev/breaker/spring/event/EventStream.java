package dev.breaker.spring.event;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.breaker.HookFailures;
import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that a {@link RingEventStore} keeps, as they happen, for at most a hundred
 * clients at a time, each of which gets them in their order.
 *
 * <p>
 * A thread that makes a call leaves its event in a slot, and is done with it. One daemon
 * thread, which is there while a client is, takes the events from the slots ten times a
 * second and brings them to the clients; it never waits for one. Safe for use by many
 * threads.
 */
public final class EventStream {

	/** How many clients there may be. */
	static final int MAX_SUBSCRIPTIONS = 100;

	/** A power of two. */
	static final int SLOTS = 8192;

	static final int HEARTBEAT_ROUNDS = 150;

	/** How long a writer may take between counting up and filling its slot. */
	static final int PATIENT_ROUNDS = 10;

	private static final Duration ROUND = Duration.ofMillis(100);

	private static final Pattern ID = Pattern.compile("([0-9a-f]{1,16})-([0-9]{1,18})");

	private static final Logger logger = LoggerFactory.getLogger(EventStream.class);

	private final RingEventStore store;

	/** Ids of another instance, or of the time before a restart, are known by it. */
	private final String instance = Long.toHexString(ThreadLocalRandom.current().nextLong());

	private final AtomicLong dropped = new AtomicLong();

	/** Written under the lock of this; there while a client is. */
	private volatile @Nullable Feed feed;

	EventStream(RingEventStore store) {
		this.store = store;
	}

	/**
	 * Lets a client follow the events.
	 * @param name the breaker or the group whose events it gets, or {@code null} for all
	 * @param lastEventId the id of what the client got last, to go on after it;
	 * {@code null} or empty to begin with what happens next. An id of another instance,
	 * or of the time before a restart, asks for all events that are kept
	 * @param sink takes the events to the client
	 * @return the client
	 * @throws IllegalArgumentException if the id is none of a stream
	 * @throws IllegalStateException if there are too many clients
	 */
	public EventSubscription subscribe(@Nullable String name, @Nullable String lastEventId, EventSink sink) {
		long position = positionOf(lastEventId);
		EventSubscription subscription = new EventSubscription(this, (name != null) ? this.store.kept(name) : null,
				Math.max(position, 0), sink);
		if (position < 0) {
			subscription.mayHaveMissed();
		}
		synchronized (this) {
			Feed present = this.feed;
			if (present == null) {
				present = new Feed();
				// Before its place is read: from there on, every writer sees it.
				this.feed = present;
				try {
					present.start();
				}
				catch (Throwable ex) {
					// There is no thread to be had.
					this.feed = null;
					throw ex;
				}
			}
			else if (isFull()) {
				throw new IllegalStateException("There are " + MAX_SUBSCRIPTIONS
						+ " clients of the events of circuit breakers, as many as there may be");
			}
			present.arriving.add(subscription);
		}
		return subscription;
	}

	/**
	 * Checks the id of what a client got last.
	 * @param lastEventId the id; {@code null} or empty for none
	 * @throws IllegalArgumentException if it is none of a stream
	 */
	public void check(@Nullable String lastEventId) {
		positionOf(lastEventId);
	}

	/** Below zero for an id of another instance. */
	private long positionOf(@Nullable String lastEventId) {
		long told = this.store.told();
		if (lastEventId == null || lastEventId.isEmpty()) {
			return told;
		}
		Matcher id = ID.matcher(lastEventId);
		if (id.matches()) {
			if (!id.group(1).equals(this.instance)) {
				return -1;
			}
			long position = Long.parseLong(id.group(2));
			if (position <= told) {
				return position;
			}
		}
		throw new IllegalArgumentException("Invalid Last-Event-ID '" + LogText.oneLine(lastEventId)
				+ "': must be the id of an event of this stream. Leave it out to begin with what happens next");
	}

	String idBehind(long position) {
		return this.instance + "-" + position;
	}

	/**
	 * Whether there are as many clients as there may be.
	 * @return whether there are a hundred
	 */
	public boolean isFull() {
		return clients() >= MAX_SUBSCRIPTIONS;
	}

	/**
	 * How many clients there are.
	 * @return their number
	 */
	public int clients() {
		Feed present = this.feed;
		return (present != null) ? present.size() : 0;
	}

	/**
	 * How many events did not get to a client because it, or all of them together, were
	 * too slow.
	 * @return the sum over all clients, since the start
	 */
	public long dropped() {
		return this.dropped.get();
	}

	void countDropped(long count) {
		this.dropped.addAndGet(count);
	}

	/** Ends the streams of all clients. */
	public void end() {
		Feed present = this.feed;
		if (present != null) {
			present.arriving.forEach(EventSubscription::end);
			present.subscriptions.forEach(EventSubscription::end);
		}
	}

	void remove(EventSubscription subscription) {
		synchronized (this) {
			Feed present = this.feed;
			if (present != null && present.remove(subscription) && present.size() == 0) {
				this.feed = null;
				present.thread.shutdown();
			}
		}
	}

	/** Takes an event, on the thread of the call. */
	void offer(EventRing.Entry entry) {
		Feed present = this.feed;
		if (present != null) {
			present.slots.accumulateAndGet(slotOf(entry.sequence()), entry, EventRing::newer);
		}
	}

	/** What the thread does ten times a second. */
	void round() {
		Feed present = this.feed;
		if (present != null) {
			present.round();
		}
	}

	private static int slotOf(long sequence) {
		return (int) (sequence & (SLOTS - 1));
	}

	/**
	 * What is there while there are clients.
	 */
	private final class Feed {

		private final AtomicReferenceArray<EventRing.@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);

		/** Clients that the thread has not seen yet. */
		private final List<EventSubscription> arriving = new CopyOnWriteArrayList<>();

		private final List<EventSubscription> subscriptions = new CopyOnWriteArrayList<>();

		private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, (work) -> {
			// Takes over nothing from the request that it is made in.
			Thread made = new Thread(null, work, "breaker-events", 0, false);
			made.setDaemon(true);
			return made;
		});

		/** The place of the event that is brought next. Guarded by this, once started. */
		private long next;

		/** How many rounds the next event was waited for. Guarded by this. */
		private int waited;

		/** Guarded by this. */
		private int rounds;

		@SuppressWarnings("FutureReturnValueIgnored") // rounds fail in no way, and end
														// with the thread
		void start() {
			this.next = EventStream.this.store.told();
			this.thread.scheduleWithFixedDelay(this::round, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
		}

		int size() {
			return this.arriving.size() + this.subscriptions.size();
		}

		boolean remove(EventSubscription subscription) {
			return this.arriving.remove(subscription) || this.subscriptions.remove(subscription);
		}

		void round() {
			try {
				synchronized (this) {
					this.arriving.forEach(this::welcome);
					bringAll();
				}
				heartbeat().forEach(EventSubscription::end);
			}
			catch (Throwable ex) {
				HookFailures.log(logger, "Bringing the events of circuit breakers to clients failed", ex);
			}
			this.subscriptions.forEach(EventSubscription::drain);
		}

		/** Everything before the next event is in the store by now. */
		private void welcome(EventSubscription subscription) {
			synchronized (EventStream.this) {
				if (!this.arriving.remove(subscription)) {
					return;
				}
				this.subscriptions.add(subscription);
			}
			String name = subscription.name();
			long from = subscription.position();
			List<EventRing.Entry> missed = EventStream.this.store.between(name, from, this.next);
			if (name == null) {
				subscription.miss(Math.max(this.next - from, 0) - missed.size());
			}
			else if (from < this.next && EventStream.this.store.mayHaveLost(name, from)) {
				subscription.mayHaveMissed();
			}
			missed.forEach(subscription::offer);
			subscription.heartbeat(this.next);
		}

		private void bringAll() {
			long told = EventStream.this.store.told();
			while (this.next < told) {
				EventRing.Entry entry = this.slots.get(slotOf(this.next));
				if (entry == null || entry.sequence() < this.next) {
					// Its writer is about to fill the slot, or failed.
					this.waited++;
					if (this.waited <= PATIENT_ROUNDS) {
						return;
					}
				}
				this.waited = 0;
				this.next++;
				boolean there = entry != null && entry.sequence() == this.next - 1;
				for (EventSubscription subscription : this.subscriptions) {
					if (there && entry != null) {
						subscription.offer(entry);
					}
					else {
						subscription.lose(1);
					}
				}
			}
		}

		/** Returns the clients that have taken nothing for too long. */
		private synchronized List<EventSubscription> heartbeat() {
			this.rounds++;
			if (this.rounds % HEARTBEAT_ROUNDS != 0) {
				return List.of();
			}
			return this.subscriptions.stream().filter((subscription) -> !subscription.heartbeat(this.next)).toList();
		}

	}

}
