package dev.breaker.spring.aop

import dev.breaker.annotation.CircuitBreaker
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.springframework.boot.test.system.CapturedOutput
import org.springframework.boot.test.system.OutputCaptureExtension

/** Calls that an object makes on itself, as Kotlin's compiler writes them. */
@ExtendWith(OutputCaptureExtension::class)
class KotlinSelfInvocationTests {
    @Test
    fun aCallByALambdaIsFound(output: CapturedOutput) {
        start(ByLambda::class.java)
        assertThat(output).contains("a lambda in ${ByLambda::class.java.name}.all calls ${ByLambda::class.java.name}.call(")
    }

    @Test
    fun aCallWithDefaultArgumentsIsFound(output: CapturedOutput) {
        start(ByDefaults::class.java)
        assertThat(output).contains("${ByDefaults::class.java.name}.all() calls ${ByDefaults::class.java.name}.call(")
    }

    @Test
    fun aCallThatSuspendsIsFound(output: CapturedOutput) {
        start(BySuspending::class.java)
        assertThat(output).contains("${BySuspending::class.java.name}.all(Continuation) calls")
    }

    @Test
    fun aFunctionThatGoesOnIsNoFalseAlarm(output: CapturedOutput) {
        start(Suspending::class.java, ByParameter::class.java)
        assertThat(output).doesNotContain("do not go through its proxy")
    }

    private fun start(vararg beans: Class<*>) {
        Contexts.with(*beans).run { context -> assertThat(context).hasNotFailed() }
    }

    open class ByLambda {
        @CircuitBreaker(name = "self")
        open fun call(order: String) = order

        open fun all(): () -> String = { call("a") }
    }

    open class ByDefaults {
        @CircuitBreaker(name = "self")
        open fun call(order: String = "none", count: Long = 1) = "$order $count"

        open fun all() = call(count = 2)
    }

    open class BySuspending {
        @CircuitBreaker(name = "self")
        open suspend fun call(order: String): String {
            yield()
            return order
        }

        open suspend fun all(): String = call("a") + call("b")
    }

    open class Suspending {
        @CircuitBreaker(name = "self")
        open suspend fun call(order: String): String {
            yield()
            yield()
            return order
        }
    }

    open class ByParameter {
        @CircuitBreaker(name = "self")
        open fun call(order: String = "none") = order

        open fun all(other: ByParameter) = listOf(other).map { it.call() } + other.call()
    }
}
