package dev.breaker.compatibility.kinds;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import org.springframework.web.context.request.async.DeferredResult;

/**
 * What the caller of a guarded method sees of its result, and how the caller gives it up.
 */
final class Answer {

	private @Nullable String value;

	private @Nullable Throwable thrown;

	private boolean ended;

	private Runnable cancel = () -> {
	};

	private Runnable look = () -> {
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

	/** Looks for what there is each time that it is asked. */
	static Answer ofFuture(Future<String> future) {
		Answer answer = new Answer();
		answer.cancel = () -> future.cancel(true);
		answer.look = () -> {
			if (!answer.ended && future.isDone()) {
				answer.ended = true;
				try {
					answer.value = future.get();
				}
				catch (ExecutionException ex) {
					answer.thrown = ex.getCause();
				}
				catch (InterruptedException | CancellationException ex) {
					answer.thrown = ex;
				}
			}
		};
		return answer;
	}

	static Answer of(DeferredResult<String> result) {
		Answer answer = new Answer();
		result.setResultHandler((value) -> {
			answer.ended = true;
			if (value instanceof Throwable thrown) {
				answer.thrown = thrown;
			}
			else {
				answer.value = (String) value;
			}
		});
		return answer;
	}

	void cancel() {
		this.cancel.run();
	}

	boolean hasEnded() {
		this.look.run();
		return this.ended;
	}

	@Nullable String value() {
		this.look.run();
		return this.value;
	}

	@Nullable Throwable thrown() {
		this.look.run();
		return this.thrown;
	}

}
