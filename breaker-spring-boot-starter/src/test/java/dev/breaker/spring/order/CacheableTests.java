package dev.breaker.spring.order;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.support.SimpleCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@code @Cacheable} and its kin: the guard is inside of the cache, and its fallback is
 * outside.
 */
class CacheableTests {

	@Test
	void aHitIsNoCallAndIsServedWhileOpen() {
		contextRunner().run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			for (int call = 0; call < 2; call++) {
				assertThat(catalogue.plain("a")).isEqualTo("value of a");
				assertThat(catalogue.alone("b")).isEqualTo("value of b");
				assertThat(catalogue.later("c")).isCompletedWithValue("value of c");
				assertThat(catalogue.missing("d")).isNull();
			}
			assertThat(Contexts.recorded(context, "catalogue")).isEqualTo(4);
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.plain("a")).isEqualTo("value of a");
			assertThat(catalogue.alone("b")).isEqualTo("value of b");
			assertThat(catalogue.later("c")).isCompletedWithValue("value of c");
			assertThat(catalogue.missing("d")).isNull();
			assertThat(Contexts.breaker(context, "catalogue").snapshot().notPermittedCallsTotal()).isZero();
		});
	}

	@Test
	void whatAFallbackGivesIsNotCached() {
		contextRunner().run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.plain("a")).isEqualTo("instead of a");
			assertThat(catalogue.alone("b")).isEqualTo("instead of b");
			assertThat(catalogue.later("c")).isCompletedWithValue("instead of c");
			assertThat(catalogue.put("e")).isEqualTo("instead of e");
			Contexts.breaker(context, "catalogue").close();
			assertThat(catalogue.plain("a")).isEqualTo("value of a");
			assertThat(catalogue.alone("b")).isEqualTo("value of b");
			assertThat(catalogue.later("c")).isCompletedWithValue("value of c");
			assertThat(catalogue.plain("e")).isEqualTo("value of e");
		});
	}

	@Test
	void whatIsPutIsOfAnAdmittedCall() {
		contextRunner().run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			assertThat(catalogue.put("a")).isEqualTo("put for a");
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.put("a")).isEqualTo("instead of a");
			assertThat(catalogue.plain("a")).isEqualTo("put for a");
		});
	}

	@Test
	void nothingIsEvictedForACallThatIsRefused() {
		contextRunner().run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			catalogue.plain("a");
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.forget("a")).isEqualTo("instead of a");
			assertThat(catalogue.plain("a")).isEqualTo("value of a");
			Contexts.breaker(context, "catalogue").close();
			assertThat(catalogue.forget("a")).isEqualTo("forgotten a");
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.plain("a")).isEqualTo("instead of a");
		});
	}

	@Test
	void aCacheThatFailsIsNoFailureOfTheCall() {
		contextRunner().run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			assertThatIllegalStateException().isThrownBy(() -> catalogue.inBrokenCache("a"))
				.withMessage("The cache is down");
			assertThat(Contexts.recorded(context, "catalogue")).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRetryFillsTheCacheOnce(boolean retryFirst) {
		Contexts.with(retryFirst ? RetryFirst.class : Retry.class, Caches.class, Catalogue.class).run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			assertThat(catalogue.retried("a", 2)).isEqualTo("value of a");
			assertThat(catalogue.retried("a", 100)).isEqualTo("value of a");
			assertThat(catalogue.attempts()).isEqualTo(3);
			assertThat(Contexts.breaker(context, "catalogue").snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(catalogue.retried("b", 100)).isEqualTo("instead of b");
			assertThat(catalogue.retried("b", 0)).isEqualTo("value of b");
		});
	}

	private static ApplicationContextRunner contextRunner() {
		return Contexts.with(Caches.class, Catalogue.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retry {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(order = 0)
	static class RetryFirst {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caches {

		@Bean
		SimpleCacheManager cacheManager() {
			SimpleCacheManager caches = new SimpleCacheManager();
			caches.setCaches(List.of(new ConcurrentMapCache("values"), new ConcurrentMapCache("alone"),
					new ConcurrentMapCache("later"), new ConcurrentMapCache("missing"), new BrokenCache()));
			return caches;
		}

	}

	static class BrokenCache extends ConcurrentMapCache {

		BrokenCache() {
			super("broken");
		}

		@Override
		public Cache.@Nullable ValueWrapper get(Object key) {
			throw new IllegalStateException("The cache is down");
		}

		@Override
		public <T> @Nullable T get(Object key, Callable<T> loader) {
			throw new IllegalStateException("The cache is down");
		}

	}

	static class Catalogue {

		private final AtomicInteger attempts = new AtomicInteger();

		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		@Cacheable("values")
		public String plain(String key) {
			return "value of " + key;
		}

		@Cacheable(cacheNames = "alone", sync = true)
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public String alone(String key) {
			return "value of " + key;
		}

		@Cacheable("later")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "insteadLater")
		public CompletableFuture<String> later(String key) {
			return CompletableFuture.completedFuture("value of " + key);
		}

		@Cacheable("missing")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public @Nullable String missing(String key) {
			return null;
		}

		@CachePut("values")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public String put(String key) {
			return "put for " + key;
		}

		@CacheEvict("values")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public String forget(String key) {
			return "forgotten " + key;
		}

		@Cacheable("broken")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		public String inBrokenCache(String key) {
			return "value of " + key;
		}

		@Retryable(maxRetries = 3, delay = 0)
		@Cacheable(cacheNames = "values", key = "'retried ' + #key")
		@CircuitBreaker(name = "catalogue", fallbackMethod = "insteadOfRetried")
		public String retried(String key, int failures) {
			if (this.attempts.getAndIncrement() < failures) {
				throw new IllegalStateException();
			}
			return "value of " + key;
		}

		public int attempts() {
			return this.attempts.get();
		}

		private String instead(String key) {
			return "instead of " + key;
		}

		private CompletableFuture<String> insteadLater(String key) {
			return CompletableFuture.completedFuture("instead of " + key);
		}

		private String insteadOfRetried(String key, int failures) {
			return "instead of " + key;
		}

	}

}
