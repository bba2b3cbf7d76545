package dev.breaker.kotlin

import dev.breaker.CallNotPermittedException
import dev.breaker.CircuitBreaker
import dev.breaker.GuardedCall
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.cancellation.CancellationException
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.isActive

/**
 * Makes a call, if it is permitted, and records how it ends: one call, however often it suspends and
 * on however many threads it runs.
 *
 * A returned [Result.failure] counts as its exception thrown. A cancellation gives the permit back,
 * unless a rule of the breaker names it; a call that was slow by then counts as a slow one, so that
 * a timeout around it is seen. A `withTimeout` inside of the call that runs out is a failure of the
 * call, as long as the caller is active. A call inside of this one is a call of its own.
 *
 * ```
 * val receipt = breaker.execute { client.pay(order) }
 * ```
 *
 * @param block the call
 * @return its result
 * @throws CallNotPermittedException when the call is refused
 */
public suspend fun <T> CircuitBreaker.execute(block: suspend () -> T): T = SuspendingCall(this).make(block)

private class SuspendingCall(breaker: CircuitBreaker) : GuardedCall(breaker, false) {

    suspend fun <T> make(block: suspend () -> T): T {
        refusal()?.let { throw it }
        val result = try {
            block()
        } catch (cancellation: CancellationException) {
            if (isTimeout(cancellation) && Caller.isActive(coroutineContext)) {
                threw(cancellation)
            } else {
                cancelled(cancellation)
            }
            throw cancellation
        } catch (thrown: Throwable) {
            threw(thrown)
            throw thrown
        }
        val failure = (result as? Result<*>)?.exceptionOrNull()
        if (failure != null) threw(failure) else returned(result)
        return result
    }
}

private fun isTimeout(cancellation: CancellationException): Boolean =
    cancellation.javaClass.name == "kotlinx.coroutines.TimeoutCancellationException"

/** Loaded only where kotlinx.coroutines is there: an exception has come from it. */
private object Caller {
    fun isActive(context: CoroutineContext): Boolean = context.isActive
}
