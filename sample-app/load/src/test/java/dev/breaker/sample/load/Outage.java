package dev.breaker.sample.load;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;

import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

/**
 * One outage of the payment service, as customers see it, and what must be seen of it.
 */
final class Outage {

	private static final int PAID = 200;

	private static final int PAID_LATER = 202;

	private final String name;

	private final String shop;

	private final int threads;

	private final Duration threshold;

	private final boolean noticedInTime;

	private final AtomicLong began = new AtomicLong();

	private final AtomicLong firstRefusal = new AtomicLong(Long.MAX_VALUE);

	private final AtomicInteger waiting = new AtomicInteger();

	private final AtomicInteger mostWaiting = new AtomicInteger();

	private final Queue<Long> waits = new ConcurrentLinkedQueue<>();

	/**
	 * Takes what is to be seen.
	 * @param name how the report calls it
	 * @param shop where the shop is
	 * @param threads how many request threads it has
	 * @param threshold from when on its breaker calls an answer slow
	 * @param noticedInTime whether it must refuse before all threads wait, or cannot
	 */
	Outage(String name, String shop, int threads, Duration threshold, boolean noticedInTime) {
		this.name = name;
		this.shop = shop;
		this.threads = threads;
		this.threshold = threshold;
		this.noticedInTime = noticedInTime;
	}

	String order() {
		return this.name + ": order";
	}

	String look() {
		return this.name + ": pool and first refusal";
	}

	ChainBuilder warmsUp() {
		return exec(http("warm-up").get((session) -> article()).check(status().is(PAID)).silent());
	}

	ChainBuilder begins() {
		return exec(http("switch").post(this.shop + "/faults/payments?mode=slow").silent()).exec((session) -> {
			this.began.set(System.nanoTime());
			return session;
		});
	}

	ChainBuilder orders() {
		return exec((session) -> {
			int now = this.waiting.incrementAndGet();
			this.mostWaiting.accumulateAndGet(now, Math::max);
			return session.set("began", System.nanoTime());
		}).exec(http(order()).get((session) -> article()).check(status().in(PAID, PAID_LATER).saveAs("status")))
			.exec(this::answered);
	}

	private String article() {
		return this.shop + "/checkout/book-" + ThreadLocalRandom.current().nextInt(1000);
	}

	private Session answered(Session session) {
		long now = System.nanoTime();
		this.waiting.decrementAndGet();
		this.waits.add(now - session.getLong("began"));
		if (session.contains("status") && session.getInt("status") == PAID_LATER) {
			this.firstRefusal.accumulateAndGet(now - this.began.get(), Math::min);
		}
		return session;
	}

	ChainBuilder looksBack() {
		return exec(http(look()).get(this.shop + "/actuator/circuitbreakers/payments")
			.check(jsonPath("$.lastChange.reason").is("SLOW_CALL_RATE"),
					jsonPath("$.state").validate("pool", (state, session) -> check(state))));
	}

	private String check(String state) {
		int busy = Math.min(this.mostWaiting.get(), this.threads);
		System.out.println(this + ", " + state);
		if (this.noticedInTime != (busy < this.threads)) {
			throw new IllegalStateException(busy + " of " + this.threads + " request threads were busy");
		}
		return state;
	}

	@Override
	public String toString() {
		List<Long> sorted = this.waits.stream().sorted().toList();
		long slow = sorted.stream().filter((wait) -> wait > this.threshold.toNanos()).count();
		return "%s: first refusal after %.1f s; at most %d of %d request threads busy, %d customers at a time; %d of %d waited longer than %.0f s, the longest %.1f s, the mean %.1f s"
			.formatted(this.name, seconds(this.firstRefusal.get()), Math.min(this.mostWaiting.get(), this.threads),
					this.threads, this.mostWaiting.get(), slow, sorted.size(), seconds(this.threshold.toNanos()),
					seconds(sorted.isEmpty() ? 0 : sorted.get(sorted.size() - 1)),
					sorted.stream().mapToLong(Long::longValue).average().orElse(0) / 1e9);
	}

	private static double seconds(long nanos) {
		return nanos / 1e9;
	}

}
