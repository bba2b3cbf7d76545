package dev.breaker.spring.aop

import dev.breaker.CallNotPermittedException
import dev.breaker.annotation.CircuitBreaker as Guarded
import java.io.IOException
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import org.springframework.cache.CacheManager
import org.springframework.cache.annotation.Cacheable
import org.springframework.cache.annotation.EnableCaching
import org.springframework.cache.concurrent.ConcurrentMapCacheManager
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration

/** Spring's `@Cacheable(sync = true)` on a guarded suspending function: the cache is inside, its fallback outside. */
class CachedSuspendingFunctionTests {
    @ParameterizedTest
    @ValueSource(booleans = [false, true])
    fun aFailureHasItsFallbackWhichIsNotCached(later: Boolean) = run { functions, breaker ->
        functions.fails(true)
        runBlocking { repeat(2) { assertThat(functions.load("a", later)).isEqualTo("instead of IOException") } }
        assertThat(breaker.snapshot().failedCallsTotal()).isEqualTo(2)
        functions.fails(false)
        runBlocking { repeat(2) { assertThat(functions.load("a", later)).isEqualTo("value") } }
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        assertThat(functions.calls()).hasValue(3)
    }

    @ParameterizedTest
    @ValueSource(booleans = [false, true])
    fun aRefusalHasItsFallbackWhichIsNotCached(later: Boolean) = run { functions, breaker ->
        breaker.forceOpen()
        runBlocking {
            assertThat(functions.load("a", later)).isEqualTo("instead of CallNotPermittedException")
            assertThat(catchThrowable { runBlocking { functions.withoutFallback("b", later) } })
                .isInstanceOf(CallNotPermittedException::class.java)
            breaker.close()
            assertThat(functions.load("a", later)).isEqualTo("value")
            assertThat(functions.withoutFallback("b", later)).isEqualTo("value")
            breaker.forceOpen()
            assertThat(functions.load("a", later)).isEqualTo("value")
            assertThat(functions.withoutFallback("b", later)).isEqualTo("value")
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = [false, true])
    fun aFailedResultHasItsFallbackToo(later: Boolean) = run { functions, breaker ->
        functions.fails(true)
        val failed = runBlocking { functions.result("a", later) }
        assertThat(failed.getOrThrow()).isEqualTo("instead")
        breaker.forceOpen()
        val refused = runBlocking { functions.result("b", later) }
        assertThat(refused.getOrThrow()).isEqualTo("instead")
    }

    private fun run(check: (Functions, dev.breaker.CircuitBreaker) -> Unit) {
        Contexts.with(Caching::class.java, Functions::class.java).run { context ->
            check(context.getBean(Functions::class.java), Contexts.breaker(context, "cached"))
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    open class Caching {
        @Bean
        open fun cacheManager(): CacheManager = ConcurrentMapCacheManager()
    }

    open class Functions {
        private val calls = AtomicInteger()

        @Volatile
        private var fails = false

        open fun calls(): AtomicInteger = calls

        open fun fails(fails: Boolean) {
            this.fails = fails
        }

        @Cacheable(cacheNames = ["functions"], sync = true)
        @Guarded(name = "cached", fallbackMethod = "instead")
        open suspend fun load(key: String, later: Boolean): String = called(later)

        @Cacheable(cacheNames = ["functions"], sync = true)
        @Guarded(name = "cached")
        open suspend fun withoutFallback(key: String, later: Boolean): String = called(later)

        @Cacheable(cacheNames = ["results"], sync = true)
        @Guarded(name = "cached", fallbackMethod = "insteadOfResult")
        open suspend fun result(key: String, later: Boolean): Result<String> {
            if (later) {
                yield()
            }
            return runCatching { called(false) }
        }

        private suspend fun instead(key: String, later: Boolean, thrown: Throwable): String {
            yield()
            return "instead of ${thrown.javaClass.simpleName}"
        }

        private suspend fun insteadOfResult(): Result<String> = Result.success("instead")

        private suspend fun called(later: Boolean): String {
            calls.incrementAndGet()
            if (later) {
                yield()
            }
            if (fails) {
                throw IOException()
            }
            return "value"
        }
    }
}
