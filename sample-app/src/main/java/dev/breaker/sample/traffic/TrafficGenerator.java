package dev.breaker.sample.traffic;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Sends orders and questions for offers to the shop's own port, at an even rate. Off
 * until somebody switches it on. Thread-safe.
 */
@Component
class TrafficGenerator implements DisposableBean {

	static final int MAX_RATE = 500;

	/**
	 * More is not sent at a time: a shop that is stuck must not fill the memory with
	 * requests.
	 */
	private static final int MAX_IN_FLIGHT = 200;

	/** Longer than the shop takes, even on a machine with no time for it. */
	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final int ARTICLES = 30;

	private final Environment environment;

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final Semaphore places = new Semaphore(MAX_IN_FLIGHT);

	private final AtomicLong sent = new AtomicLong();

	private final LongAdder skipped = new LongAdder();

	private final LongAdder lost = new LongAdder();

	private final Target orders = new Target("/checkout/", new ConcurrentHashMap<>());

	private final Target offers = new Target("/partner/", new ConcurrentHashMap<>());

	private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "traffic");
		thread.setDaemon(true);
		return thread;
	});

	private @Nullable ScheduledFuture<?> ticks; // guarded by this

	private volatile int rate;

	TrafficGenerator(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Changes the rate.
	 * @param rate requests a second, 0 to {@value #MAX_RATE}; 0 stops
	 */
	synchronized void rate(int rate) {
		if (this.ticks != null) {
			this.ticks.cancel(false);
			this.ticks = null;
		}
		this.rate = rate;
		if (rate > 0) {
			String shop = "http://127.0.0.1:" + this.environment.getRequiredProperty("local.server.port");
			this.ticks = this.ticker.scheduleAtFixedRate(() -> send(shop), 0, TimeUnit.SECONDS.toNanos(1) / rate,
					TimeUnit.NANOSECONDS);
		}
	}

	TrafficReport report() {
		return new TrafficReport(this.rate, MAX_RATE, this.sent.get(), this.skipped.sum(),
				MAX_IN_FLIGHT - this.places.availablePermits(), this.lost.sum(), this.orders.counts(),
				this.offers.counts());
	}

	@Override
	public void destroy() {
		this.ticker.shutdownNow();
	}

	private void send(String shop) {
		if (!this.places.tryAcquire()) {
			this.skipped.increment();
			return;
		}
		long number = this.sent.getAndIncrement();
		Target target = (number % 4 == 3) ? this.offers : this.orders;
		URI uri = URI.create(shop + target.path() + "sku-" + number % ARTICLES);
		var unused = this.http
			.sendAsync(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.discarding())
			.whenComplete((response, thrown) -> {
				if (response != null) {
					target.count(response.statusCode());
				}
				else {
					this.lost.increment();
				}
				this.places.release();
			});
	}

	private record Target(String path, ConcurrentMap<Integer, LongAdder> answers) {

		void count(int status) {
			this.answers.computeIfAbsent(status, (first) -> new LongAdder()).increment();
		}

		Map<Integer, Long> counts() {
			return this.answers.entrySet()
				.stream()
				.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> entry.getValue().sum()));
		}

	}

}
