package dev.breaker

import dev.breaker.kotlin.execute
import java.io.IOException
import java.time.Duration
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** The extension of a circuit breaker for suspending calls. */
class ExecuteTests {
    private val clock = HandClock()

    private val breaker = CircuitBreaker.of(
        "payments",
        CircuitBreakerConfig.builder()
            .nanoClock(clock)
            .consecutiveFailureThreshold(2)
            .slowCallDurationThreshold(Duration.ofSeconds(1))
            .ignoreExceptions(IllegalArgumentException::class.java)
            .build(),
    )

    @Test
    fun aCallIsOneHoweverOftenItSuspends() = runBlocking {
        val result = breaker.execute {
            yield()
            withContext(Dispatchers.Default) { clock.advance(Duration.ofSeconds(2)) }
            yield()
            "done"
        }
        assertThat(result).isEqualTo("done")
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        assertThat(breaker.snapshot().slowCallsTotal()).isOne()
        Unit
    }

    @Test
    fun whatACallThrowsIsThrownAndRecorded() = runBlocking {
        val thrown = IOException("boom")
        assertThat(runCatching { breaker.execute<String> { throw thrown } }.exceptionOrNull()).isSameAs(thrown)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        runCatching { breaker.execute { require(false) } }
        assertThat(breaker.snapshot().ignoredCallsTotal()).isOne()
        Unit
    }

    @Test
    fun aResultThatIsAFailureIsOne() = runBlocking {
        val failure = Result.failure<String>(IOException("boom"))
        assertThat(breaker.execute { failure }).isEqualTo(failure)
        assertThat(breaker.execute { Result.success("done") }.getOrNull()).isEqualTo("done")
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        Unit
    }

    @Test
    fun aRefusalIsThrownAndTheCallIsNotMade() = runBlocking {
        repeat(2) { runCatching { breaker.execute { throw IOException() } } }
        assertThat(breaker.state()).isEqualTo(State.OPEN)
        var made = false
        assertThat(runCatching { breaker.execute { made = true } }.exceptionOrNull())
            .isInstanceOf(CallNotPermittedException::class.java)
        assertThat(made).isFalse()
        Unit
    }

    @Test
    fun aCancellationGivesThePermitBack() = runBlocking {
        breaker.halfOpen()
        val begun = CompletableDeferred<Unit>()
        val call = async {
            breaker.execute {
                begun.complete(Unit)
                awaitCancellation()
            }
        }
        begun.await()
        assertThat(breaker.tryAcquire()).isNull()
        call.cancelAndJoin()
        assertThat(breaker.tryAcquire()).isNotNull()
        assertThat(breaker.snapshot().failedCallsTotal() + breaker.snapshot().successfulCallsTotal()).isZero()
        Unit
    }

    @Test
    fun aSlowCallThatIsCancelledCountsAsSlow() = runBlocking {
        val begun = CompletableDeferred<Unit>()
        val call = async {
            breaker.execute {
                begun.complete(Unit)
                awaitCancellation()
            }
        }
        begun.await()
        clock.advance(Duration.ofSeconds(2))
        call.cancelAndJoin()
        assertThat(breaker.snapshot().slowCallsTotal()).isOne()
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        Unit
    }

    @Test
    fun aSlowCallThatGivesItselfUpCountsAsSlow() = runBlocking {
        runCatching {
            breaker.execute<String> {
                clock.advance(Duration.ofSeconds(2))
                throw CancellationException("given up")
            }
        }
        assertThat(breaker.snapshot().slowCallsTotal()).isOne()
        assertThat(breaker.snapshot().successfulCallsTotal()).isOne()
        Unit
    }

    @Test
    fun aTimeoutInsideOfACallIsAFailure() = runBlocking {
        val thrown = runCatching { breaker.execute<String> { withTimeout(1) { awaitCancellation() } } }.exceptionOrNull()
        assertThat(thrown).isInstanceOf(TimeoutCancellationException::class.java)
        assertThat(breaker.snapshot().failedCallsTotal()).isOne()
        Unit
    }

    @Test
    fun aTimeoutAroundACallGivesThePermitBack() = runBlocking {
        breaker.halfOpen()
        val answer: String? = withTimeoutOrNull(1) { breaker.execute<String> { awaitCancellation() } }
        assertThat(answer).isNull()
        assertThat(breaker.snapshot().failedCallsTotal() + breaker.snapshot().successfulCallsTotal()).isZero()
        assertThat(breaker.tryAcquire() != null).isTrue()
        Unit
    }
}
