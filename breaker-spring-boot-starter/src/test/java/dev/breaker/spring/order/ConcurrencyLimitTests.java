package dev.breaker.spring.order;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.aop.Contexts;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.InvocationRejectedException;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@code @ConcurrencyLimit}: the guard is inside of the limit.
 */
class ConcurrencyLimitTests {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatTheLimitRejectsIsNoCallAndHasNoFallback(boolean limitFirst) {
		Contexts.with(limitFirst ? LimitFirst.class : Limit.class, Narrow.class).run((context) -> {
			Narrow narrow = context.getBean(Narrow.class);
			CompletableFuture<String> first = CompletableFuture.supplyAsync(narrow::rejecting,
					ConcurrencyLimitTests::start);
			await().until(() -> narrow.running() == 1);
			assertThatExceptionOfType(InvocationRejectedException.class).isThrownBy(narrow::rejecting);
			assertThat(Contexts.recorded(context, "narrow")).isZero();
			narrow.end();
			assertThat(first).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("value");
			assertThat(Contexts.recorded(context, "narrow")).isOne();
		});
	}

	@Test
	void toWaitForTheLimitIsNotSlow() {
		Contexts.with(Limit.class, Narrow.class, Clock.class)
			.withPropertyValues("breaker.instances.narrow.slow-call-duration-threshold=1s")
			.run((context) -> {
				Narrow narrow = context.getBean(Narrow.class);
				CompletableFuture<String> first = CompletableFuture.supplyAsync(narrow::blocking,
						ConcurrencyLimitTests::start);
				await().until(() -> narrow.running() == 1);
				CompletableFuture<Thread> waiting = new CompletableFuture<>();
				CompletableFuture<String> second = CompletableFuture.supplyAsync(() -> {
					waiting.complete(Thread.currentThread());
					return narrow.blocking();
				}, ConcurrencyLimitTests::start);
				await().until(() -> waiting.join().getState() == Thread.State.WAITING);
				context.getBean(ManualClock.class).advance(Duration.ofSeconds(10));
				narrow.end();
				assertThat(first).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("value");
				assertThat(second).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("value");
				assertThat(Contexts.breaker(context, "narrow").snapshot().slowCallsTotal()).isOne();
				assertThat(Contexts.recorded(context, "narrow")).isEqualTo(2);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void allAttemptsOfACallHaveOnePlace(boolean limitFirst) {
		Contexts.with(limitFirst ? LimitFirst.class : Limit.class, Narrow.class).run((context) -> {
			Narrow narrow = context.getBean(Narrow.class);
			assertThat(narrow.retried()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "narrow").snapshot().failedCallsTotal()).isEqualTo(4);
			Contexts.breaker(context, "narrow").forceOpen();
			assertThat(narrow.retried()).isEqualTo("instead");
			assertThat(narrow.retried()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "narrow").snapshot().notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	/** Runs a task on a thread of its own. */
	private static void start(Runnable task) {
		Thread thread = new Thread(task, "limited");
		thread.setDaemon(true);
		thread.start();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Limit {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class LimitFirst {

	}

	@Configuration(proxyBeanMethods = false)
	static class Clock {

		@Bean
		ManualClock manualClock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

	static class Narrow {

		private final CountDownLatch end = new CountDownLatch(1);

		private final AtomicInteger running = new AtomicInteger();

		@ConcurrencyLimit(limit = 1, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
		@CircuitBreaker(name = "narrow", fallbackMethod = "instead")
		public String rejecting() {
			return work();
		}

		@CircuitBreaker(name = "narrow", fallbackMethod = "instead")
		@ConcurrencyLimit(1)
		public String blocking() {
			return work();
		}

		@Retryable(maxRetries = 3, delay = 0)
		@ConcurrencyLimit(limit = 1, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
		@CircuitBreaker(name = "narrow", fallbackMethod = "instead")
		public String retried() {
			throw new IllegalStateException();
		}

		private String work() {
			this.running.incrementAndGet();
			try {
				this.end.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return "value";
		}

		public int running() {
			return this.running.get();
		}

		public void end() {
			this.end.countDown();
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

	}

}
