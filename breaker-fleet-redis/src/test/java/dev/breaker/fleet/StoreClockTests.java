package dev.breaker.fleet;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store's clock as a node sees it.
 */
class StoreClockTests {

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private final StoreClock clock = new StoreClock();

	@Test
	void itIsNeverAheadOfTheStore() {
		Random random = new Random(3);
		long origin = random.nextLong();
		long store = 1_700_000_000_000L * MILLI;
		for (int i = 0; i < 1_000; i++) {
			long there = random.nextLong(50 * MILLI);
			long back = random.nextLong(50 * MILLI);
			long began = origin + i * 1_000 * MILLI;
			long answered = store + i * 1_000 * MILLI + there;
			long arrived = began + there + back;
			this.clock.answered(answered / MILLI, began, arrived);
			long now = store + i * 1_000 * MILLI + there + back;
			Duration left = this.clock.until(now / MILLI + 1_000, arrived);
			assertThat(left).isBetween(Duration.ofMillis(999), Duration.ofMillis(1_101));
		}
	}

	@Test
	void aClockThatJumpsIsFollowed() {
		this.clock.answered(1_000_000, 0, MILLI);
		this.clock.answered(4_600_000, 1_000 * MILLI, 1_001 * MILLI);
		assertThat(this.clock.until(4_601_000, 1_001 * MILLI)).isEqualTo(Duration.ofSeconds(1));
		this.clock.answered(1_000_000, 2_000 * MILLI, 2_001 * MILLI);
		assertThat(this.clock.until(1_001_000, 2_001 * MILLI)).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void newsSaysThatTheClockIsNotBehindIt() {
		this.clock.answered(1_000, 0, 100 * MILLI);
		this.clock.heard(1_080, 110 * MILLI);
		assertThat(this.clock.until(1_180, 110 * MILLI)).isEqualTo(Duration.ofMillis(100));
		this.clock.heard(900, 120 * MILLI);
		assertThat(this.clock.since(900, 120 * MILLI)).isEqualTo(Duration.ofMillis(190));
		assertThat(this.clock.since(2_000, 120 * MILLI)).isZero();
		assertThat(this.clock.until(1_000, 120 * MILLI)).isZero();
	}

}
