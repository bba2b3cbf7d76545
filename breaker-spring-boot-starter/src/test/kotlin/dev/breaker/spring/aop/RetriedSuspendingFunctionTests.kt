package dev.breaker.spring.aop

import dev.breaker.annotation.CircuitBreaker as Guarded
import java.io.IOException
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.springframework.boot.test.system.CapturedOutput
import org.springframework.boot.test.system.OutputCaptureExtension
import org.springframework.context.annotation.Configuration
import org.springframework.resilience.annotation.EnableResilientMethods
import org.springframework.resilience.annotation.Retryable

/** Spring's `@Retryable` on a guarded suspending function, which it does not make again. */
@ExtendWith(OutputCaptureExtension::class)
class RetriedSuspendingFunctionTests {
    @Test
    fun aFailedResultHasItsFallback() {
        Contexts.with(Retry::class.java, Functions::class.java).run { context ->
            val functions = context.getBean(Functions::class.java)
            for (suspends in listOf(false, true)) {
                val failed = runBlocking { functions.result(suspends, true) }
                assertThat(failed.getOrThrow()).isEqualTo("instead")
                val succeeded = runBlocking { functions.result(suspends, false) }
                assertThat(succeeded.getOrThrow()).isEqualTo("value")
                val returned = runBlocking { functions.withoutFallback(suspends) }
                assertThat(returned.exceptionOrNull()).isInstanceOf(IOException::class.java)
            }
            Contexts.breaker(context, "retried").forceOpen()
            assertThat(runBlocking { functions.result(false, false) }.getOrThrow()).isEqualTo("instead")
        }
    }

    @Test
    fun aStartWarnsThatItIsNotRetried(output: CapturedOutput) {
        Contexts.with(Retry::class.java, Functions::class.java).run {
            assertThat(output.toString().lines().filter { it.contains("WARN") })
                .hasSize(2)
                .allMatch { it.contains("does not make the call again when it fails") }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableResilientMethods
    open class Retry

    open class Functions {
        @Retryable(maxRetries = 1, delay = 0)
        @Guarded(name = "retried", fallbackMethod = "instead")
        open suspend fun result(suspends: Boolean, fails: Boolean): Result<String> {
            if (suspends) {
                yield()
            }
            return if (fails) Result.failure(IOException()) else Result.success("value")
        }

        @Retryable(maxRetries = 1, delay = 0)
        @Guarded(name = "retried")
        open suspend fun withoutFallback(suspends: Boolean): Result<String> {
            if (suspends) {
                yield()
            }
            return Result.failure(IOException())
        }

        private suspend fun instead(thrown: Throwable): Result<String> = Result.success("instead")
    }
}
