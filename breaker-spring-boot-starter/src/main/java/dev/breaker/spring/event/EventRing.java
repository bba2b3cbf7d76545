package dev.breaker.spring.event;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The last events of one kind. Takes no lock: a writer claims a slot by counting up, and
 * a reader looks at every slot.
 */
final class EventRing {

	private final AtomicReferenceArray<@Nullable Entry> slots;

	private final AtomicLong written = new AtomicLong();

	EventRing(int capacity) {
		this.slots = new AtomicReferenceArray<>(capacity);
	}

	void add(Entry entry) {
		int slot = (int) (this.written.getAndIncrement() % this.slots.length());
		this.slots.accumulateAndGet(slot, entry, EventRing::newer);
	}

	// A writer that was held up for a whole round must not replace what came after it.
	static Entry newer(@Nullable Entry present, Entry entry) {
		return (present != null && present.sequence() > entry.sequence()) ? present : entry;
	}

	void forEach(Consumer<Entry> action) {
		for (int i = 0; i < this.slots.length(); i++) {
			Entry entry = this.slots.get(i);
			if (entry != null) {
				action.accept(entry);
			}
		}
	}

	/**
	 * Whether events after a place in the order of all events may have been replaced.
	 * @param from the place of the first event that is asked for
	 * @return whether all that is there came later, and something was replaced
	 */
	boolean mayHaveLost(long from) {
		if (this.written.get() <= this.slots.length()) {
			return false;
		}
		for (int i = 0; i < this.slots.length(); i++) {
			Entry entry = this.slots.get(i);
			if (entry != null && entry.sequence() < from) {
				return false;
			}
		}
		return true;
	}

	/**
	 * An event, its place in the order of all events, and the name whose rings it is in:
	 * that of a breaker or of its group.
	 */
	record Entry(long sequence, String owner, BreakerEvent event) {

		/** Whether it is of a breaker or a group of that name. */
		boolean isOf(String name) {
			return this.event.circuitBreaker().equals(name) || this.owner.equals(name);
		}

	}

}
