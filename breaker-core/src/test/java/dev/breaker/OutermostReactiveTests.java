package dev.breaker;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A thread that meets a guarded publisher inside of a blocking call of the same breaker,
 * or the other way round, is inside of what it went into, and of nothing afterwards.
 */
@Timeout(60)
class OutermostReactiveTests {

	private static final int THREADS_OF_A_GROUP = 8;

	private final TestBreaker test = TestBreaker
		.with((config) -> config.minimumNumberOfCalls(100).permittedNumberOfCallsInHalfOpenState(1));

	private final CircuitBreaker breaker = this.test.breaker;

	private final Held subscriber = new Held();

	@BeforeEach
	void aFluxIsSubscribed() {
		outermost(Flux.just("a", "b", "c")).subscribe(this.subscriber);
	}

	@Test
	void aRequestInsideOfACallLeavesTheThreadUnmarked() {
		call(() -> this.subscriber.ask(1));
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@Test
	void anIteratorInsideOfACallLeavesTheThreadUnmarked() {
		Iterator<String> elements = outermost(Flux.just("a", "b", "c", "d")).toIterable(1).iterator();
		elements.next();
		call(elements::next);
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@Test
	void whatASubscriberCallsInsideOfACallBelongsToThat() {
		this.subscriber.onEach = () -> call(() -> {
		});
		call(() -> this.subscriber.ask(2));
		assertThat(this.test.snapshot().successfulCallsTotal()).isOne();
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@Test
	void whatASubscriberCallsByItselfIsRecorded() {
		this.subscriber.onEach = () -> call(() -> this.subscriber.ask(1));
		this.subscriber.ask(1);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(4);
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anotherThreadThatComesMeanwhileKeepsItsPlace(boolean requested) throws InterruptedException {
		Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
		Other other = new Other();
		this.subscriber.onEach = other::goInside;
		outermost(sink.asFlux()).subscribe((element) -> other.goInside());
		call(requested ? () -> this.subscriber.ask(1) : () -> sink.tryEmitNext("a"));
		other.callInside();
		other.comeOut();
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(2);
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@Test
	void aThreadThatRequestsLeavesAnotherOneInsideOfAProbe() throws InterruptedException {
		this.breaker.halfOpen();
		Mono<String> source = Mono.create((sink) -> {
			run(() -> this.subscriber.ask(1));
			this.breaker.run(() -> {
			});
			sink.success("value");
		});
		assertThat(this.<String>outermost(source).doOnSubscribe(this.subscriber::take).block()).isEqualTo("value");
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isZero();
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aRequestInsideOfASourceLeavesTheThreadInsideOfIt() {
		this.breaker.halfOpen();
		Mono<String> source = Mono.create((sink) -> {
			this.subscriber.ask(1);
			this.breaker.run(() -> {
			});
			sink.success("value");
		});
		assertThat(this.<String>outermost(source).doOnSubscribe(this.subscriber::take).block()).isEqualTo("value");
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isZero();
	}

	@Test
	void aProbeThatIsOverLeavesTheThreadUnmarked() {
		TestBreaker two = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2));
		two.in(State.HALF_OPEN);
		Held probe = new Held();
		Flux.just("a", "b").transform(CircuitBreakerOperator.<String>of(two.breaker).outermost()).subscribe(probe);
		two.breaker.outermost().<String, RuntimeException>call(() -> {
			probe.ask(1);
			return "value";
		});
		probe.ask(2);
		assertThat(two.state()).isEqualTo(State.CLOSED);
		two.breaker.outermost().call(() -> "value");
		assertThat(two.snapshot().successfulCallsTotal()).isEqualTo(3);
	}

	@Test
	void aSourceIsInsideOfItsCallAfterASignalToo() {
		List<Consumer<CoreSubscriber<? super String>>> signals = List.of((to) -> to.onNext("a"), Subscriber::onComplete,
				(to) -> to.onError(new IllegalStateException("down")));
		for (Consumer<CoreSubscriber<? super String>> signal : signals) {
			Flux<String> source = new Flux<>() {

				@Override
				public void subscribe(CoreSubscriber<? super String> actual) {
					actual.onSubscribe(Operators.emptySubscription());
					signal.accept(actual);
					call(() -> {
					});
				}

			};
			outermost(source).subscribe((element) -> {
			}, (thrown) -> {
			});
		}
		assertThat(this.test.snapshot().successfulCallsTotal()).as("the completed one").isOne();
		assertThat(this.test.snapshot().failedCallsTotal()).as("the failed one").isOne();
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	@Test
	void anErrorOutOfARequestLeavesTheThreadUnmarked() {
		Flux<String> broken = Flux.from((subscriber) -> subscriber.onSubscribe(new Subscription() {

			@Override
			public void request(long elements) {
				throw new IllegalStateException("request");
			}

			@Override
			public void cancel() {
			}

		}));
		Held requesting = new Held();
		outermost(broken).subscribe(requesting);
		assertThatIllegalStateException().isThrownBy(() -> requesting.ask(1));
		assertThat(this.test.snapshot().failedCallsTotal()).isOne();
		this.breaker.reset();
		assertThatTheNextCallsOfThisThreadAreRecorded();
	}

	private void assertThatTheNextCallsOfThisThreadAreRecorded() {
		long before = this.test.snapshot().failedCallsTotal();
		for (int i = 0; i < 3; i++) {
			assertThatIllegalStateException().isThrownBy(() -> call(() -> {
				throw new IllegalStateException("down");
			}));
		}
		assertThat(this.test.snapshot().failedCallsTotal() - before).isEqualTo(3);
	}

	private void call(Runnable work) {
		this.breaker.outermost().<String, RuntimeException>call(() -> {
			work.run();
			return "value";
		});
	}

	private static void run(Runnable work) {
		Thread thread = new Thread(work);
		thread.start();
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private <T> Mono<T> outermost(Mono<T> mono) {
		return (Mono<T>) CircuitBreakerOperator.<T>of(this.breaker).outermost().apply(mono);
	}

	private Flux<String> outermost(Flux<String> flux) {
		return flux.transform(CircuitBreakerOperator.<String>of(this.breaker).outermost());
	}

	/** Requests when the test says so. */
	private static final class Held extends BaseSubscriber<String> {

		private Runnable onEach = () -> {
		};

		private Subscription taken = new Subscription() {

			@Override
			public void request(long elements) {
			}

			@Override
			public void cancel() {
			}

		};

		void ask(long elements) {
			this.taken.request(elements);
		}

		void take(Subscription subscription) {
			this.taken = subscription;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			this.taken = subscription;
		}

		@Override
		protected void hookOnNext(String element) {
			this.onEach.run();
		}

	}

	/** A thread that looks for its place where this one does. */
	private final class Other {

		private final CountDownLatch inside = new CountDownLatch(1);

		private final CountDownLatch over = new CountDownLatch(1);

		private final CompletableFuture<Runnable> nested = new CompletableFuture<>();

		private final Thread thread = sameGroup();

		private Thread sameGroup() {
			Thread made;
			do {
				made = new Thread(this::stay);
			}
			while ((made.getId() - Thread.currentThread().getId()) % THREADS_OF_A_GROUP != 0);
			return made;
		}

		private void stay() {
			call(() -> {
				this.inside.countDown();
				this.nested.join().run();
			});
			this.over.countDown();
		}

		void goInside() {
			this.thread.start();
			try {
				this.inside.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void callInside() {
			this.nested.complete(() -> call(() -> {
			}));
		}

		void comeOut() throws InterruptedException {
			this.over.await();
		}

	}

}
