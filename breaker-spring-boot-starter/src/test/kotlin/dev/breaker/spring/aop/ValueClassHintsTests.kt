package dev.breaker.spring.aop

import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration
import dev.breaker.spring.support.AheadOfTime
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates
import org.springframework.boot.autoconfigure.ImportAutoConfiguration
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration
import org.springframework.boot.test.util.TestPropertyValues
import org.springframework.context.annotation.Configuration

/** What a native image is told of value classes that suspending functions return. */
class ValueClassHintsTests {
    @Test
    fun aFallbackCanPutItsValueIntoAValueClass() {
        val hints = AheadOfTime.hints(TestPropertyValues.empty(), Application::class.java, Users::class.java)
        // The compiler's own method, which is not looked for by its name.
        val box = Id::class.java.declaredMethods.single { it.name == "box-impl" }
        val predicate = RuntimeHintsPredicates.reflection().onMethodInvocation(box)
        assertThat(predicate.test(hints)).isTrue()
    }

    @JvmInline
    value class Id(val text: String)

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(AopAutoConfiguration::class, BreakerAutoConfiguration::class, BreakerAopAutoConfiguration::class)
    open class Application

    open class Users {
        @Guarded(name = "users", fallbackMethod = "instead")
        open suspend fun find(name: String): Id = Id(name)

        fun instead(name: String): Id = Id("instead of $name")
    }
}
