package dev.breaker.spring.aop

import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration
import kotlin.coroutines.Continuation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration
import org.springframework.boot.test.context.runner.ApplicationContextRunner

/** Suspending functions of woven classes, in mode `aspectj`. */
class WovenSuspendingFunctionTests {
    @Test
    fun aSuspendingFunctionOfAWovenClassIsGuardedByItsProxy() {
        aspectj(Loader::class.java).run { context ->
            assertThat(runBlocking { context.getBean(Loader::class.java).load("a") }).isEqualTo("a")
            assertThat(Contexts.recorded(context, "woven")).isOne()
        }
    }

    @Test
    fun oneThatNoProxyReachesStopsTheApplication() {
        aspectj(Hidden::class.java).run { context ->
            assertThat(context.startupFailure)
                .hasStackTraceContaining("Hidden.load(String): the method is final, and a proxy cannot override it")
        }
    }

    private fun aspectj(bean: Class<*>): ApplicationContextRunner =
        ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration::class.java, BreakerAutoConfiguration::class.java))
            .withUserConfiguration(WovenBeanTests.Weaving::class.java)
            .withUserConfiguration(bean)

    open class Loader {
        @Guarded(name = "woven")
        open suspend fun load(id: String): String {
            yield()
            return id
        }

        /** As AspectJ's weaver leaves it. */
        @Suppress("unused", "FunctionName", "UNUSED_PARAMETER")
        private fun load_aroundBody0(self: Loader, id: String, continuation: Continuation<String>, joinPoint: Any): Any = id
    }

    open class Hidden {
        @Guarded(name = "woven")
        suspend fun load(id: String): String = id
    }
}
