package dev.breaker.compatibility.kinds;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * What the caller of a guarded method sees of its result, and how the caller gives it up.
 */
final class Answer {

	private @Nullable String value;

	private @Nullable Throwable thrown;

	private boolean ended;

	private Runnable cancel = () -> {
	};

	static Answer of(@Nullable String value) {
		Answer answer = new Answer();
		answer.value = value;
		answer.ended = true;
		return answer;
	}

	static Answer failed(Throwable thrown) {
		Answer answer = new Answer();
		answer.thrown = thrown;
		answer.ended = true;
		return answer;
	}

	/** Subscribes. */
	static Answer of(Publisher<?> publisher) {
		Answer answer = new Answer();
		Disposable subscription = Flux.from(publisher)
			.subscribe((element) -> answer.value = element.toString(), (thrown) -> {
				answer.thrown = thrown;
				answer.ended = true;
			}, () -> answer.ended = true);
		answer.cancel = subscription::dispose;
		return answer;
	}

	static Answer of(CompletionStage<String> stage) {
		Answer answer = new Answer();
		CompletableFuture<String> future = stage.toCompletableFuture();
		future.whenComplete((value, thrown) -> {
			answer.value = value;
			answer.thrown = (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
			answer.ended = true;
		});
		answer.cancel = () -> future.cancel(true);
		return answer;
	}

	void cancel() {
		this.cancel.run();
	}

	boolean hasEnded() {
		return this.ended;
	}

	@Nullable String value() {
		return this.value;
	}

	@Nullable Throwable thrown() {
		return this.thrown;
	}

}
