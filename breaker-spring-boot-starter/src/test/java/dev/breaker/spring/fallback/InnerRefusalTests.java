package dev.breaker.spring.fallback;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A breaker further in refuses: the outer one counts nothing, and its fallback runs.
 */
class InnerRefusalTests {

	@ParameterizedTest
	@ValueSource(strings = { "plain", "wrapped", "keyed", "cached", "retried", "cachedAndRetried" })
	void theOuterFallbackRunsWhileTheInnerBreakerIsOpen(String method) {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			Facade facade = context.getBean(Facade.class);
			assertThat(call(facade, method)).isEqualTo("instead of client");
			assertThat(call(facade, method)).isEqualTo("instead of client");
			assertThatNothingIsCounted(context);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "stage", "late", "throwingStage", "retriedStage", "retriedLate", "cachedStage" })
	void theOuterFallbackOfAStageRunsToo(String method) {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			assertThat(stage(context.getBean(Facade.class), method)).isCompletedWithValue("instead of client");
			assertThatNothingIsCounted(context);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "cached", "retried", "cachedAndRetried" })
	void itRunsAlsoWhereTheOuterBreakerIsDisabled(String method) {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			Contexts.breaker(context, "facade").disable();
			assertThat(call(context.getBean(Facade.class), method)).isEqualTo("instead of client");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "cached", "retried" })
	void aRefusalThatIsIgnoredReachesTheCaller(String method) {
		contextRunner()
			.withPropertyValues("breaker.instances.facade.ignore-exceptions=dev.breaker.CallNotPermittedException")
			.run((context) -> {
				Contexts.breaker(context, "client").forceOpen();
				Facade facade = context.getBean(Facade.class);
				assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> call(facade, method))
					.satisfies((ex) -> assertThat(ex.circuitBreakerName()).isEqualTo("client"));
			});
	}

	@Test
	void anInnerRefusalIsRetriedAndTheFallbackRunsOnce() {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			Facade facade = context.getBean(Facade.class);
			assertThat(facade.retried("a")).isEqualTo("instead of client");
			assertThat(Contexts.breaker(context, "client").snapshot().notPermittedCallsTotal()).isEqualTo(3);
			assertThat(context.getBean(Counter.class).fallbacks).hasValue(1);
		});
	}

	@Test
	void anInnerRefusalThatASecondAttemptEscapesNeedsNoFallback() {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			assertThat(context.getBean(Facade.class).closing()).isEqualTo("value");
			assertThat(context.getBean(Counter.class).fallbacks).hasValue(0);
		});
	}

	@Test
	void withoutAFallbackARefusalOfAStageMethodIsThrownAsItWas() {
		contextRunner().run((context) -> {
			Contexts.breaker(context, "client").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> context.getBean(Facade.class).throwingWithoutFallback());
		});
	}

	@Test
	void whileItFailsAndWhileItIsOpenTheAnswerIsTheSame() {
		contextRunner().withPropertyValues("breaker.instances.client.consecutive-failure-threshold=2")
			.run((context) -> {
				context.getBean(Counter.class).down = true;
				Facade facade = context.getBean(Facade.class);
				for (int i = 0; i < 2; i++) {
					assertThat(facade.anyThrowable()).isEqualTo("instead after IllegalStateException");
				}
				for (int i = 0; i < 3; i++) {
					assertThat(facade.anyThrowable()).isEqualTo("instead after CallNotPermittedException");
				}
				assertThat(Contexts.breaker(context, "facade").snapshot().failedCallsTotal()).isEqualTo(2);
			});
	}

	private static void assertThatNothingIsCounted(ApplicationContext context) {
		assertThat(Contexts.recorded(context, "facade")).isZero();
		assertThat(Contexts.breaker(context, "facade").snapshot().notPermittedCallsTotal()).isZero();
	}

	private static String call(Facade facade, String method) {
		return switch (method) {
			case "plain" -> facade.plain();
			case "wrapped" -> facade.wrapped();
			case "keyed" -> facade.keyed("a");
			case "cached" -> facade.cached("a");
			case "retried" -> facade.retried("a");
			case "cachedAndRetried" -> facade.cachedAndRetried("a");
			default -> throw new IllegalArgumentException(method);
		};
	}

	private static CompletableFuture<String> stage(Facade facade, String method) {
		return switch (method) {
			case "stage" -> facade.stage();
			case "late" -> facade.late();
			case "throwingStage" -> facade.throwingStage();
			case "retriedStage" -> facade.retriedStage();
			case "retriedLate" -> facade.retriedLate();
			case "cachedStage" -> facade.cachedStage("a");
			default -> throw new IllegalArgumentException(method);
		};
	}

	private static ApplicationContextRunner contextRunner() {
		return Contexts.with(Resilience.class, Counter.class, Client.class, Facade.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	@EnableCaching(proxyTargetClass = true)
	static class Resilience {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Counter {

		final AtomicInteger fallbacks = new AtomicInteger();

		boolean down;

	}

	static class Client {

		private final Counter counter;

		Client(Counter counter) {
			this.counter = counter;
		}

		@CircuitBreaker(name = "client")
		public String get() {
			if (this.counter.down) {
				throw new IllegalStateException("down");
			}
			return "value";
		}

		@CircuitBreaker(name = "client")
		public CompletableFuture<String> getLater() {
			return CompletableFuture.completedFuture("value");
		}

	}

	static class Facade {

		private final Client client;

		private final Counter counter;

		private final ApplicationContext context;

		Facade(Client client, Counter counter, ApplicationContext context) {
			this.client = client;
			this.counter = counter;
			this.context = context;
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "instead")
		public String plain() {
			return this.client.get();
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "instead")
		public String wrapped() {
			return this.client.getLater().join();
		}

		@CircuitBreaker(name = "facade", key = "#key", fallbackMethod = "insteadOfKey")
		public String keyed(String key) {
			return this.client.get();
		}

		@Cacheable("cached")
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadOfKey")
		public String cached(String key) {
			return this.client.get();
		}

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadOfKey")
		public String retried(String key) {
			return this.client.get();
		}

		@Cacheable("cachedAndRetried")
		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadOfKey")
		public String cachedAndRetried(String key) {
			return this.client.get();
		}

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade", fallbackMethod = "instead")
		public String closing() {
			try {
				return this.client.get();
			}
			finally {
				Contexts.breaker(this.context, "client").close();
			}
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "afterAny")
		public String anyThrowable() {
			return this.client.get();
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "insteadLater")
		public CompletableFuture<String> stage() {
			return this.client.getLater();
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "insteadLater")
		public CompletableFuture<String> late() {
			return this.client.getLater().thenApply(String::trim);
		}

		@CircuitBreaker(name = "facade", fallbackMethod = "insteadLater")
		public CompletableFuture<String> throwingStage() {
			return CompletableFuture.completedFuture(this.client.get());
		}

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadLater")
		public CompletableFuture<String> retriedStage() {
			return CompletableFuture.completedFuture(this.client.get());
		}

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadLater")
		public CompletableFuture<String> retriedLate() {
			return this.client.getLater().thenApply(String::trim);
		}

		@Cacheable("cachedStage")
		@CircuitBreaker(name = "facade", fallbackMethod = "insteadOfKeyLater")
		public CompletableFuture<String> cachedStage(String key) {
			return this.client.getLater();
		}

		@Retryable(maxRetries = 2, delay = 0)
		@CircuitBreaker(name = "facade")
		public CompletableFuture<String> throwingWithoutFallback() {
			return CompletableFuture.completedFuture(this.client.get());
		}

		private String instead(CallNotPermittedException refusal) {
			this.counter.fallbacks.incrementAndGet();
			return "instead of " + refusal.circuitBreakerName();
		}

		private String instead(CompletionException thrown) {
			return "instead of a wrapper";
		}

		private String insteadOfKey(String key, CallNotPermittedException refusal) {
			return instead(refusal);
		}

		private String afterAny(Throwable thrown) {
			return "instead after " + thrown.getClass().getSimpleName();
		}

		private CompletableFuture<String> insteadLater(CallNotPermittedException refusal) {
			return CompletableFuture.completedFuture(instead(refusal));
		}

		private CompletableFuture<String> insteadOfKeyLater(String key, CallNotPermittedException refusal) {
			return insteadLater(refusal);
		}

	}

}
