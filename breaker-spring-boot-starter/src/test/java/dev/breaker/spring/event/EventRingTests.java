package dev.breaker.spring.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventRingTests {

	@Test
	void keepsTheLastOnes() {
		EventRing ring = new EventRing(2);
		assertThat(sequencesOf(ring)).isEmpty();
		for (long sequence = 1; sequence <= 5; sequence++) {
			ring.add(entry(sequence));
		}
		assertThat(sequencesOf(ring)).containsExactlyInAnyOrder(4L, 5L);
	}

	@Test
	void aWriterThatWasHeldUpForARoundReplacesNothingNewer() {
		EventRing ring = new EventRing(1);
		ring.add(entry(2));
		ring.add(entry(1));
		assertThat(sequencesOf(ring)).containsExactly(2L);
	}

	@Test
	void nothingIsLostWhileEverythingFits() {
		EventRing ring = new EventRing(2);
		assertThat(ring.mayHaveLost(0)).isFalse();
		ring.add(entry(1));
		ring.add(entry(2));
		assertThat(ring.mayHaveLost(0)).isFalse();
	}

	@Test
	void eventsMayBeLostFromAPlaceThatNothingThatIsLeftIsBefore() {
		EventRing ring = new EventRing(2);
		for (long sequence = 1; sequence <= 3; sequence++) {
			ring.add(entry(sequence));
		}
		assertThat(ring.mayHaveLost(1)).isTrue();
		assertThat(ring.mayHaveLost(2)).isTrue();
		assertThat(ring.mayHaveLost(3)).isFalse();
	}

	private static EventRing.Entry entry(long sequence) {
		return new EventRing.Entry(sequence, "payments",
				new BreakerEvent(Instant.EPOCH, "payments", BreakerEvent.Type.SUCCESS, null, null, null, null, null));
	}

	private static List<Long> sequencesOf(EventRing ring) {
		List<Long> sequences = new ArrayList<>();
		ring.forEach((entry) -> sequences.add(entry.sequence()));
		return sequences;
	}

}
