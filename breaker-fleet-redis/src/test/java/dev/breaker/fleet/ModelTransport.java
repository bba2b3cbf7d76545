package dev.breaker.fleet;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The way of one node to a {@link ModelStore}, over a network that delays messages, keeps
 * those of one connection in their order, loses some, and can be cut.
 */
final class ModelTransport implements FleetTransport {

	private static final long LIMIT_NANOS = 1_000_000_000;

	private final TestFleet fleet;

	private final HandExecutor process;

	private boolean cut;

	private long exchanges;

	private long demands;

	private long lastRequest;

	private long lastAnswer;

	private long lastNews;

	ModelTransport(TestFleet fleet, HandExecutor process) {
		this.fleet = fleet;
		this.process = process;
	}

	void cut(boolean cut) {
		this.cut = cut;
	}

	long exchanges() {
		return this.exchanges;
	}

	/** How often places were asked for, or looked after. */
	long demands() {
		return this.demands;
	}

	@Override
	public CompletionStage<Reply> exchange(Exchange exchange) {
		this.exchanges++;
		this.demands += exchange.actions().stream().filter(Action.Demand.class::isInstance).count();
		CompletableFuture<Reply> answer = new CompletableFuture<>();
		this.lastRequest = arrival(this.lastRequest);
		if (isPassed()) {
			at(this.lastRequest, () -> carryOut(exchange, answer));
		}
		this.fleet.time.in(LIMIT_NANOS, () -> this.process
			.run(() -> answer.completeExceptionally(new TimeoutException("no answer within 1 s"))));
		return answer;
	}

	private void carryOut(Exchange exchange, CompletableFuture<Reply> answer) {
		if (this.cut || this.fleet.isDown()) {
			return;
		}
		Reply reply = this.fleet.store().exchange(exchange);
		long done = this.fleet.done(this.fleet.time.nanos(), exchange.actions().size());
		this.lastAnswer = arrival(Math.max(this.lastAnswer, done));
		if (isPassed() && !this.fleet.losesAnswers()) {
			at(this.lastAnswer, () -> this.process.run(() -> answer.complete(reply)));
		}
	}

	@Override
	public CompletionStage<FleetView> view() {
		return CompletableFuture.completedFuture(this.fleet.store().view());
	}

	@Override
	public void listen(Consumer<News> consumer) {
		this.fleet.store().listen((news) -> {
			this.lastNews = arrival(this.lastNews);
			if (isPassed()) {
				at(this.lastNews, () -> {
					if (!this.cut) {
						this.process.run(() -> consumer.accept(news));
					}
				});
			}
		});
	}

	private boolean isPassed() {
		return !this.cut && !this.fleet.isDown() && !this.fleet.losesOne();
	}

	/** No sooner than that. */
	private long arrival(long before) {
		return Math.max(before, this.fleet.time.nanos() + this.fleet.latency());
	}

	private void at(long nanos, Runnable action) {
		this.fleet.time.in(nanos - this.fleet.time.nanos(), action);
	}

	@Override
	public void close() {
	}

}
