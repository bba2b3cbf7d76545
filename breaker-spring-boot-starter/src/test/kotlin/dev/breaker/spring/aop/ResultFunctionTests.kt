package dev.breaker.spring.aop

import dev.breaker.CallNotPermittedException
import dev.breaker.annotation.CircuitBreaker as Guarded
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.catchThrowable
import org.junit.jupiter.api.Test

/** Functions that return a `Result`, whether they suspend or not: what they return, and what they throw. */
class ResultFunctionTests {
    @Test
    fun aRefusalIsAFailureOfAPlainFunctionAndThrownBySuspending() = run { functions ->
        val (plain, atOnce, later) = functions.all()
        assertThat(returned { plain(functions) }.exceptionOrNull()).isInstanceOf(CallNotPermittedException::class.java)
        for (call in listOf(atOnce, later)) {
            assertThat(catchThrowable { returned { call(functions) } }).isInstanceOf(CallNotPermittedException::class.java)
        }
        assertThat(functions.calls()).hasValue(0)
    }

    @Test
    fun aRefusalFurtherInIsReturnedWhereItIsReturned() = run { functions ->
        functions.breaker.close()
        functions.inner.forceOpen()
        for (call in functions.all()) {
            assertThat(returned { call(functions) }.exceptionOrNull()).isInstanceOf(CallNotPermittedException::class.java)
        }
        assertThat(functions.calls()).hasValue(3)
    }

    @Test
    fun aRefusalFurtherInIsThrownWhereItIsThrown() = run { functions ->
        functions.breaker.close()
        functions.inner.forceOpen()
        for (call in functions.throwing()) {
            assertThat(catchThrowable { returned { call(functions) } }).isInstanceOf(CallNotPermittedException::class.java)
        }
        assertThat(functions.calls()).hasValue(3)
    }

    /** What a function returned; what it threw is thrown. */
    private fun returned(call: suspend () -> Result<String>): Result<String> {
        val returned = arrayOfNulls<Result<String>>(1)
        runBlocking { returned[0] = call() }
        return returned[0]!!
    }

    private fun run(check: (Bean) -> Unit) {
        Contexts.with(Functions::class.java, Inner::class.java)
            .withPropertyValues("breaker.instances.results.initial-state=FORCED_OPEN")
            .run { context ->
                check(
                    Bean(
                        context.getBean(Functions::class.java),
                        Contexts.breaker(context, "results"),
                        Contexts.breaker(context, "inner"),
                    ),
                )
            }
    }

    class Bean(
        private val functions: Functions,
        val breaker: dev.breaker.CircuitBreaker,
        val inner: dev.breaker.CircuitBreaker,
    ) {
        fun calls(): AtomicInteger = functions.calls()

        fun all(): List<suspend (Bean) -> Result<String>> =
            listOf({ functions.plain() }, { functions.suspending(false) }, { functions.suspending(true) })

        fun throwing(): List<suspend (Bean) -> Result<String>> =
            listOf(
                { functions.plainThrowing() },
                { functions.suspendingThrowing(false) },
                { functions.suspendingThrowing(true) },
            )
    }

    open class Inner {
        @Guarded(name = "inner")
        open fun call(): String = "value"
    }

    open class Functions(private val inner: Inner) {
        private val calls = AtomicInteger()

        open fun calls(): AtomicInteger = calls

        @Guarded(name = "results")
        open fun plain(): Result<String> = runCatching { called() }

        @Guarded(name = "results")
        open suspend fun suspending(later: Boolean): Result<String> {
            if (later) {
                yield()
            }
            return runCatching { called() }
        }

        @Guarded(name = "results")
        open fun plainThrowing(): Result<String> = Result.success(called())

        @Guarded(name = "results")
        open suspend fun suspendingThrowing(later: Boolean): Result<String> {
            if (later) {
                yield()
            }
            return Result.success(called())
        }

        private fun called(): String {
            calls.incrementAndGet()
            return inner.call()
        }
    }
}
