package dev.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An outage that was made public, in time that moves by hand: orders come at ten times
 * the usual rate, the payment service's answers climb from 0.8 s to 14 s, and a bounded
 * pool of threads serves all customers. The figures are those of docs/hung-calls.md.
 */
class HungOutageTests {

	private static final int THREADS = 100;

	private static final int ORDERS = 500;

	private static final Duration BETWEEN_ORDERS = Duration.ofMillis(50);

	private static final Duration CLIMB = Duration.ofSeconds(5);

	private static final Duration FIRST_ANSWER = Duration.ofMillis(800);

	private static final Duration LAST_ANSWER = Duration.ofSeconds(14);

	private static final Duration SLOW = Duration.ofSeconds(2);

	@Test
	void withoutCountingThePoolIsFullForSecondsBeforeItOpens() {
		Shop shop = new Shop(false);
		shop.open();
		assertThat(shop.firstRefusal).isBetween(Duration.ofMillis(11_500), Duration.ofMillis(11_600));
		assertThat(shop.mostBusy).isEqualTo(THREADS);
		assertThat(shop.waitedLong).isEqualTo(181);
		assertThat(shop.longestWait).isGreaterThan(Duration.ofSeconds(17));
	}

	@Test
	void withCountingItOpensBeforeThePoolIsFull() {
		Shop shop = new Shop(true);
		shop.open();
		assertThat(shop.firstRefusal).isEqualTo(Duration.ofSeconds(5));
		assertThat(shop.mostBusy).isEqualTo(77);
		assertThat(shop.waitedLong).isEqualTo(90);
		assertThat(shop.longestWait).isLessThan(LAST_ANSWER);
	}

	/** Customers, the threads that serve them, and the service that these wait for. */
	private static final class Shop {

		private final TestBreaker test;

		private final PriorityQueue<Answer> answers = new PriorityQueue<>(Comparator.comparing(Answer::at));

		private final Queue<Duration> waiting = new ArrayDeque<>();

		private int busy;

		private int mostBusy;

		private Duration firstRefusal = Duration.ZERO;

		private Duration longestWait = Duration.ZERO;

		private int waitedLong;

		Shop(boolean counted) {
			this.test = TestBreaker.with((config) -> config.slidingWindowSize(100)
				.slowCallDurationThreshold(SLOW)
				.slowCallRateThreshold(50)
				.waitDurationInOpenState(Duration.ofMinutes(2))
				.countHungCalls(counted));
			this.test.succeed(100);
		}

		void open() {
			for (int order = 0; order < ORDERS; order++) {
				Duration now = BETWEEN_ORDERS.multipliedBy(order);
				answerUntil(now);
				this.waiting.add(now);
				serve(now);
			}
			answerUntil(Duration.ofDays(1));
			assertThat(this.test.heard.changes().get(0).reason()).isEqualTo(Reason.SLOW_CALL_RATE);
			assertThat(this.test.snapshot().inFlight()).isZero();
		}

		private void answerUntil(Duration end) {
			while (!this.answers.isEmpty() && this.answers.peek().at().compareTo(end) <= 0) {
				Answer answer = this.answers.remove();
				moveTo(answer.at());
				this.busy--;
				answer.permit().success("paid", answer.at().minus(answer.began()).toNanos());
				answered(answer.at().minus(answer.ordered()));
				serve(answer.at());
			}
			moveTo(end);
		}

		private void serve(Duration now) {
			while (this.busy < THREADS && !this.waiting.isEmpty()) {
				Duration ordered = this.waiting.remove();
				Permit permit = this.test.breaker.tryAcquire();
				if (permit == null) {
					this.firstRefusal = this.firstRefusal.isZero() ? now : this.firstRefusal;
					answered(now.minus(ordered));
					continue;
				}
				this.busy++;
				this.mostBusy = Math.max(this.mostBusy, this.busy);
				this.answers.add(new Answer(now.plus(timeAt(now)), ordered, now, permit));
			}
		}

		private static Duration timeAt(Duration now) {
			double share = Math.min(1, (double) now.toNanos() / CLIMB.toNanos());
			return FIRST_ANSWER.plusNanos(Math.round(share * LAST_ANSWER.minus(FIRST_ANSWER).toNanos()));
		}

		private void answered(Duration wait) {
			this.longestWait = (wait.compareTo(this.longestWait) > 0) ? wait : this.longestWait;
			this.waitedLong += (wait.compareTo(SLOW) > 0) ? 1 : 0;
		}

		private void moveTo(Duration time) {
			this.test.clock.advance(time.minusNanos(this.test.clock.now()));
		}

	}

	/**
	 * That a customer gets.
	 *
	 * @param at when
	 * @param ordered when the customer came
	 * @param began when a thread was free
	 * @param permit that of the call
	 */
	private record Answer(Duration at, Duration ordered, Duration began, Permit permit) {
	}

}
