package dev.breaker.spring.aop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.Snapshot;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Annotated methods that return a plain {@link Future}.
 */
class FutureReturnKindTests {

	@Test
	void aGetThatTimesOutDoesNotEndTheCall() {
		Contexts.with(Futures.class).run((context) -> {
			FutureTask<String> task = new FutureTask<>(() -> "done");
			Future<String> future = context.getBean(Futures.class).call(task);
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(0, TimeUnit.SECONDS));
			assertThat(future.isDone()).isFalse();
			assertThat(Contexts.recorded(context, "futures")).isZero();
			task.run();
			assertThat(future.isDone()).isTrue();
			assertThat(future.get(1, TimeUnit.SECONDS)).isEqualTo("done");
			assertThat(future.get()).isEqualTo("done");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void aGetThatIsInterruptedDoesNotEndTheCall() {
		Contexts.with(Futures.class).run((context) -> {
			FutureTask<String> task = new FutureTask<>(() -> "done");
			Future<String> future = context.getBean(Futures.class).call(task);
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(future::get);
			task.run();
			assertThat(future.get()).isEqualTo("done");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void severalThreadsThatGetRunTheFallbackOnce() {
		Contexts.with(Futures.class).run((context) -> {
			Futures bean = context.getBean(Futures.class);
			CountDownLatch failing = new CountDownLatch(1);
			FutureTask<String> task = new FutureTask<>(() -> {
				failing.await();
				throw new IOException("boom");
			});
			Future<String> future = bean.withFallback(task);
			// The common pool has a single thread on two processors
			Executor ofItsOwn = (work) -> new Thread(work).start();
			List<CompletableFuture<String>> gets = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				gets.add(CompletableFuture.supplyAsync(() -> get(future), ofItsOwn));
			}
			CompletableFuture.runAsync(task, ofItsOwn);
			failing.countDown();
			for (CompletableFuture<String> get : gets) {
				assertThat(get).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("instead of IOException");
			}
			assertThat(bean.fallbacks()).isOne();
			assertThat(snapshot(context).failedCallsTotal()).isOne();
		});
	}

	private static String get(Future<String> future) {
		try {
			return future.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void aFutureThatIsDoneIsRecordedWithoutAGet() {
		Contexts.with(Futures.class).run((context) -> {
			Futures bean = context.getBean(Futures.class);
			FutureTask<String> task = new FutureTask<>(() -> "done");
			task.run();
			bean.call(task);
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
			bean.call(CompletableFuture.failedFuture(new IOException("boom")));
			assertThat(snapshot(context).failedCallsTotal()).isOne();
		});
	}

	@Test
	void aFutureThatTellsItsEndIsRecordedThen() {
		Contexts.with(Futures.class).run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			context.getBean(Futures.class).call(source);
			assertThat(Contexts.recorded(context, "futures")).isZero();
			source.complete("done");
			assertThat(snapshot(context).successfulCallsTotal()).isOne();
		});
	}

	@Test
	void theCallerWaitsForTheFutureOfAFallback() {
		Contexts.with(Futures.class, Told.class).run((context) -> {
			Futures bean = context.getBean(Futures.class);
			Future<String> future = bean.withLaterFallback(CompletableFuture.failedFuture(new IOException("boom")));
			assertThat(future.isDone()).isFalse();
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS));
			assertThat(context.getBean(Told.class).ended).isEmpty();
			bean.task().run();
			assertThat(future.get()).isEqualTo("later");
			assertThat(future.get(1, TimeUnit.SECONDS)).isEqualTo("later");
			assertThat(context.getBean(Told.class).ended).containsExactly(true);
			assertThat(snapshot(context).failedCallsTotal()).isOne();
		});
	}

	@Test
	void cancellingReachesTheFutureOfAFallback() {
		Contexts.with(Futures.class).run((context) -> {
			Futures bean = context.getBean(Futures.class);
			Future<String> future = bean.withLaterFallback(CompletableFuture.failedFuture(new IOException("boom")));
			assertThat(future.cancel(true)).isTrue();
			assertThat(bean.task()).isCancelled();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
		});
	}

	static Stream<Future<String>> underWay() {
		return Stream.of(new CompletableFuture<>(), new FutureTask<>(() -> "done"));
	}

	@ParameterizedTest
	@MethodSource("underWay")
	void aCallThatItsCallerCancelsIsNoFailureOfTheOtherSide(Future<String> source) {
		Contexts.with(Futures.class)
			.withPropertyValues("breaker.instances.futures.record-exceptions=" + CancellationException.class.getName())
			.run((context) -> {
				Futures bean = context.getBean(Futures.class);
				Future<String> future = bean.withFallback(source);
				assertThat(future.cancel(true)).isTrue();
				assertThat(future.isCancelled()).isTrue();
				assertThat(source.isCancelled()).isTrue();
				assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
				assertThat(bean.fallbacks()).isZero();
				assertThat(Contexts.recorded(context, "futures")).isZero();
			});
	}

	@Test
	void aCallThatTheOtherSideCancelsIsJudgedByTheRules() {
		Contexts.with(Futures.class)
			.withPropertyValues("breaker.instances.futures.record-exceptions=" + CancellationException.class.getName())
			.run((context) -> {
				CompletableFuture<String> source = new CompletableFuture<>();
				Future<String> future = context.getBean(Futures.class).withFallback(source);
				source.cancel(true);
				future.cancel(true);
				assertThat(future.get()).isEqualTo("instead of CancellationException");
				assertThat(snapshot(context).failedCallsTotal()).isOne();
			});
	}

	@Test
	void aRefusalComesAsAFailedFuture() {
		Contexts.with(Futures.class).run((context) -> {
			Contexts.breaker(context, "futures").forceOpen();
			Future<String> future = context.getBean(Futures.class).call(new CompletableFuture<>());
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get)
				.withCauseInstanceOf(CallNotPermittedException.class);
		});
	}

	@Test
	void noFutureAtAllIsAFailureThatNamesTheMethod() {
		Contexts.with(Futures.class, Told.class).run((context) -> {
			Futures bean = context.getBean(Futures.class);
			assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> bean.call(null))
				.withMessageContaining("Futures.call(Future<String>) returned no Future");
			assertThat(snapshot(context).failedCallsTotal()).isOne();
			Future<String> future = bean.withNoFallback(CompletableFuture.failedFuture(new IOException("boom")));
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(future::get)
				.withMessageContaining("returned no Future");
			assertThat(context.getBean(Told.class).ended).containsExactly(false);
		});
	}

	@Test
	void aFutureOfAnAsyncMethodIsGuardedOnItsThread() {
		Contexts.with(Asynchronous.class, Background.class).run((context) -> {
			Background bean = context.getBean(Background.class);
			assertThat(bean.thread().get()).isNotEqualTo(Thread.currentThread().getName());
			assertThat(Contexts.recorded(context, "background")).isOne();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> bean.failing().get())
				.withCauseInstanceOf(IOException.class);
			assertThat(bean.failingWithFallback().get()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "background").snapshot().failedCallsTotal()).isEqualTo(2);
			Contexts.breaker(context, "background").forceOpen();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> bean.thread().get())
				.withCauseInstanceOf(CallNotPermittedException.class);
			assertThat(bean.failingWithFallback().get()).isEqualTo("instead");
		});
	}

	@Test
	void aFutureOfAnAsyncMethodIsRecordedWithoutAGet() {
		Contexts.with(Asynchronous.class, Background.class).run((context) -> {
			context.getBean(Background.class).thread();
			await().until(() -> Contexts.recorded(context, "background") == 1);
		});
	}

	@Test
	void withRetriesTheFallbackAlsoRunsWhereTheFutureFailsLater() {
		Contexts.with(Retries.class, Retried.class).run((context) -> {
			Retried bean = context.getBean(Retried.class);
			FutureTask<String> task = new FutureTask<>(() -> {
				throw new IOException("boom");
			});
			Future<String> future = bean.call(task);
			task.run();
			assertThat(future.get()).isEqualTo("instead");
			assertThat(bean.attempts()).isEqualTo(1);
			assertThat(bean.call(null).get()).isEqualTo("instead");
			assertThat(bean.attempts()).isEqualTo(4);
			assertThat(Contexts.breaker(context, "retried").snapshot().failedCallsTotal()).isEqualTo(4);
			Contexts.breaker(context, "retried").forceOpen();
			assertThat(bean.call(task).get()).isEqualTo("instead");
			assertThat(bean.attempts()).isEqualTo(4);
		});
	}

	private static Snapshot snapshot(ApplicationContext context) {
		return Contexts.breaker(context, "futures").snapshot();
	}

	static class Futures {

		private final AtomicInteger fallbacks = new AtomicInteger();

		private final FutureTask<String> task = new FutureTask<>(() -> "later");

		public int fallbacks() {
			return this.fallbacks.get();
		}

		public FutureTask<String> task() {
			return this.task;
		}

		@CircuitBreaker(name = "futures")
		public Future<String> call(@Nullable Future<String> source) {
			return source;
		}

		@CircuitBreaker(name = "futures", fallbackMethod = "instead")
		public Future<String> withFallback(Future<String> source) {
			return source;
		}

		private String instead(Throwable thrown) {
			this.fallbacks.incrementAndGet();
			return "instead of " + thrown.getClass().getSimpleName();
		}

		@CircuitBreaker(name = "futures", fallbackMethod = "later")
		public Future<String> withLaterFallback(Future<String> source) {
			return source;
		}

		private Future<String> later() {
			return this.task;
		}

		@CircuitBreaker(name = "futures", fallbackMethod = "nothing")
		public Future<String> withNoFallback(Future<String> source) {
			return source;
		}

		private @Nullable Future<String> nothing() {
			return null;
		}

	}

	static class Told implements FallbackListener {

		final List<Boolean> ended = new ArrayList<>();

		@Override
		public void onFallback(String name, boolean success) {
			this.ended.add(success);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous {

	}

	static class Background {

		@Async
		@CircuitBreaker(name = "background")
		public Future<String> thread() {
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

		@Async
		@CircuitBreaker(name = "background")
		public Future<String> failing() throws IOException {
			throw new IOException("boom");
		}

		@Async
		@CircuitBreaker(name = "background", fallbackMethod = "instead")
		public Future<String> failingWithFallback() {
			return CompletableFuture.failedFuture(new IOException("boom"));
		}

		private String instead() {
			return "instead";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(proxyTargetClass = true)
	static class Retries {

	}

	static class Retried {

		private final AtomicInteger attempts = new AtomicInteger();

		public int attempts() {
			return this.attempts.get();
		}

		@Retryable(maxRetries = 2, delay = 1)
		@CircuitBreaker(name = "retried", fallbackMethod = "instead")
		public Future<String> call(@Nullable Future<String> source) {
			this.attempts.incrementAndGet();
			if (source == null) {
				throw new IllegalStateException("no source");
			}
			return source;
		}

		private String instead() {
			return "instead";
		}

	}

}
