package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Subscriptions of Reactor's publishers as calls.
 */
@Timeout(30)
class CircuitBreakerOperatorTests {

	private static final Duration SLOW = Duration.ofSeconds(2);

	private final TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
		.slowCallDurationThreshold(SLOW)
		.waitDurationInOpenState(Duration.ofSeconds(10))
		.recordResult("bad"::equals)
		.ignoreExceptions(IllegalArgumentException.class));

	private final CircuitBreaker breaker = this.test.breaker;

	private final TestPublisher<String> source = TestPublisher.create();

	@Test
	void aMonoStaysAMonoAndAFluxAFlux() {
		Mono<String> mono = Mono.just("a").transform(CircuitBreakerOperator.of(this.breaker));
		Flux<Integer> flux = Flux.just(1, 2).transform(CircuitBreakerOperator.of(this.breaker));
		Publisher<String> publisher = CircuitBreakerOperator.<String>of(this.breaker).apply(this.source);
		StepVerifier.create(mono).expectNext("a").verifyComplete();
		StepVerifier.create(flux).expectNext(1, 2).verifyComplete();
		assertThat(publisher).isInstanceOf(Flux.class);
		assertThat(CircuitBreakerOperator.<String>of(this.breaker).apply(Mono.empty())).isInstanceOf(Mono.class);
		assertThat(this.test.heard.news()).containsExactly("success", "success");
	}

	@Test
	void nothingHappensBeforeTheSubscription() {
		this.test.in(State.FORCED_OPEN);
		Mono<String> mono = guarded(this.source.mono());
		this.source.assertWasNotSubscribed();
		assertThat(this.test.heard.count("refused")).isZero();
		this.test.in(State.CLOSED);
		mono.subscribe();
		this.source.assertWasSubscribed();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRefusalIsAnErrorSignalAndTheSourceIsLeftAlone(boolean many) {
		this.test.in(State.FORCED_OPEN);
		StepVerifier.create(guarded(many)).verifyErrorSatisfies((thrown) -> {
			assertThat(thrown).isInstanceOf(CallNotPermittedException.class).hasNoSuppressedExceptions();
			assertThat(((CallNotPermittedException) thrown).circuitBreakerName()).isEqualTo("payments");
		});
		this.source.assertWasNotSubscribed();
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isOne();
	}

	@Test
	void aSubscriberThatHasTheValueSeesTheCallRecorded() {
		AtomicInteger recorded = new AtomicInteger();
		guarded(this.source.mono())
			.subscribe((value) -> recorded.set((int) this.test.snapshot().successfulCallsTotal()));
		this.source.next("value");
		assertThat(recorded).hasValue(1);
	}

	@Test
	void anEmptyMonoIsASuccess() {
		StepVerifier.create(guarded(Mono.empty())).verifyComplete();
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void aFluxIsRecordedWhenItCompletes() {
		StepVerifier.create(guarded(this.source.flux()))
			.then(() -> this.source.next("a", "b"))
			.expectNext("a", "b")
			.then(() -> assertThat(this.test.heard.news()).isEmpty())
			.then(this.source::complete)
			.verifyComplete();
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void aFluxThatEmitsAndThenErrorsIsAFailure() {
		StepVerifier.create(guarded(this.source.flux()))
			.then(() -> this.source.next("a").error(new IOException("cut")))
			.expectNext("a")
			.verifyErrorMessage("cut");
		assertThat(this.test.heard.news()).containsExactly("failure IOException");
	}

	static Stream<Throwable> failures() {
		return Stream.of(new IllegalStateException(), new IOException(), new OutOfMemoryError("not really"),
				new StackOverflowError(), new AssertionError(), new NoClassDefFoundError(),
				new CompletionException("no cause", null), new CompletionException(new IOException()));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whateverIsSignalledIsRecordedAndLeaksNoPermit(Throwable thrown) {
		for (boolean many : new boolean[] { true, false }) {
			this.test.in(State.HALF_OPEN);
			StepVerifier.create(guarded(many))
				.then(() -> this.source.error(thrown))
				.verifyErrorSatisfies((signalled) -> assertThat(signalled).isSameAs(thrown));
			assertThat(this.test.state()).isEqualTo(State.OPEN);
		}
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(2);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whateverSubscribeThrowsIsRecordedAndLeaksNoPermit(Throwable thrown) {
		this.test.in(State.HALF_OPEN);
		List<Throwable> seen = new ArrayList<>();
		Mono<String> throwing = new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super String> actual) {
				throw Sneaky.unchecked(thrown);
			}

		};
		try {
			guarded(throwing).subscribe((value) -> {
			}, seen::add);
		}
		catch (Throwable fatal) {
			seen.add(fatal);
		}
		assertThat(seen).containsExactly(thrown);
		assertThat(this.test.snapshot().failedCallsTotal()).isOne();
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void exceptionsAreNotHiddenByBlock() {
		TestBreaker test = TestBreaker
			.with((config) -> config.recordExceptions(IOException.class).ignoreExceptions(TimeoutException.class));
		for (Exception thrown : List.of(new IOException(), new TimeoutException(), new Exception())) {
			Throwable caught = catchThrowable(() -> test.breaker.call(() -> Mono.error(thrown).block()));
			assertThat(caught).hasCause(thrown);
		}
		assertThat(test.heard.news()).containsExactly("failure IOException", "ignored TimeoutException", "success");
	}

	@Test
	void ignoredErrorsAndCancellationsByTheSourceCountAsEver() {
		StepVerifier.create(guarded(Mono.error(new IllegalArgumentException("ours")))).verifyErrorMessage("ours");
		StepVerifier.create(guarded(Mono.error(new CancellationException()))).verifyError(CancellationException.class);
		assertThat(this.test.heard.news()).containsExactly("ignored IllegalArgumentException");
	}

	@Test
	void theValueOfAMonoIsJudgedByTheResultRule() {
		StepVerifier.create(guarded(Mono.just("bad"))).expectNext("bad").verifyComplete();
		assertThat(this.test.heard.news()).containsExactly("failure by result");
	}

	@Test
	void anElementThatCountsAsFailureMakesAFluxOne() {
		StepVerifier.create(guarded(Flux.just("good", "bad", "good"))).expectNextCount(3).verifyComplete();
		StepVerifier.create(guarded(Flux.just("good"))).expectNextCount(1).verifyComplete();
		StepVerifier.create(guarded(Flux.just("bad", "good")).take(1)).expectNextCount(1).verifyComplete();
		assertThat(this.test.heard.news()).containsExactly("failure by result", "success", "failure by result");
	}

	@Test
	void anEmptyMonoIsNullToTheResultRuleAndAnEmptyFluxNothing() {
		TestBreaker nullFails = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(9).recordResult((result) -> result == null));
		Mono.empty().transform(CircuitBreakerOperator.of(nullFails.breaker)).block();
		Flux.empty().transform(CircuitBreakerOperator.of(nullFails.breaker)).blockLast();
		assertThat(nullFails.heard.news()).containsExactly("failure by result", "success");
	}

	@Test
	void eachSubscriptionIsACallOfItsOwn() {
		Mono<String> mono = guarded(Mono.just("value"));
		mono.block();
		mono.block();
		this.test.in(State.FORCED_OPEN);
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(mono::block);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(2);
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isOne();
	}

	@Test
	void aRetryTakesAPermitForEachAttempt() {
		AtomicInteger subscriptions = new AtomicInteger();
		Mono<String> failing = Mono.defer(() -> {
			subscriptions.incrementAndGet();
			return Mono.error(new IOException("down"));
		});
		StepVerifier.create(guarded(failing).retry(4)).verifyError(CallNotPermittedException.class);
		assertThat(subscriptions).hasValue(3);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(3);
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCancellationBeforeAnElementCountsAsNothing(boolean many) {
		this.test.in(State.HALF_OPEN);
		for (int i = 0; i < 20; i++) {
			Disposable subscription = Flux.from(guarded(many)).subscribe();
			this.source.assertSubscribers(1);
			assertThat(this.test.admits()).as("second probe").isFalse();
			subscription.dispose();
			this.source.assertNoSubscribers();
		}
		this.source.assertCancelled(20);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.admits()).isTrue();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCancellationOfASlowCallCountsAsSlow(boolean many) {
		Disposable quick = Flux.from(guarded(many)).subscribe();
		this.test.advance(SLOW);
		quick.dispose();
		assertThat(this.test.snapshot().slowCallsTotal()).isZero();
		Disposable slow = Flux.from(guarded(many)).subscribe();
		this.test.advance(SLOW.plusNanos(1));
		slow.dispose();
		assertThat(this.test.snapshot().slowCallsTotal()).isOne();
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void timeoutsOfSubscribersOpenABreakerOfSlowCalls() {
		TestBreaker slow = TestBreaker.with(
				(config) -> config.slowCallDurationThreshold(SLOW).slowCallRateThreshold(100).minimumNumberOfCalls(3));
		for (int i = 0; i < 3; i++) {
			Disposable call = Mono.never().transform(CircuitBreakerOperator.of(slow.breaker)).subscribe();
			slow.advance(SLOW.multipliedBy(2));
			call.dispose();
		}
		assertThat(slow.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aCancellationAfterAnElementIsASuccess() {
		StepVerifier.create(guarded(this.source.flux()).take(1))
			.then(() -> this.source.next("a"))
			.expectNext("a")
			.verifyComplete();
		this.source.assertCancelled();
		StepVerifier.create(guarded(Flux.just("a", "b")).next()).expectNext("a").verifyComplete();
		assertThat(this.test.heard.news()).containsExactly("success", "success");
	}

	@Test
	void aZipWhoseOtherLegFailsGivesTheProbeBack() {
		this.test.in(State.HALF_OPEN);
		Mono<String> never = guarded(Mono.never());
		StepVerifier.create(Mono.zip(never, Mono.error(new IOException("other")))).verifyErrorMessage("other");
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.admits()).isTrue();
	}

	@Test
	void aTimeoutInsideIsAFailureAndOneOutsideACancellation() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		List<Throwable> seen = new ArrayList<>();
		guarded(Mono.<String>never().timeout(Duration.ofSeconds(1), time)).subscribe((value) -> {
		}, seen::add);
		guarded(Mono.never()).timeout(Duration.ofSeconds(1), time).subscribe((value) -> {
		}, seen::add);
		time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(seen).hasSize(2).allMatch(TimeoutException.class::isInstance);
		assertThat(this.test.heard.news()).containsExactly("failure TimeoutException");
	}

	@Test
	void timeIsMeasuredFromTheSubscriptionToTheEnd() {
		Mono<String> mono = guarded(this.source.mono());
		this.test.advance(Duration.ofHours(1));
		mono.subscribe();
		this.test.advance(SLOW.plusMillis(1));
		this.source.complete();
		Flux<String> flux = guarded(Flux.just("a", "b").doOnNext((value) -> this.test.advance(SLOW)));
		flux.blockLast();
		assertThat(this.test.heard.durations()).containsExactly(SLOW.plusMillis(1).toNanos(),
				SLOW.multipliedBy(2).toNanos());
		assertThat(this.test.snapshot().slowCallsTotal()).isEqualTo(2);
	}

	@Test
	void theClockIsNotReadWhereNoTimeIsAskedFor() {
		HandClock clock = new HandClock();
		CircuitBreaker untimed = CircuitBreaker.of("untimed", CircuitBreakerConfig.builder().nanoClock(clock).build());
		long before = clock.reads();
		Mono.just("a").transform(CircuitBreakerOperator.of(untimed)).block();
		Flux.just("a").transform(CircuitBreakerOperator.of(untimed)).blockLast();
		Mono.never().transform(CircuitBreakerOperator.of(untimed)).subscribe().dispose();
		assertThat(clock.reads()).isEqualTo(before);
	}

	@Test
	void theContextPassesAsItIs() {
		Mono<String> mono = guarded(Mono.deferContextual((context) -> Mono.just(context.toString())));
		Context context = Context.of("user", "alice");
		assertThat(mono.contextWrite((empty) -> context).block()).isEqualTo(context.toString());
		Flux<Object> flux = Flux.deferContextual((view) -> Flux.just((Object) view.get("user")))
			.transform(CircuitBreakerOperator.of(this.breaker));
		assertThat(flux.contextWrite(context).blockFirst()).isEqualTo("alice");
	}

	@Test
	void signalsStayOnTheirThread() {
		List<String> threads = new ArrayList<>();
		guarded(this.source.flux().doOnNext((value) -> threads.add(Thread.currentThread().getName())))
			.doOnNext((value) -> threads.add(Thread.currentThread().getName()))
			.subscribe();
		this.source.next("a");
		assertThat(threads).hasSize(2).containsOnly(Thread.currentThread().getName());
	}

	@Test
	void demandPassesAsItIs() {
		StepVerifier.create(guarded(this.source.flux()), 0)
			.then(() -> this.source.assertMaxRequested(0))
			.thenRequest(2)
			.then(() -> this.source.assertMaxRequested(2))
			.then(() -> this.source.next("a", "b").complete())
			.expectNext("a", "b")
			.verifyComplete();
	}

	@Test
	void signalsAfterTheEndAreDropped() {
		for (boolean many : new boolean[] { true, false }) {
			TestPublisher<String> loose = TestPublisher
				.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
			Publisher<String> guarded = CircuitBreakerOperator.<String>of(this.breaker)
				.apply(many ? loose.flux() : Mono.fromDirect(loose.flux()));
			StepVerifier.create(guarded)
				.then(() -> loose.next("a").complete().next("b").error(new IOException("late")).complete())
				.expectNext("a")
				.expectComplete()
				.verifyThenAssertThat()
				.hasDropped("b")
				.hasDroppedErrorWithMessage("late");
		}
		assertThat(this.test.heard.news()).containsExactly("success", "success");
	}

	@Test
	void anElementAfterAnEmptyMonoIsDropped() {
		TestPublisher<String> loose = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		StepVerifier.create(CircuitBreakerOperator.<String>of(this.breaker).apply(Mono.fromDirect(loose.flux())))
			.then(() -> loose.complete().next("late"))
			.expectComplete()
			.verifyThenAssertThat()
			.hasDropped("late");
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void aSecondSubscriptionOfOneSubscriberIsCancelled() {
		List<String> elements = new ArrayList<>();
		Flux<String> twice = new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super String> actual) {
				actual.onSubscribe(Operators.emptySubscription());
				CircuitBreakerOperatorTests.this.source.subscribe(actual);
				actual.onNext("a");
			}

		};
		guarded(twice).subscribe(subscriber((subscription) -> elements.add("subscribed"), elements));
		this.source.assertCancelled();
		assertThat(elements).containsExactly("subscribed", "a");
	}

	@Test
	void whatASubscriberThrowsIsNotTheSources() {
		LinkageError thrown = new LinkageError("of the subscriber");
		assertThatThrownBy(() -> guarded(Flux.just("a", "b")).map((value) -> {
			throw thrown;
		}).subscribe()).isSameAs(thrown);
		assertThatThrownBy(() -> guarded(Mono.just("a")).map((value) -> {
			throw thrown;
		}).subscribe()).isSameAs(thrown);
		assertThat(this.test.heard.news()).containsExactly("success", "success");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSourceCanBeAskedAndCancelledAfterItsSubscriberThrew(boolean many) {
		List<Long> requested = new ArrayList<>();
		AtomicInteger cancelled = new AtomicInteger();
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				throw new LinkageError("of the subscriber");
			}

		};
		Sink source = new Sink(requested::add, cancelled::incrementAndGet);
		assertThatThrownBy(() -> source.guarded(this.breaker, many).subscribe(subscriber))
			.isInstanceOf(LinkageError.class);
		subscriber.request(2);
		subscriber.cancel();
		assertThat(requested).containsExactly(2L);
		assertThat(cancelled).hasValue(1);
		assertThat(this.test.heard.news()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSourceThatThrowsWhenItIsAskedCanBeCancelled(boolean many) {
		AtomicInteger cancelled = new AtomicInteger();
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				// It asks later.
			}

		};
		Sink source = new Sink((elements) -> {
			throw new LinkageError("of the source");
		}, cancelled::incrementAndGet);
		source.guarded(this.breaker, many).subscribe(subscriber);
		assertThatThrownBy(() -> subscriber.request(1)).isInstanceOf(LinkageError.class);
		subscriber.cancel();
		subscriber.cancel();
		assertThat(cancelled).hasValue(1);
		assertThat(this.test.heard.news()).containsExactly("failure LinkageError");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theProbeOfASourceThatIsCancelledFromTheStartIsGivenBack(boolean many) {
		this.test.in(State.HALF_OPEN);
		boolean permits = this.breaker.permits();
		Subscription cancelled = Operators.cancelledSubscription();
		for (int i = 0; i < 100; i++) {
			BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
			};
			Flux<String> source = Flux.from((actual) -> actual.onSubscribe(cancelled));
			CircuitBreakerOperator.<String>of(this.breaker)
				.apply(many ? source : Mono.fromDirect(source))
				.subscribe(subscriber);
			subscriber.cancel();
		}
		assertThat(this.breaker.permits()).isEqualTo(permits).isTrue();
	}

	@Test
	void aSourceThatThrowsAtItsSubscriptionCanStillSubscribeLater() {
		AtomicReference<CoreSubscriber<? super String>> actual = new AtomicReference<>();
		Flux<String> source = new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super String> given) {
				actual.set(given);
				throw new LinkageError("of the source");
			}

		};
		AtomicInteger cancelled = new AtomicInteger();
		List<String> signals = new ArrayList<>();
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				signals.add("subscribed");
			}

		};
		assertThatThrownBy(() -> guarded(source).subscribe(subscriber)).isInstanceOf(LinkageError.class);
		actual.get().onSubscribe(new Sink((elements) -> {
		}, cancelled::incrementAndGet));
		subscriber.cancel();
		assertThat(signals).containsExactly("subscribed");
		assertThat(cancelled).hasValue(1);
		assertThat(this.test.heard.news()).containsExactly("failure LinkageError");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSourceThatThrowsWhenItIsCancelledCanBeCancelledAgain(boolean many) {
		AtomicInteger cancelled = new AtomicInteger();
		AtomicReference<Subscription> given = new AtomicReference<>();
		Sink source = new Sink((elements) -> {
		}, () -> {
			if (cancelled.getAndIncrement() == 0) {
				throw new IllegalStateException("of the source");
			}
		});
		((CorePublisher<String>) source.guarded(this.breaker, many)).subscribe(subscriber(given::set));
		assertThatThrownBy(() -> given.get().cancel()).isInstanceOf(IllegalStateException.class);
		given.get().cancel();
		assertThat(cancelled).hasValue(2);
		assertThat(this.test.heard.news()).isEmpty();
	}

	@Test
	void aRuleThatCancelsWhileItJudgesTheFirstElementMakesTheCallASuccess() {
		AtomicReference<Subscription> given = new AtomicReference<>();
		TestBreaker judging = TestBreaker.with((config) -> config.recordResult((result) -> {
			given.get().cancel();
			return false;
		}));
		Flux<String> source = Flux.just("a", "b").transform(CircuitBreakerOperator.of(judging.breaker));
		source.subscribe(subscriber((subscription) -> {
			given.set(subscription);
			subscription.request(1);
		}));
		assertThat(judging.heard.news()).containsExactly("success");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aListenerThatCancelsAFailedCallReachesNoSourceThatHasEnded(boolean many) {
		AtomicInteger cancelled = new AtomicInteger();
		AtomicReference<Subscription> given = new AtomicReference<>();
		this.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				given.get().request(1);
				given.get().cancel();
			}

		});
		Flux<String> failing = Flux.from((actual) -> {
			actual.onSubscribe(new Sink((elements) -> cancelled.incrementAndGet(), cancelled::incrementAndGet));
			actual.onError(new IOException());
		});
		((CorePublisher<String>) CircuitBreakerOperator.<String>of(this.breaker)
			.apply(many ? failing : Mono.fromDirect(failing))).subscribe(subscriber(given::set));
		assertThat(cancelled).hasValue(0);
		assertThat(this.test.heard.news()).containsExactly("failure IOException");
	}

	private static CoreSubscriber<String> subscriber(Consumer<Subscription> onSubscribe) {
		return subscriber(onSubscribe, new ArrayList<>());
	}

	/** Writes down what it is signalled after its subscription. */
	private static CoreSubscriber<String> subscriber(Consumer<Subscription> onSubscribe, List<String> signals) {
		return new CoreSubscriber<>() {

			@Override
			public void onSubscribe(Subscription subscription) {
				onSubscribe.accept(subscription);
			}

			@Override
			public void onNext(String element) {
				signals.add(element);
			}

			@Override
			public void onError(Throwable thrown) {
				signals.add("error");
			}

			@Override
			public void onComplete() {
				signals.add("complete");
			}

		};
	}

	@Test
	@SuppressWarnings("NullAway") // what a source must not do
	void anErrorThatIsNullIsNoSuccessAfterAnElement() {
		Flux<String> source = Flux.from((actual) -> {
			actual.onSubscribe(Operators.emptySubscription());
			actual.onNext("a");
			actual.onError(null);
		});
		guarded(source).subscribe(subscriber((subscription) -> {
		}));
		assertThat(this.test.heard.news()).isEmpty();
	}

	@Test
	void whatAFluxSignalsAfterItsCancellationStillPasses() {
		List<String> signals = new ArrayList<>();
		AtomicReference<Subscription> subscription = new AtomicReference<>();
		TestPublisher<String> loose = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		guarded(loose.flux()).subscribe(subscriber((given) -> {
			subscription.set(given);
			given.request(9);
		}, signals));
		loose.next("a");
		subscription.get().cancel();
		subscription.get().cancel();
		subscription.get().request(1);
		loose.next("b");
		loose.complete();
		loose.complete();
		assertThat(signals).containsExactly("a", "b", "complete");
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void aFallbackGivesWhatARefusedOrFailedCallDoesNot() {
		List<Throwable> given = new ArrayList<>();
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(this.breaker, (thrown) -> {
			given.add(thrown);
			return Flux.just("x", "y");
		});
		IOException down = new IOException("down");
		StepVerifier.create(Mono.<String>error(new CompletionException(down)).transform(operator))
			.expectNext("x")
			.verifyComplete();
		StepVerifier.create(Flux.just("a").concatWith(Mono.error(down)).transform(operator))
			.expectNext("a", "x", "y")
			.verifyComplete();
		this.test.in(State.FORCED_OPEN);
		StepVerifier.create(Mono.just("a").transform(operator)).expectNext("x").verifyComplete();
		StepVerifier.create(Flux.just("a").transform(operator)).expectNext("x", "y").verifyComplete();
		assertThat(given).hasSize(4).startsWith(down, down);
		assertThat(given.subList(2, 4)).allMatch(CallNotPermittedException.class::isInstance);
	}

	@Test
	void aFallbackLetsIgnoredErrorsPass() {
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(this.breaker, (thrown) -> Mono.just("x"));
		StepVerifier.create(Mono.<String>error(new IllegalArgumentException("ours")).transform(operator))
			.verifyErrorMessage("ours");
		StepVerifier.create(Flux.<String>error(new CancellationException("gone")).transform(operator))
			.verifyErrorMessage("gone");
	}

	@Test
	void aRefusalFurtherInHasTheFallback() {
		CircuitBreaker inner = CircuitBreaker.ofDefaults("inner");
		inner.forceOpen();
		Mono<String> mono = Mono.just("a")
			.transform(CircuitBreakerOperator.of(inner))
			.transform(CircuitBreakerOperator.of(this.breaker, (thrown) -> Mono.just(thrown.getMessage())));
		assertThat(mono.block()).contains("inner");
		assertThat(this.test.heard.news()).isEmpty();
	}

	@Test
	void whatAFallbackThrowsOrDoesNotGiveIsSignalled() {
		IllegalStateException broken = new IllegalStateException("no fallback");
		StepVerifier.create(
				Mono.<String>error(new IOException()).transform(CircuitBreakerOperator.of(this.breaker, (thrown) -> {
					throw broken;
				})))
			.verifyErrorSatisfies(
					(thrown) -> assertThat(thrown).isSameAs(broken).hasNoCause().hasNoSuppressedExceptions());
		StepVerifier
			.create(Flux.<String>error(new IOException())
				.transform(CircuitBreakerOperator.of(this.breaker, (thrown) -> null)))
			.verifyErrorMessage("The fallback returned no publisher");
	}

	@Test
	void aProbeHasCallsOfTheSameBreakerInside() {
		this.test.in(State.HALF_OPEN);
		Mono<String> inner = guarded(Mono.just("value"));
		assertThat(guarded(Mono.defer(() -> inner)).block()).isEqualTo("value");
		assertThat(this.test.heard.count("success")).isOne();
		this.test.in(State.HALF_OPEN);
		assertThat(guarded(Mono.just("id").flatMap((id) -> inner)).block()).isEqualTo("value");
		assertThat(this.test.heard.count("success")).isEqualTo(2);
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aCallAfterAProbeIsNotInsideOfIt() {
		TestBreaker two = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
			.permittedNumberOfCallsInHalfOpenState(2)
			.successThresholdInHalfOpenState(2));
		two.in(State.HALF_OPEN);
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(two.breaker);
		Flux.just("a").transform(operator).flatMap((value) -> Mono.just("b").transform(operator)).blockLast();
		assertThat(two.heard.count("success")).isEqualTo(2);
		assertThat(two.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void outermostCallsAreRecordedOnceAndThoseAfterThemToo(boolean crowded) throws Exception {
		try (Crowd others = crowded ? new Crowd(this.breaker) : null) {
			Mono<String> inner = outermost(Mono.just("value"));
			assertThat(outermost(Mono.defer(() -> inner)).block()).isEqualTo("value");
			assertThat(outermost(Flux.just("id").flatMap((id) -> inner)).blockLast()).isEqualTo("value");
			assertThat(outermost(Mono.error(new IOException("down"))).onErrorResume((thrown) -> inner).block())
				.isEqualTo("value");
			assertThat(this.test.heard.news()).containsExactly("success", "success", "failure IOException", "success");
			assertThat(outermost(Flux.just("a")).concatMap((value) -> inner).concatWith(inner).blockLast())
				.isEqualTo("value");
			assertThat(this.test.heard.count("success")).isEqualTo(6);
		}
	}

	@Test
	void anInnerCallOnAnotherThreadIsOneOfItsOwn() {
		Mono<String> inner = outermost(Mono.just("value")).subscribeOn(Schedulers.single());
		assertThat(outermost(Mono.defer(() -> inner)).block()).isEqualTo("value");
		assertThat(this.test.heard.news()).containsExactly("success", "success");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theBreakerIsAskedForAtEachSubscription(boolean many) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(() -> registry.get("payments"),
				(thrown) -> Mono.just("instead"));
		Publisher<String> guarded = operator.apply(many ? Flux.just("a") : Mono.just("a"));
		assertThat(registry.find("payments")).isEmpty();
		StepVerifier.create(guarded).expectNext("a").verifyComplete();
		CircuitBreaker first = registry.get("payments");
		registry.remove("payments");
		StepVerifier.create(guarded).expectNext("a").verifyComplete();
		assertThat(first.snapshot().successfulCallsTotal()).isOne();
		assertThat(registry.get("payments").snapshot().successfulCallsTotal()).isOne();
		registry.get("payments").forceOpen();
		StepVerifier.create(guarded).expectNext("instead").verifyComplete();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aBreakerThatCannotBeHadIsAnErrorSignal(boolean many) {
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(() -> {
			throw new IllegalStateException("no breaker");
		});
		StepVerifier.create(operator.apply(many ? this.source.flux() : this.source.mono()))
			.verifyErrorMessage("no breaker");
		this.source.assertWasNotSubscribed();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSubscriberThatThrowsAtItsSubscriptionIsNoFailure(boolean many) {
		List<Throwable> signalled = new ArrayList<>();
		guarded(many).subscribe(new CoreSubscriber<>() {

			@Override
			public void onSubscribe(Subscription subscription) {
				throw new IllegalStateException("subscriber");
			}

			@Override
			public void onNext(String element) {
			}

			@Override
			public void onError(Throwable thrown) {
				signalled.add(thrown);
			}

			@Override
			public void onComplete() {
			}

		});
		assertThat(signalled).singleElement().isInstanceOf(IllegalStateException.class);
		assertThat(this.test.heard.news()).isEmpty();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCallOfAKeyIsUnderWayUntilItEnds(boolean completes) {
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults())
			.group("partner", CircuitBreakerConfig.ofDefaults(), 1);
		Disposable call = this.source.mono().transform(CircuitBreakerOperator.of(group.get("first"))).subscribe();
		assertThat(group.get("second").name()).isEqualTo("partner:_overflow");
		if (completes) {
			this.source.complete();
		}
		call.dispose();
		assertThat(group.get("second").name()).isEqualTo("partner:second");
	}

	@Test
	void aRefusedCallOfAKeyIsNotUnderWay() {
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults())
			.group("partner", CircuitBreakerConfig.ofDefaults(), 1);
		CircuitBreaker first = group.get("first");
		first.forceOpen();
		StepVerifier.create(this.source.mono().transform(CircuitBreakerOperator.of(first)))
			.verifyError(CallNotPermittedException.class);
		first.reset();
		assertThat(group.get("second").name()).isEqualTo("partner:second");
	}

	@Test
	void theOperatorTellsItsNeighbours() {
		Mono<String> mono = guarded(this.source.mono());
		assertThat(Scannable.from(mono).scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
		assertThat(Scannable.from(mono).scan(Scannable.Attr.PARENT)).isNotNull();
		Flux<String> flux = guarded(this.source.flux());
		assertThat(Scannable.from(flux).scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
		List<Scannable> calls = new ArrayList<>();
		flux.doOnSubscribe((subscription) -> calls.add(Scannable.from(subscription))).subscribe();
		Scannable call = calls.get(0);
		assertThat(call.scan(Scannable.Attr.TERMINATED)).isFalse();
		assertThat(call.scan(Scannable.Attr.ACTUAL)).isNotNull();
		assertThat(call.scan(Scannable.Attr.PARENT)).isNotNull();
		assertThat(call.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
		assertThat(call.scan(Scannable.Attr.PREFETCH)).isZero();
		this.source.complete();
		assertThat(call.scan(Scannable.Attr.TERMINATED)).isTrue();
	}

	private Mono<String> guarded(Mono<String> mono) {
		return mono.transform(CircuitBreakerOperator.of(this.breaker));
	}

	private Flux<String> guarded(Flux<String> flux) {
		return flux.transform(CircuitBreakerOperator.of(this.breaker));
	}

	private Publisher<String> guarded(boolean many) {
		return many ? guarded(this.source.flux()) : guarded(this.source.mono());
	}

	private Mono<String> outermost(Mono<String> mono) {
		return mono.transform(CircuitBreakerOperator.<String>of(this.breaker).outermost());
	}

	private Flux<String> outermost(Flux<String> flux) {
		return flux.transform(CircuitBreakerOperator.<String>of(this.breaker).outermost());
	}

	/**
	 * Other threads inside of calls of the breaker, which take all of its quick places.
	 */
	private static final class Crowd implements AutoCloseable {

		private static final int SIZE = 64;

		private final CountDownLatch over = new CountDownLatch(1);

		private final List<Thread> threads = new ArrayList<>();

		Crowd(CircuitBreaker breaker) throws InterruptedException {
			CountDownLatch inside = new CountDownLatch(SIZE);
			for (int i = 0; i < SIZE; i++) {
				Thread thread = new Thread(() -> stayInside(breaker, inside));
				thread.setDaemon(true);
				this.threads.add(thread);
				thread.start();
			}
			inside.await();
		}

		private void stayInside(CircuitBreaker breaker, CountDownLatch inside) {
			try {
				breaker.outermost().call(() -> {
					inside.countDown();
					this.over.await();
					return "done";
				});
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public void close() throws InterruptedException {
			this.over.countDown();
			for (Thread thread : this.threads) {
				thread.join();
			}
		}

	}

	/** A source of which only is seen what a subscriber wants of it. */
	private record Sink(LongConsumer onRequest, Runnable onCancel) implements Subscription {

		Publisher<String> guarded(CircuitBreaker breaker, boolean many) {
			Flux<String> source = Flux.from((subscriber) -> subscriber.onSubscribe(this));
			return CircuitBreakerOperator.<String>of(breaker).apply(many ? source : Mono.fromDirect(source));
		}

		@Override
		public void request(long elements) {
			this.onRequest.accept(elements);
		}

		@Override
		public void cancel() {
			this.onCancel.run();
		}

	}

}
