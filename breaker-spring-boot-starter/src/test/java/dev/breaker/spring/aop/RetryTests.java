package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.Advised;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Spring's {@code @Retryable} on the same method. Where a test says that there is no
 * back-off, the back-off would take longer than anybody waits.
 */
class RetryTests {

	@Test
	void everyAttemptIsRecorded() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.call(2)).isEqualTo("value");
			assertThat(Contexts.breaker(context, "remote").snapshot()).satisfies((snapshot) -> {
				assertThat(snapshot.failedCallsTotal()).isEqualTo(2);
				assertThat(snapshot.successfulCallsTotal()).isOne();
			});
			assertThat(bean.fallbacks()).isEmpty();
		});
	}

	@Test
	void theFallbackRunsOnceAfterTheLastAttempt() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.call(100)).isEqualTo("instead of 100");
			assertThat(bean.attempts()).isEqualTo(4);
			assertThat(bean.fallbacks()).containsExactly("IOException attempt 4");
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(4);
		});
	}

	@Test
	void anOpenBreakerRefusesBeforeTheFirstAttempt() {
		contextRunner(Slow.class).run((context) -> {
			Slow bean = context.getBean(Slow.class);
			Contexts.breaker(context, "slow").forceOpen();
			assertThat(bean.withFallback()).isEqualTo("CallNotPermittedException");
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(bean::withoutFallback);
			assertThat(bean.attempts()).isZero();
			assertThat(Contexts.breaker(context, "slow").snapshot().notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void aBreakerThatOpensBetweenAttemptsEndsTheRetry() {
		contextRunner(Remote.class).withPropertyValues("breaker.instances.remote.consecutive-failure-threshold=2")
			.run((context) -> {
				Remote bean = context.getBean(Remote.class);
				assertThat(bean.call(100)).isEqualTo("instead of 100");
				assertThat(bean.attempts()).isEqualTo(2);
				assertThat(bean.fallbacks()).containsExactly("CallNotPermittedException null");
				assertThat(Contexts.breaker(context, "remote").snapshot().notPermittedCallsTotal()).isOne();
			});
	}

	@Test
	void ignoredExceptionsAreRetriedAndHaveNoFallback() {
		contextRunner(Remote.class).withPropertyValues("breaker.instances.remote.ignore-exceptions=java.io.IOException")
			.run((context) -> {
				Remote bean = context.getBean(Remote.class);
				assertThatExceptionOfType(IOException.class).isThrownBy(() -> bean.call(100)).withMessage("attempt 4");
				assertThat(bean.fallbacks()).isEmpty();
				assertThat(Contexts.breaker(context, "remote").snapshot().ignoredCallsTotal()).isEqualTo(4);
			});
	}

	@Test
	void whatIsNotRetriedHasItsFallbackAtOnce() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.excluded()).isEqualTo("excluded IllegalStateException");
			assertThat(bean.attempts()).isOne();
		});
	}

	@Test
	void withoutAFallbackTheLastExceptionIsThrown() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThatExceptionOfType(IOException.class).isThrownBy(bean::withoutFallback).withMessage("attempt 4");
			assertThat(Contexts.breaker(context, "remote").snapshot().failedCallsTotal()).isEqualTo(4);
		});
	}

	@Test
	void otherMethodsOfTheBeanAreGuardedAsEver() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.notRetried()).isEqualTo("not retried IOException");
			assertThat(bean.attempts()).isOne();
		});
	}

	@Test
	void primitivesAndKeysAndCallsInCallsWork() {
		contextRunner(Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.number("a")).isEqualTo(-1);
			assertThat(Contexts.recorded(context, "number:a")).isEqualTo(4);
			Contexts.breaker(context, "number:a").forceOpen();
			assertThat(bean.number("a")).isEqualTo(-1);
			assertThat(bean.number("b")).isEqualTo(-1);
			assertThat(Contexts.recorded(context, "number:b")).isEqualTo(4);
		});
	}

	@Test
	void aMethodThatGivesNoStageIsRetriedAndHasItsFallbackOnce() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			assertThat(bean.throwing()).isCompletedWithValue("instead");
			assertThat(bean.attempts()).isEqualTo(4);
			assertThat(bean.fallbacks()).isOne();
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isEqualTo(4);
		});
	}

	@Test
	void aStageThatFailsHasItsFallbackOnce() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = bean.late(source);
			assertThat(future).isNotDone();
			source.completeExceptionally(new IOException("late"));
			assertThat(future).isCompletedWithValue("instead");
			assertThat(bean.fallbacks()).isOne();
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aRefusedStageHasItsFallbackWithoutBackOff() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			Contexts.breaker(context, "stages").forceOpen();
			assertThat(bean.late(new CompletableFuture<>())).isCompletedWithValue("instead");
			assertThat(bean.withoutFallback()).isCompletedExceptionally();
			assertThat(bean.attempts()).isZero();
		});
	}

	@Test
	void anObjectThatFailsLaterHasItsFallbackOnce() {
		contextRunner(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<?> future = (CompletableFuture<?>) bean.object(source);
			assertThat(future).isNotDone();
			source.completeExceptionally(new IOException("late"));
			assertThat(future.join()).isEqualTo("instead of IOException");
			assertThat(bean.attempts()).hasValue(1);
			assertThat(Contexts.breaker(context, "undeclared").snapshot().failedCallsTotal()).isOne();
			assertThat(bean.object(null)).isNull();
		});
	}

	@Test
	void anObjectOfAPlainValueIsRetriedAndHasItsFallbackOnce() {
		contextRunner(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			assertThat(bean.throwing()).isEqualTo("instead of IllegalStateException");
			assertThat(bean.attempts()).hasValue(4);
			assertThat(Contexts.breaker(context, "undeclared").snapshot().failedCallsTotal()).isEqualTo(4);
			Contexts.breaker(context, "undeclared").forceOpen();
			assertThat(bean.throwing()).isEqualTo("instead of CallNotPermittedException");
			assertThat(bean.attempts()).hasValue(4);
		});
	}

	@Test
	void aCallableHasItsFallbackEachTimeThatItRuns() {
		contextRunner(Undeclared.class).run((context) -> {
			Undeclared bean = context.getBean(Undeclared.class);
			Callable<String> callable = bean.callable();
			assertThat(bean.attempts()).hasValue(0);
			assertThat(callable.call()).isEqualTo("instead of IOException");
			assertThat(callable.call()).isEqualTo("instead of IOException");
			assertThat(Contexts.breaker(context, "undeclared").snapshot().failedCallsTotal()).isEqualTo(2);
			Contexts.breaker(context, "undeclared").forceOpen();
			assertThat(callable.call()).isEqualTo("instead of CallNotPermittedException");
			assertThat(bean.attempts()).hasValue(2);
		});
	}

	@Test
	void aCancelledStageCancelsTheCallAndHasNoFallback() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(bean.late(source).cancel(true)).isTrue();
			assertThat(source).isCancelled();
			assertThat(bean.fallbacks()).isZero();
			assertThat(Contexts.recorded(context, "stages")).isZero();
		});
	}

	@Test
	void aTimeoutOfTheCallersEndsTheCallAndCounts() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(bean.late(source).completeExceptionally(new TimeoutException())).isTrue();
			assertThat(source).isCancelled();
			assertThat(bean.fallbacks()).isZero();
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aResultOfTheCallersEndsTheCallAndCountsAsNothing() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			assertThat(bean.late(source).complete("enough")).isTrue();
			assertThat(source).isCancelled();
			assertThat(Contexts.recorded(context, "stages")).isZero();
		});
	}

	@Test
	void toCancelWhileTheFallbackIsUnderWayCancelsIt() {
		contextRunner(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = bean.lateFallback(source);
			source.completeExceptionally(new IOException("late"));
			assertThat(future).isNotDone();
			assertThat(future.cancel(true)).isTrue();
			assertThat(bean.fallbackUnderWay()).isCancelled();
		});
	}

	@Test
	void aCacheBetweenRetryAndGuardSeesNeitherRefusalsNorFallbacks() {
		contextRunner(Cached.class, Caches.class).run((context) -> {
			Cached bean = context.getBean(Cached.class);
			Contexts.breaker(context, "cached").forceOpen();
			assertThat(bean.call("a")).isEqualTo("instead");
			Contexts.breaker(context, "cached").close();
			assertThat(bean.call("a")).isEqualTo("value");
			Contexts.breaker(context, "cached").forceOpen();
			assertThat(bean.call("a")).isEqualTo("value");
		});
	}

	@Test
	void theGuardIsInsideOfTheRetryAndTheFallbackOutside() {
		contextRunner(Limited.class)
			.run((context) -> assertThat(((Advised) context.getBean(Limited.class)).getAdvisors())
				.extracting((advisor) -> advisor.getAdvice().getClass().getSimpleName())
				.containsExactly("ConcurrencyLimitInterceptor", "RetryFallbackInterceptor",
						"RetryAnnotationInterceptor", "RetryRefusalInterceptor", "RetryAttemptInterceptor"));
	}

	@Test
	void theOrderOfThePostProcessorsDoesNotMatter() {
		Contexts.with(Early.class, Remote.class).run((context) -> {
			Remote bean = context.getBean(Remote.class);
			assertThat(bean.call(100)).isEqualTo("instead of 100");
			assertThat(bean.fallbacks()).hasSize(1);
			assertThatException().isThrownBy(bean::withoutFallback);
		});
	}

	private static ApplicationContextRunner contextRunner(Class<?>... classes) {
		return Contexts.with(Resilient.class).withUserConfiguration(classes);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class Early {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caches {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Remote {

		private final List<String> fallbacks = new ArrayList<>();

		private int attempts;

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "remote", fallbackMethod = "instead")
		public String call(int failures) throws IOException {
			this.attempts++;
			if (this.attempts <= failures) {
				throw new IOException("attempt " + this.attempts);
			}
			return "value";
		}

		private String instead(int failures, IOException thrown) {
			this.fallbacks.add("IOException " + thrown.getMessage());
			return "instead of " + failures;
		}

		private String instead(int failures, CallNotPermittedException thrown) {
			this.fallbacks.add("CallNotPermittedException null");
			return "instead of " + failures;
		}

		@Retryable(maxRetries = 3, delay = 0, excludes = IllegalStateException.class)
		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfExcluded")
		public String excluded() {
			this.attempts++;
			throw new IllegalStateException();
		}

		private String insteadOfExcluded(Throwable thrown) {
			return "excluded " + thrown.getClass().getSimpleName();
		}

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "remote")
		public String withoutFallback() throws IOException {
			throw new IOException("attempt " + ++this.attempts);
		}

		@CircuitBreaker(name = "remote", fallbackMethod = "insteadOfNotRetried")
		public String notRetried() throws IOException {
			throw new IOException("attempt " + ++this.attempts);
		}

		private String insteadOfNotRetried(Throwable thrown) {
			return "not retried " + thrown.getClass().getSimpleName();
		}

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "number", key = "#key", fallbackMethod = "insteadOfNumber")
		public int number(String key) {
			throw new IllegalStateException();
		}

		private int insteadOfNumber(Throwable thrown) {
			return -1;
		}

		public int attempts() {
			return this.attempts;
		}

		public List<String> fallbacks() {
			return this.fallbacks;
		}

	}

	static class Slow {

		private int attempts;

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "slow", fallbackMethod = "instead")
		public String withFallback() {
			this.attempts++;
			return "value";
		}

		private String instead(Throwable thrown) {
			return thrown.getClass().getSimpleName();
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "slow")
		public int withoutFallback() {
			this.attempts++;
			return 1;
		}

		public int attempts() {
			return this.attempts;
		}

	}

	static class Stages {

		private final CompletableFuture<String> pending = new CompletableFuture<>();

		private final AtomicInteger attempts = new AtomicInteger();

		private final AtomicInteger fallbacks = new AtomicInteger();

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "stages", fallbackMethod = "instead")
		public CompletableFuture<String> throwing() {
			this.attempts.incrementAndGet();
			throw new IllegalStateException();
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "stages", fallbackMethod = "instead")
		public CompletableFuture<String> late(CompletableFuture<String> source) {
			this.attempts.incrementAndGet();
			return source;
		}

		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "stages")
		public CompletableFuture<String> withoutFallback() {
			this.attempts.incrementAndGet();
			return CompletableFuture.completedFuture("value");
		}

		@Retryable(maxRetries = 3, delay = 1)
		@CircuitBreaker(name = "stages", fallbackMethod = "pending")
		public CompletableFuture<String> lateFallback(CompletableFuture<String> source) {
			return source;
		}

		public CompletableFuture<String> fallbackUnderWay() {
			return this.pending;
		}

		private CompletableFuture<String> pending() {
			return this.pending;
		}

		private CompletableFuture<String> instead(Throwable thrown) {
			this.fallbacks.incrementAndGet();
			return CompletableFuture.completedFuture("instead");
		}

		public int attempts() {
			return this.attempts.get();
		}

		public int fallbacks() {
			return this.fallbacks.get();
		}

	}

	/**
	 * Methods whose calls end when their declared type does not tell, or when they run.
	 */
	static class Undeclared {

		private final AtomicInteger attempts = new AtomicInteger();

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "undeclared", fallbackMethod = "instead")
		public @Nullable Object object(@Nullable Object result) {
			this.attempts.incrementAndGet();
			return result;
		}

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "undeclared", fallbackMethod = "instead")
		public Object throwing() {
			this.attempts.incrementAndGet();
			throw new IllegalStateException();
		}

		@Retryable(maxRetries = 3, delay = 0)
		@CircuitBreaker(name = "undeclared", fallbackMethod = "instead")
		public Callable<String> callable() {
			return () -> {
				throw new IOException("run " + this.attempts.incrementAndGet());
			};
		}

		private String instead(Throwable thrown) {
			return "instead of " + thrown.getClass().getSimpleName();
		}

		public AtomicInteger attempts() {
			return this.attempts;
		}

	}

	static class Cached {

		@Cacheable("cached")
		@Retryable(maxRetries = 3, delay = 1_000_000)
		@CircuitBreaker(name = "cached", fallbackMethod = "instead")
		public String call(String key) {
			return "value";
		}

		private String instead() {
			return "instead";
		}

	}

	static class Limited {

		@ConcurrencyLimit(1)
		@Retryable
		@CircuitBreaker(name = "limited")
		public void call() {
		}

	}

}
