package dev.breaker.spring.order;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@code @Async}: the guard is inside, on the thread that does the work.
 */
class AsyncTests {

	@Test
	void whatTheExecutorRejectsIsNoCall() {
		Contexts.with(Asynchronous.class, Worker.class).run((context) -> {
			Worker worker = context.getBean(Worker.class);
			context.getBean(ThreadPoolTaskExecutor.class).shutdown();
			assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(worker::nothing);
			assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(worker::value);
			assertThat(Contexts.recorded(context, "worker")).isZero();
			assertThat(worker.fallbacks()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aFailureIsCountedAndHasItsFallbackOnTheThreadOfTheWork(boolean asyncFirst) {
		Contexts.with(asyncFirst ? AsynchronousFirst.class : Asynchronous.class, Worker.class).run((context) -> {
			Worker worker = context.getBean(Worker.class);
			worker.nothing();
			await().until(() -> worker.fallbacks().size() == 1);
			assertThat(worker.value()).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("instead");
			assertThat(worker.fallbacks()).hasSize(2).allMatch((thread) -> thread.startsWith("worker-"));
			assertThat(Contexts.breaker(context, "worker").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void aRetryRepeatsOnTheThreadOfTheWork() {
		Contexts.with(Asynchronous.class, Retry.class, Worker.class).run((context) -> {
			Worker worker = context.getBean(Worker.class);
			assertThat(worker.retried()).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("instead");
			assertThat(worker.fallbacks()).singleElement().asString().startsWith("worker-");
			assertThat(Contexts.breaker(context, "worker").snapshot().failedCallsTotal()).isEqualTo(4);
			worker.retriedNothing();
			await().until(() -> worker.fallbacks().size() == 2);
			assertThat(Contexts.breaker(context, "worker").snapshot().failedCallsTotal()).isEqualTo(8);
		});
	}

	@Test
	void aRetryOutsideOfTheOtherThreadLosesNoFallback() {
		Contexts.with(AsynchronousFirst.class, Retry.class, Worker.class).run((context) -> {
			Worker worker = context.getBean(Worker.class);
			assertThat(Contexts.advice(context, Worker.class)).startsWith("RetryAnnotationInterceptor",
					"AnnotationAsyncExecutionInterceptor");
			assertThat(worker.retried()).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("instead");
			worker.retriedNothing();
			await().until(() -> worker.fallbacks().size() == 2);
			assertThat(Contexts.breaker(context, "worker").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	private static ThreadPoolTaskExecutor pool() {
		ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
		pool.setThreadNamePrefix("worker-");
		return pool;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class Asynchronous {

		@Bean
		ThreadPoolTaskExecutor taskExecutor() {
			return pool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(order = 0)
	static class AsynchronousFirst {

		@Bean
		ThreadPoolTaskExecutor taskExecutor() {
			return pool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	static class Worker {

		private final List<String> fallbacks = new CopyOnWriteArrayList<>();

		@CircuitBreaker(name = "worker", fallbackMethod = "insteadOfNothing")
		@Async
		public void nothing() {
			throw new IllegalStateException();
		}

		@Async
		@CircuitBreaker(name = "worker", fallbackMethod = "instead")
		public CompletableFuture<String> value() {
			throw new IllegalStateException();
		}

		@Retryable(maxRetries = 3, delay = 0)
		@Async
		@CircuitBreaker(name = "worker", fallbackMethod = "instead")
		public CompletableFuture<String> retried() {
			throw new IllegalStateException();
		}

		@Async
		@CircuitBreaker(name = "worker", fallbackMethod = "insteadOfNothing")
		@Retryable(maxRetries = 3, delay = 0)
		public void retriedNothing() {
			throw new IllegalStateException();
		}

		private CompletableFuture<String> instead() {
			insteadOfNothing();
			return CompletableFuture.completedFuture("instead");
		}

		private void insteadOfNothing() {
			this.fallbacks.add(Thread.currentThread().getName());
		}

		public List<String> fallbacks() {
			return this.fallbacks;
		}

	}

}
