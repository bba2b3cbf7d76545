package dev.breaker.fleet;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which nodes ask for places, and which look after them.
 */
class TurnsTests {

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int TRIES = 10_000;

	private final Turns turns = new Turns(Duration.ofSeconds(1), new Random(1));

	private static double share(BooleanSupplier question) {
		return (double) IntStream.range(0, TRIES).filter((i) -> question.getAsBoolean()).count() / TRIES;
	}

	@Test
	void aStoreThatAnswersQuicklyIsSparedNothing() {
		assertThat(share(() -> this.turns.isSpared(500))).isZero();
		this.turns.answered(100 * MILLI, 1_000);
		assertThat(share(() -> this.turns.isSpared(500))).isZero();
	}

	@Test
	void eachSlowAnswerHalvesTheQuestionsAndEachQuickOneDoublesThem() {
		this.turns.answered(200 * MILLI, 10);
		assertThat(share(() -> this.turns.isSpared(500))).isZero();
		this.turns.answered(300 * MILLI, 10);
		assertThat(share(() -> this.turns.isSpared(500))).isBetween(0.48, 0.52);
		this.turns.failed();
		assertThat(share(() -> this.turns.isSpared(500))).isBetween(0.73, 0.77);
		this.turns.answered(200 * MILLI, 10);
		assertThat(share(() -> this.turns.isSpared(500))).isBetween(0.73, 0.77);
		this.turns.answered(100 * MILLI, 10);
		assertThat(share(() -> this.turns.isSpared(500))).isBetween(0.48, 0.52);
		this.turns.answered(MILLI, 10);
		assertThat(share(() -> this.turns.isSpared(500))).isZero();
	}

	@Test
	void someBreakersAskHoweverBusyTheStoreIs() {
		for (int i = 0; i < 100; i++) {
			this.turns.failed();
		}
		assertThat(share(() -> this.turns.isSpared(10))).isZero();
		assertThat(share(() -> this.turns.isSpared(100))).isBetween(0.88, 0.92);
		assertThat(share(() -> this.turns.isSpared(10_000))).isBetween(0.98, 0.99);
		for (int i = 0; i < 6; i++) {
			this.turns.answered(MILLI, 10);
		}
		assertThat(share(() -> this.turns.isSpared(10_000))).isZero();
	}

	@Test
	void allNodesOfASmallFleetAskFirst() {
		assertThat(share(() -> this.turns.isFirst(1, 0))).isEqualTo(1);
		this.turns.answered(MILLI, 80);
		assertThat(share(() -> this.turns.isFirst(10, 0))).isEqualTo(1);
	}

	@Test
	void someNodesOfALargeFleetAskFirst() {
		this.turns.answered(MILLI, 1_000);
		assertThat(share(() -> this.turns.isFirst(10, 0))).isBetween(0.07, 0.09);
		assertThat(share(() -> this.turns.isFirst(10, 1))).isBetween(0.14, 0.18);
		assertThat(share(() -> this.turns.isFirst(10, 4))).isEqualTo(1);
	}

	@Test
	void sixteenNodesLookAfterThePlaces() {
		this.turns.answered(MILLI, 16);
		assertThat(share(this.turns::isLooker)).isEqualTo(1);
		this.turns.answered(MILLI, 160);
		assertThat(share(this.turns::isLooker)).isBetween(0.08, 0.12);
	}

}
