package dev.breaker.spring.aop

import dev.breaker.CallNotPermittedException
import dev.breaker.CircuitBreaker
import dev.breaker.Permit
import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.spring.BreakerClock
import dev.breaker.test.ManualClock
import java.io.IOException
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger
import java.util.stream.Stream
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.awaitility.Awaitility.await
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource
import org.junit.jupiter.params.provider.MethodSource
import org.springframework.context.ApplicationContext

/**
 * What becomes of a call of a Kotlin function: what is recorded, how many permits are left, and what
 * the caller sees.
 */
class SuspendingFunctionMatrixTests {
    private val clock = ManualClock()

    @ParameterizedTest
    @EnumSource
    fun aCallThatSucceeds(row: Row) = cell(row) {
        val seen = outcome({ bean.plain(remote) }) { remote.answer.complete("done") }
        assertThat(seen.getOrThrow()).isEqualTo("done")
        assertThat(remote.calls).hasValue(1)
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatFailsAtOnce(row: Row) = cell(row) {
        remote.now = IOException("now")
        assertThat(outcome({ bean.plain(remote) }) {}.exceptionOrNull()).hasMessage("now").isInstanceOf(IOException::class.java)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatFailsLater(row: Row) = cell(row) {
        val seen = outcome({ bean.plain(remote) }) { remote.answer.completeExceptionally(IOException("later")) }
        assertThat(seen.exceptionOrNull()).hasMessage("later").isInstanceOf(IOException::class.java)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatEndsInAnError(row: Row) = cell(row) {
        val seen = outcome({ bean.plain(remote) }) { remote.answer.completeExceptionally(AssertionError("error")) }
        assertThat(seen.exceptionOrNull()).hasMessageContaining("error").isInstanceOf(AssertionError::class.java)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @EnumSource
    fun aCallWhoseExceptionIsIgnored(row: Row) = cell(row) {
        val seen = outcome({ bean.withFallback(remote) }) {
            remote.answer.completeExceptionally(IllegalArgumentException("ignored"))
        }
        assertThat(seen.exceptionOrNull()).hasMessage("ignored").isInstanceOf(IllegalArgumentException::class.java)
        assertThat(breaker.snapshot().ignoredCallsTotal()).isOne()
        assertThat(breaker.snapshot().failedCallsTotal()).isZero()
        assertThat(permits()).isEqualTo(PERMITS)
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatIsRefused(row: Row) = cell(row) {
        breaker.forceOpen()
        remote.answer.complete("done")
        assertThat(outcome({ bean.plain(remote) }) {}.exceptionOrNull())
            .isInstanceOf(CallNotPermittedException::class.java)
        assertThat(outcome({ bean.withFallback(remote) }) {}.getOrThrow()).isEqualTo("instead")
        assertThat(remote.calls).hasValue(0)
        assertThat(breaker.snapshot().notPermittedCallsTotal()).isEqualTo(2)
    }

    @ParameterizedTest
    @MethodSource("suspending")
    fun aCallThatIsCancelled(row: Row) = cell(row) {
        val call = scope.async { bean.withFallback(remote) }
        while (remote.calls.get() == 0) {
            yield()
        }
        assertThat(permits()).isEqualTo(PERMITS - 1)
        call.cancelAndJoin()
        await().until { remote.cancelled }
        assertThat(breaker.snapshot().run { failedCallsTotal() + successfulCallsTotal() + ignoredCallsTotal() }).isZero()
        assertThat(permits()).isEqualTo(PERMITS)
    }

    @ParameterizedTest
    @MethodSource("suspending")
    fun aCallThatTimesOutInside(row: Row) = cell(row) {
        remote.limit = 1
        assertThat(outcome({ bean.plain(remote) }) {}.exceptionOrNull())
            .isInstanceOf(TimeoutCancellationException::class.java)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @MethodSource("suspending")
    fun aCallWhoseCallerTimesOut(row: Row) = cell(row) {
        assertThat(withTimeoutOrNull(1) { bean.plain(remote) }).isNull()
        await().untilAsserted { assertThat(permits()).isEqualTo(PERMITS) }
        assertThat(breaker.snapshot().run { failedCallsTotal() + successfulCallsTotal() + ignoredCallsTotal() }).isZero()
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatIsSlow(row: Row) = cell(row) {
        remote.lasts = { clock.advance(Duration.ofSeconds(2)) }
        outcome({ bean.plain(remote) }) { remote.answer.complete("done") }
        assertThat(breaker.snapshot().slowCallsTotal()).isOne()
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
    }

    @ParameterizedTest
    @EnumSource
    fun aCallThatIsMadeTwice(row: Row) = cell(row) {
        remote.answer.complete("done")
        repeat(2) { assertThat(outcome({ bean.plain(remote) }) {}.getOrThrow()).isEqualTo("done") }
        assertThat(breaker.snapshot().successfulCallsTotal()).isEqualTo(2)
    }

    @ParameterizedTest
    @EnumSource
    fun aFallbackThatSucceeds(row: Row) = cell(row) {
        val seen = outcome({ bean.withFallback(remote) }) { remote.answer.completeExceptionally(IOException("later")) }
        assertThat(seen.getOrThrow()).isEqualTo("instead")
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(permits()).isEqualTo(PERMITS - 1)
    }

    @ParameterizedTest
    @EnumSource
    fun aFallbackThatFails(row: Row) = cell(row) {
        val seen = outcome({ bean.withBrokenFallback(remote) }) {
            remote.answer.completeExceptionally(IOException("later"))
        }
        assertThat(seen.exceptionOrNull()).hasMessage("no fallback")
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
    }

    @ParameterizedTest
    @EnumSource
    fun aFallbackOfAPlainValue(row: Row) = cell(row) {
        val seen = outcome({ bean.withPlainFallback(remote) }) {
            remote.answer.completeExceptionally(IOException("later"))
        }
        assertThat(seen.getOrThrow()).isEqualTo("plain")
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
    }

    private fun cell(row: Row, check: suspend Cell.() -> Unit) {
        Contexts.with(row.bean)
            .withBean(BreakerClock::class.java, { BreakerClock({ clock.nanos() }, clock.clock()) })
            .withPropertyValues(
                "breaker.instances.matrix.ignore-exceptions=java.lang.IllegalArgumentException",
                "breaker.instances.matrix.slow-call-duration-threshold=1s",
                "breaker.instances.matrix.permitted-number-of-calls-in-half-open-state=$PERMITS",
            )
            .run { context ->
                val breaker = Contexts.breaker(context, "matrix")
                breaker.halfOpen()
                runBlocking { Cell(row, row.calls(context), breaker, this).check() }
            }
    }

    class Cell(val row: Row, val bean: Calls, val breaker: CircuitBreaker, val scope: CoroutineScope) {
        val remote = Remote()

        /** Makes a call, lets the remote answer while it is suspended, and waits for it. */
        suspend fun outcome(call: suspend () -> Any?, end: () -> Unit): Result<Any?> {
            if (!row.suspends) {
                end()
                return result(call)
            }
            val made = scope.async { result(call) }
            while (remote.calls.get() == 0 && !made.isCompleted) {
                yield()
            }
            end()
            return made.await()
        }

        private suspend fun result(call: suspend () -> Any?): Result<Any?> = runCatching { call() }.fold(
            { if (it is Result<*>) it else Result.success(it) },
            { Result.failure(it) },
        )

        /** How many more probes would be admitted. */
        fun permits(): Int {
            val permits = generateSequence<Permit> { breaker.tryAcquire() }.toList()
            permits.forEach(Permit::release)
            return permits.size
        }
    }

    /** The other side of a call. */
    class Remote {
        val answer = CompletableDeferred<String>()

        val calls = AtomicInteger()

        var now: Exception? = null

        var lasts: () -> Unit = {}

        /** In milliseconds; none where it is zero. */
        var limit = 0L

        @Volatile
        var cancelled = false

        /** Suspends several times, on several threads. */
        suspend fun call(): String {
            now?.let { throw it }
            calls.incrementAndGet()
            try {
                yield()
                lasts()
                if (limit > 0) return withTimeout(limit) { answer.await() }
                return withContext(Dispatchers.Default) { answer.await() }
            } catch (thrown: CancellationException) {
                cancelled = true
                throw thrown
            }
        }

        /** Has its answer. */
        fun get(): String {
            now?.let { throw it }
            calls.incrementAndGet()
            lasts()
            return runBlocking { answer.await() }
        }
    }

    enum class Row(val bean: Class<*>, val suspends: Boolean, val calls: (ApplicationContext) -> Calls) {
        SUSPENDED(Suspended::class.java, true, { it.getBean(Suspended::class.java) }),
        NEVER_SUSPENDED(NeverSuspended::class.java, false, { it.getBean(NeverSuspended::class.java) }),
        OF_AN_INTERFACE(OfAnInterface::class.java, true, { it.getBean(Contract::class.java) }),
        WITH_VALUE_CLASSES(WithValueClasses::class.java, true, { CallsWithValueClasses(it.getBean(WithValueClasses::class.java)) }),
        SUSPENDED_RESULT(SuspendedResult::class.java, true, { CallsOfSuspendedResult(it.getBean(SuspendedResult::class.java)) }),
        RESULT(OfResult::class.java, false, { CallsOfResult(it.getBean(OfResult::class.java)) }),
    }

    /** What a row calls. */
    interface Calls {
        suspend fun plain(remote: Remote): Any?

        suspend fun withFallback(remote: Remote): Any?

        suspend fun withBrokenFallback(remote: Remote): Any?

        suspend fun withPlainFallback(remote: Remote): Any?
    }

    open class Suspended : Calls {
        @Guarded(name = "matrix")
        override suspend fun plain(remote: Remote): String = remote.call()

        @Guarded(name = "matrix", fallbackMethod = "instead")
        override suspend fun withFallback(remote: Remote): String = remote.call()

        private suspend fun instead(remote: Remote, thrown: Throwable): String {
            check(remote.answer.isCompleted || thrown is CallNotPermittedException)
            yield()
            return "instead"
        }

        @Guarded(name = "matrix", fallbackMethod = "broken")
        override suspend fun withBrokenFallback(remote: Remote): String = remote.call()

        private suspend fun broken(thrown: Throwable): String {
            yield()
            throw IllegalStateException("no fallback", thrown)
        }

        @Guarded(name = "matrix", fallbackMethod = "value")
        override suspend fun withPlainFallback(remote: Remote): String = remote.call()

        private fun value(remote: Remote): String = if (remote.answer.isCompleted) "plain" else "none"
    }

    open class NeverSuspended : Suspended() {
        @Guarded(name = "matrix")
        override suspend fun plain(remote: Remote): String = remote.get()

        @Guarded(name = "matrix", fallbackMethod = "atOnce")
        override suspend fun withFallback(remote: Remote): String = remote.get()

        suspend fun atOnce(): String = "instead"

        @Guarded(name = "matrix", fallbackMethod = "failing")
        override suspend fun withBrokenFallback(remote: Remote): String = remote.get()

        suspend fun failing(): String = error("no fallback")

        @Guarded(name = "matrix", fallbackMethod = "constant")
        override suspend fun withPlainFallback(remote: Remote): String = remote.get()

        fun constant(): String = "plain"
    }

    /** Annotated where the functions are declared. */
    interface Contract : Calls {
        @Guarded(name = "matrix")
        override suspend fun plain(remote: Remote): String

        @Guarded(name = "matrix", fallbackMethod = "instead")
        override suspend fun withFallback(remote: Remote): String

        suspend fun instead(): String = "instead"

        @Guarded(name = "matrix", fallbackMethod = "broken")
        override suspend fun withBrokenFallback(remote: Remote): String

        suspend fun broken(): String = error("no fallback")

        @Guarded(name = "matrix", fallbackMethod = "constant")
        override suspend fun withPlainFallback(remote: Remote): String

        fun constant(): String = "plain"
    }

    open class OfAnInterface : Contract {
        override suspend fun plain(remote: Remote): String = remote.call()

        override suspend fun withFallback(remote: Remote): String = remote.call()

        override suspend fun withBrokenFallback(remote: Remote): String = remote.call()

        override suspend fun withPlainFallback(remote: Remote): String = remote.call()
    }

    @JvmInline
    value class Id(val text: String)

    /** Functions whose names the compiler changes. */
    open class WithValueClasses {
        @Guarded(name = "matrix")
        open suspend fun plain(id: Id, remote: Remote, suffix: String = ""): String = remote.call() + suffix

        @Guarded(name = "matrix", fallbackMethod = "instead")
        open suspend fun withFallback(id: Id, remote: Remote, suffix: String = ""): String = remote.call() + suffix

        private suspend fun instead(id: Id, remote: Remote, suffix: String): String =
            if (id.text == "id") "instead$suffix" else "$remote"

        @Guarded(name = "matrix", fallbackMethod = "broken")
        open suspend fun withBrokenFallback(id: Id, remote: Remote): String = remote.call()

        internal suspend fun broken(id: Id, remote: Remote): String = error("no fallback")

        @Guarded(name = "matrix", fallbackMethod = "plainly")
        open suspend fun withPlainFallback(id: Id, remote: Remote): String = remote.call()

        internal fun plainly(id: Id, remote: Remote, thrown: IOException): String = "plain"
    }

    class CallsWithValueClasses(private val bean: WithValueClasses) : Calls {
        override suspend fun plain(remote: Remote): String = bean.plain(Id("id"), remote)

        override suspend fun withFallback(remote: Remote): String = bean.withFallback(Id("id"), remote)

        override suspend fun withBrokenFallback(remote: Remote): String = bean.withBrokenFallback(Id("id"), remote)

        override suspend fun withPlainFallback(remote: Remote): String = bean.withPlainFallback(Id("id"), remote)
    }

    /** Functions that return a failure. */
    open class OfResult {
        @Guarded(name = "matrix")
        open fun load(remote: Remote): Result<String> = runCatching { remote.get() }

        @Guarded(name = "matrix", fallbackMethod = "instead")
        open fun loadOrInstead(remote: Remote): Result<String> = runCatching { remote.get() }

        private fun instead(remote: Remote): Result<String> = Result.success("instead")

        @Guarded(name = "matrix", fallbackMethod = "broken")
        open fun loadOrBroken(remote: Remote): Result<String> = runCatching { remote.get() }

        private fun broken(): Result<String> = Result.failure(IllegalStateException("no fallback"))

        @Guarded(name = "matrix", fallbackMethod = "constant")
        open fun loadOrPlain(remote: Remote): Result<String> = runCatching { remote.get() }

        private fun constant(): String = "plain"
    }

    class CallsOfResult(private val bean: OfResult) : Calls {
        override suspend fun plain(remote: Remote): Any = bean.load(remote)

        override suspend fun withFallback(remote: Remote): Any = bean.loadOrInstead(remote)

        override suspend fun withBrokenFallback(remote: Remote): Any = bean.loadOrBroken(remote)

        override suspend fun withPlainFallback(remote: Remote): Any = bean.loadOrPlain(remote)
    }

    /** Suspending functions that return a failure. */
    open class SuspendedResult {
        @Guarded(name = "matrix")
        open suspend fun load(remote: Remote): Result<String> = caught { remote.call() }

        @Guarded(name = "matrix", fallbackMethod = "instead")
        open suspend fun loadOrInstead(remote: Remote): Result<String> = caught { remote.call() }

        private suspend fun instead(remote: Remote): Result<String> {
            yield()
            return Result.success(if (remote.now == null) "instead" else "none")
        }

        @Guarded(name = "matrix", fallbackMethod = "broken")
        open suspend fun loadOrBroken(remote: Remote): Result<String> = caught { remote.call() }

        private suspend fun broken(): Result<String> {
            yield()
            return Result.failure(IllegalStateException("no fallback"))
        }

        @Guarded(name = "matrix", fallbackMethod = "plain")
        open suspend fun loadOrPlain(remote: Remote): Result<String> = caught { remote.call() }

        private fun plain(): Result<String> = Result.success("plain")

        private suspend fun caught(call: suspend () -> String): Result<String> =
            try {
                Result.success(call())
            } catch (cancelled: CancellationException) {
                throw cancelled
            } catch (thrown: Throwable) {
                Result.failure(thrown)
            }
    }

    class CallsOfSuspendedResult(private val bean: SuspendedResult) : Calls {
        override suspend fun plain(remote: Remote): Any = bean.load(remote)

        override suspend fun withFallback(remote: Remote): Any = bean.loadOrInstead(remote)

        override suspend fun withBrokenFallback(remote: Remote): Any = bean.loadOrBroken(remote)

        override suspend fun withPlainFallback(remote: Remote): Any = bean.loadOrPlain(remote)
    }

    companion object {
        private const val PERMITS = 10

        @JvmStatic
        fun suspending(): Stream<Row> = Row.entries.filter { it.suspends }.stream()
    }
}
