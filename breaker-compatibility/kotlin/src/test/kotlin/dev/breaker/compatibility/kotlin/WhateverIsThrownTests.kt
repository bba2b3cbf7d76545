package dev.breaker.compatibility.kotlin

import dev.breaker.State
import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.kotlin.execute
import java.io.IOException
import java.util.concurrent.CompletionException
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.Arguments
import org.junit.jupiter.params.provider.Arguments.argumentSet
import org.junit.jupiter.params.provider.MethodSource
import org.springframework.context.ApplicationContext

/** What suspending calls can throw, before they suspend and later. */
class WhateverIsThrownTests {
    @ParameterizedTest
    @MethodSource("calls")
    fun errorsOfAnyKindLeakNoPermit(call: Calls, thrown: Throwable, later: Boolean) {
        contextOf(Remote::class.java)
            .withPropertyValues("breaker.instances.remote.permitted-number-of-calls-in-half-open-state=1")
            .run { context ->
                val breaker = context.breaker("remote")
                breaker.halfOpen()
                assertThat(runBlocking { call.outcome(context, thrown, later) }.isFailure).isTrue()
                assertThat(breaker.snapshot().failedCallsTotal()).isOne()
                assertThat(breaker.state()).isEqualTo(State.OPEN)
                breaker.halfOpen()
                assertThat(breaker.tryAcquire()).isNotNull()
            }
    }

    @ParameterizedTest
    @MethodSource("timeouts")
    fun aTimeoutInsideIsAFailure(call: Calls, named: Boolean) {
        val rule = if (named) "=${TimeoutCancellationException::class.java.name}" else "=java.lang.Exception"
        contextOf(Remote::class.java)
            .withPropertyValues("breaker.instances.remote.record-exceptions$rule")
            .run { context ->
                val outcome = runBlocking { call.timeout(context) }
                assertThat(outcome.exceptionOrNull()).isInstanceOf(TimeoutCancellationException::class.java)
                assertThat(context.breaker("remote").snapshot().failedCallsTotal()).isOne()
            }
    }

    enum class Calls {
        ANNOTATED {
            override suspend fun outcome(context: ApplicationContext, thrown: Throwable, later: Boolean) =
                runCatching { context.getBean(Remote::class.java).call(thrown, later) }

            override suspend fun timeout(context: ApplicationContext) =
                runCatching { context.getBean(Remote::class.java).timeout() }
        },
        EXECUTE {
            override suspend fun outcome(context: ApplicationContext, thrown: Throwable, later: Boolean) =
                runCatching { context.breaker("remote").execute { fail(thrown, later) } }

            override suspend fun timeout(context: ApplicationContext) =
                runCatching { context.breaker("remote").execute { withTimeout(1.milliseconds) { awaitCancellation() } } }
        },
        ;

        abstract suspend fun outcome(context: ApplicationContext, thrown: Throwable, later: Boolean): Result<String>

        abstract suspend fun timeout(context: ApplicationContext): Result<String>
    }

    open class Remote {
        @Guarded(name = "remote")
        open suspend fun call(thrown: Throwable, later: Boolean): String = fail(thrown, later)

        @Guarded(name = "remote")
        open suspend fun timeout(): String = withTimeout(1.milliseconds) { awaitCancellation() }
    }

    companion object {
        private suspend fun fail(thrown: Throwable, later: Boolean): String {
            if (later) {
                yield()
            }
            throw thrown
        }

        @JvmStatic
        fun calls(): List<Arguments> =
            Calls.entries.flatMap { call ->
                listOf(
                    IllegalStateException(),
                    IOException(),
                    AssertionError(),
                    StackOverflowError(),
                    NoClassDefFoundError(),
                    CompletionException("no cause", null),
                ).flatMap { thrown ->
                    listOf(false, true).map { later ->
                        val whenThrown = if (later) "later" else "at once"
                        argumentSet("$call, ${thrown.javaClass.simpleName} $whenThrown", call, thrown, later)
                    }
                }
            }

        @JvmStatic
        fun timeouts(): List<Arguments> =
            Calls.entries.flatMap { call ->
                listOf(argumentSet("$call, named", call, true), argumentSet("$call, not named", call, false))
            }
    }
}
