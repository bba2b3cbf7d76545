package dev.breaker.spring.order;

import java.util.List;

import javax.cache.annotation.CachePut;
import javax.cache.annotation.CacheRemove;
import javax.cache.annotation.CacheResult;
import javax.cache.annotation.CacheValue;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.aop.Contexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.support.SimpleCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The annotations of JCache stand beside a guard as {@code @Cacheable} and its kin do.
 */
class JCacheTests {

	@ParameterizedTest
	@ValueSource(classes = { Caches.class, CachesFirst.class })
	void aHitTakesNoPermitAndIsServedWhileOpen(Class<?> caches) {
		contextRunner(caches).run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			for (int call = 0; call < 2; call++) {
				assertThat(catalogue.find("a")).isEqualTo("value of a");
			}
			assertThat(Contexts.recorded(context, "catalogue")).isOne();
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.find("a")).isEqualTo("value of a");
			assertThat(Contexts.breaker(context, "catalogue").snapshot().notPermittedCallsTotal()).isZero();
		});
	}

	@Test
	void whatAFallbackGivesIsNotCached() {
		contextRunner(Caches.class).run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			Contexts.breaker(context, "catalogue").forceOpen();
			assertThat(catalogue.find("a")).isEqualTo("instead of a");
			Contexts.breaker(context, "catalogue").close();
			assertThat(catalogue.find("a")).isEqualTo("value of a");
		});
	}

	@Test
	void nothingIsPutOrRemovedForARefusalWhereRefusalsAreLeftOut() {
		contextRunner(Caches.class).run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			catalogue.find("a");
			Contexts.breaker(context, "catalogue").forceOpen();
			catalogue.remove("a");
			catalogue.put("a", "another");
			assertThat(catalogue.find("a")).isEqualTo("value of a");
			Contexts.breaker(context, "catalogue").close();
			catalogue.put("a", "another");
			assertThat(catalogue.find("a")).isEqualTo("another");
			catalogue.remove("a");
			assertThat(catalogue.find("a")).isEqualTo("value of a");
		});
	}

	private static ApplicationContextRunner contextRunner(Class<?> caches) {
		return Contexts.with(caches, CacheManagers.class, Catalogue.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caches {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(order = Ordered.HIGHEST_PRECEDENCE)
	static class CachesFirst {

	}

	@Configuration(proxyBeanMethods = false)
	static class CacheManagers {

		@Bean
		SimpleCacheManager cacheManager() {
			SimpleCacheManager caches = new SimpleCacheManager();
			caches.setCaches(List.of(new ConcurrentMapCache("values")));
			return caches;
		}

	}

	static class Catalogue {

		@CircuitBreaker(name = "catalogue", fallbackMethod = "instead")
		@CacheResult(cacheName = "values")
		public String find(String key) {
			return "value of " + key;
		}

		@CircuitBreaker(name = "catalogue", fallbackMethod = "nothing")
		@CachePut(cacheName = "values", noCacheFor = CallNotPermittedException.class)
		public void put(String key, @CacheValue String value) {
		}

		@CircuitBreaker(name = "catalogue", fallbackMethod = "nothing")
		@CacheRemove(cacheName = "values", noEvictFor = CallNotPermittedException.class)
		public void remove(String key) {
		}

		private String instead(String key) {
			return "instead of " + key;
		}

		private void nothing() {
		}

	}

}
