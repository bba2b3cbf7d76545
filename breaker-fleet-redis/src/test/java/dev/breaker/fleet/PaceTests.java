package dev.breaker.fleet;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When exchanges go out.
 */
class PaceTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private final Pace pace = new Pace(Duration.ofSeconds(1), new Random(1), 0);

	@Test
	void theFirstGoesOutAtOnce() {
		assertThat(this.pace.next(false)).isZero();
		assertThat(this.pace.isHeartbeat(0)).isTrue();
	}

	@Test
	void aHeartbeatGoesOutEachSecond() {
		for (int i = 0; i < 100; i++) {
			this.pace.answered(0, MILLI, 10);
			assertThat(this.pace.next(false)).isBetween(SECOND * 9 / 10, SECOND * 11 / 10);
		}
	}

	@Test
	void theMoreNodesTheFurtherApart() {
		this.pace.answered(0, MILLI, 10);
		assertThat(this.pace.next(true)).isEqualTo(10 * MILLI);
		this.pace.answered(0, MILLI, 1_000);
		assertThat(this.pace.next(true)).isEqualTo(200 * MILLI);
		this.pace.answered(0, MILLI, 1_000_000);
		assertThat(this.pace.next(true)).isBetween(SECOND * 9 / 10, SECOND);
	}

	@Test
	void theLongerAnAnswerTakesTheFurtherApart() {
		this.pace.answered(0, 40 * MILLI, 10);
		assertThat(this.pace.next(true)).isEqualTo(80 * MILLI);
		this.pace.answered(0, 900 * MILLI, 10);
		assertThat(this.pace.next(true)).isBetween(SECOND * 9 / 10, SECOND);
	}

	@Test
	void theWaitAfterFailuresGrowsToOneAndAHalfHeartbeats() {
		this.pace.failed(0);
		assertThat(this.pace.next(true)).isBetween(SECOND * 4 / 10, SECOND / 2);
		this.pace.failed(0);
		assertThat(this.pace.next(true)).isBetween(SECOND * 8 / 10, SECOND);
		for (int i = 0; i < 2_000; i++) {
			this.pace.failed(0);
			assertThat(this.pace.next(true)).isBetween(SECOND * 12 / 10, SECOND * 3 / 2);
		}
		this.pace.answered(0, MILLI, 1);
		this.pace.failed(0);
		assertThat(this.pace.next(true)).isLessThanOrEqualTo(SECOND / 2);
	}

}
