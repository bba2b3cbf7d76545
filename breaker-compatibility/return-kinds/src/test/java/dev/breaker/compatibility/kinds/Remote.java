package dev.breaker.compatibility.kinds;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.test.ManualClock;
import reactor.core.publisher.Mono;

/**
 * The other side of a guarded method: one answer, which a test gives before or after it
 * is called.
 */
final class Remote {

	private final CompletableFuture<String> answer = new CompletableFuture<>();

	private final AtomicInteger calls = new AtomicInteger();

	private final ManualClock clock;

	private volatile Duration takes = Duration.ZERO;

	Remote(ManualClock clock) {
		this.clock = clock;
	}

	/** From now on a call takes that long until it can have its answer. */
	void takes(Duration duration) {
		this.takes = duration;
	}

	void answers(String value) {
		this.answer.complete(value);
	}

	void fails(Throwable thrown) {
		this.answer.completeExceptionally(thrown);
	}

	int calls() {
		return this.calls.get();
	}

	boolean isCancelled() {
		return this.answer.isCancelled();
	}

	/** Makes a call, whose answer may come later. */
	CompletableFuture<String> call() {
		this.calls.incrementAndGet();
		this.clock.advance(this.takes);
		return this.answer;
	}

	/** Makes a call that has its answer, and waits for nothing. */
	String get() throws Throwable {
		try {
			return call().getNow("no answer");
		}
		catch (CompletionException ex) {
			throw ex.getCause();
		}
	}

	/** Makes a call with each subscription, and cancels it. */
	Mono<String> mono() {
		return Mono.defer(() -> Mono.fromFuture(call()));
	}

}
