package dev.breaker.benchmarks

import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.CircuitBreaker
import dev.breaker.kotlin.execute
import io.github.resilience4j.circuitbreaker.CircuitBreaker as Resilience4j
import io.github.resilience4j.kotlin.circuitbreaker.executeSuspendFunction

/** Calls of a suspending function, with the extensions of both libraries and without. */
public class SuspendingCalls(private val breaker: CircuitBreaker, private val resilience4j: Resilience4j) {
    public suspend fun empty(): Any = work()

    public suspend fun breaker(): Any = breaker.execute { work() }

    public suspend fun resilience4j(): Any = resilience4j.executeSuspendFunction { work() }

    private suspend fun work(): Any = DONE

    public companion object {
        @JvmField
        public val DONE: Any = "done"
    }
}

/** A bean with a guarded suspending function. */
public open class SuspendingService {
    @Guarded(name = "suspending")
    public open suspend fun call(): Any = SuspendingCalls.DONE
}
