package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Promise 11: interrupts, cancellations and errors of any kind in the user's code give
 * the permit back, and reach the caller as they are.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=PermitBackAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class PermitBackAttackTests {

	/** Kept, so that the compiler cannot do without it. */
	private long @Nullable [] hoard;

	static Stream<Arguments> endings() {
		List<Arguments> endings = new ArrayList<>();
		Throwing.throwables().forEach((thrown) -> {
			boolean counts = !(thrown instanceof InterruptedException || thrown instanceof CallNotPermittedException);
			endings.add(argumentSet(thrown.toString(), thrown, counts));
		});
		endings.add(argumentSet("cancellation", new CancellationException(), false));
		endings.add(argumentSet("ignored", new IllegalArgumentException(), false));
		return endings.stream();
	}

	@ParameterizedTest
	@MethodSource("endings")
	void whateverACallThrowsItsPlaceIsFreeOrUsedUp(Throwable thrown, boolean counts) {
		CircuitBreaker breaker = halfOpen(1);
		assertThatThrownBy(() -> breaker.run(() -> {
			throw thrown;
		})).isSameAs(thrown);
		assertEnded(breaker, counts);
	}

	@ParameterizedTest
	@MethodSource("endings")
	void whateverStartsAnAsynchronousCallThrows(Throwable thrown, boolean counts) {
		CircuitBreaker breaker = halfOpen(1);
		assertThatThrownBy(() -> breaker.callAsync(() -> {
			throw Throwing.<RuntimeException>sneaky(thrown);
		})).isSameAs(thrown);
		assertEnded(breaker, counts);
	}

	@ParameterizedTest
	@MethodSource("endings")
	void whateverAStageFailsWith(Throwable thrown, boolean counts) {
		CircuitBreaker breaker = halfOpen(1);
		CompletableFuture<Object> source = new CompletableFuture<>();
		CompletableFuture<Object> guarded = breaker.callAsync(() -> source).toCompletableFuture();
		source.completeExceptionally(thrown);
		assertThat(guarded).isCompletedExceptionally();
		assertEnded(breaker, counts);
	}

	private static void assertEnded(CircuitBreaker breaker, boolean counts) {
		assertThat(breaker.state()).isEqualTo(counts ? State.OPEN : State.HALF_OPEN);
		assertThat(breaker.tryAcquire() != null).isEqualTo(!counts);
	}

	@Test
	void aRealOutOfMemoryErrorIsAFailure() {
		CircuitBreaker breaker = halfOpen(1);
		assertThatThrownBy(() -> breaker.run(() -> this.hoard = new long[Integer.MAX_VALUE]))
			.isInstanceOf(OutOfMemoryError.class);
		assertEnded(breaker, true);
		assertThat(this.hoard).isNull();
	}

	@Test
	void aRealStackOverflowErrorIsAFailure() {
		CircuitBreaker breaker = halfOpen(1);
		assertThatThrownBy(() -> breaker.run(PermitBackAttackTests::recurse)).isInstanceOf(StackOverflowError.class);
		assertEnded(breaker, true);
	}

	@SuppressWarnings("InfiniteRecursion")
	private static void recurse() {
		recurse();
	}

	/** Many calls at once, interrupted while they wait for an answer. */
	@Test
	void interruptedCallsGiveTheirPlacesBack() {
		CircuitBreaker breaker = halfOpen(Crowd.SIZE);
		CountDownLatch answer = new CountDownLatch(1);
		AtomicInteger waiting = new AtomicInteger();
		Thread interrupter = new Thread(() -> {
			await().until(() -> waiting.get() == Crowd.SIZE);
			Thread[] threads = new Thread[Thread.activeCount() * 2];
			Thread.enumerate(threads);
			Stream.of(threads)
				.filter((thread) -> thread != null && thread.getName().startsWith("crowd-"))
				.forEach(Thread::interrupt);
		});
		interrupter.start();
		Crowd.run(Crowd.SIZE, (number) -> assertThatThrownBy(() -> breaker.run(() -> {
			waiting.incrementAndGet();
			answer.await();
		})).isInstanceOf(InterruptedException.class));
		Crowd.join(interrupter);
		assertThat(Stream.generate(breaker::tryAcquire).limit(Crowd.SIZE)).doesNotContainNull();
		assertThat(breaker.tryAcquire()).isNull();
	}

	@Test
	void anInterruptThatTheCallDoesNotNoticeIsLeftForTheCaller() {
		CircuitBreaker breaker = halfOpen(1);
		try {
			Thread.currentThread().interrupt();
			assertThat(breaker.<String, RuntimeException>call(() -> "good")).isEqualTo("good");
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
		}
		finally {
			assertThat(Thread.interrupted()).isTrue();
		}
		assertThat(breaker.state()).isEqualTo(State.CLOSED);
	}

	/**
	 * A cancellation races with the answer: whoever holds the result finds it recorded,
	 * and no place is lost in either case.
	 */
	@Test
	void aCancellationThatRacesWithTheAnswerIsOneOrTheOther() {
		for (int i = 0; i < Crowd.scaled(5_000); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("race", config(1).slidingWindowSize(1).build());
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> guarded = breaker.callAsync(() -> source).toCompletableFuture();
			Race.run(() -> source.complete("answer"), () -> guarded.cancel(true));
			assertThat(guarded).isDone();
			if (!guarded.isCancelled()) {
				assertThat(breaker.snapshot().successfulCallsTotal()).isEqualTo(1);
			}
			if (breaker.state() == State.HALF_OPEN) {
				assertThat(breaker.tryAcquire()).isNotNull();
			}
		}
	}

	@Test
	void noPlaceIsLostHoweverManyThreadsThrow() {
		CircuitBreaker breaker = halfOpen(3);
		List<Throwable> nothing = List.of(new InterruptedException(), new CancellationException(),
				new IllegalArgumentException(),
				new CallNotPermittedException("inner", State.OPEN, 1, null, null, null));
		Crowd.run(Crowd.SIZE, (number) -> {
			for (int i = 0; i < Crowd.scaled(500); i++) {
				Throwable thrown = nothing.get(ThreadLocalRandom.current().nextInt(nothing.size()));
				assertThatThrownBy(() -> breaker.run(() -> {
					throw thrown;
				})).satisfiesAnyOf((ex) -> assertThat(ex).isSameAs(thrown),
						(ex) -> assertThat(ex).isInstanceOf(CallNotPermittedException.class));
			}
		});
		assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(Stream.generate(breaker::tryAcquire).limit(3)).doesNotContainNull();
		assertThat(breaker.tryAcquire()).isNull();
	}

	private static CircuitBreaker halfOpen(int permitted) {
		return CircuitBreaker.of("errors", config(permitted).build());
	}

	private static CircuitBreakerConfig.Builder config(int permitted) {
		return CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.permittedNumberOfCallsInHalfOpenState(permitted)
			.waitDurationInOpenState(Duration.ofHours(1))
			.ignoreExceptions(IllegalArgumentException.class)
			.nanoClock(() -> 0);
	}

}
