package dev.breaker.spring.fallback

import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.spring.aop.Contexts
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/**
 * Fallbacks that do not suspend, of suspending functions that return value classes.
 */
class ValueClassFallbackTests {
    @Test
    fun aFallbackThatDoesNotSuspendGivesAValueClass() {
        Contexts.with(Users::class.java).run { context ->
            assertThat(context).hasNotFailed()
            val users = context.getBean(Users::class.java)
            for (later in listOf(false, true)) {
                runBlocking {
                    assertThat(users.find("a", later).text).isEqualTo("instead of a")
                    assertThat(users.findOrNull(true, later)).isNull()
                    assertThat(users.findOrNull(false, later)?.text).isEqualTo("instead")
                    assertThat(users.count(later).value).isEqualTo(-1L)
                }
            }
        }
    }

    @Test
    fun aFallbackThatReturnsWhatIsInItIsRefused() {
        Contexts.with(Misfit::class.java).run { context ->
            assertThat(Contexts.analysis(context).description).contains("it returns String, which is no")
        }
    }

    @JvmInline
    value class Id(val text: String)

    @JvmInline
    value class Count(val value: Long)

    open class Users {
        @Guarded(name = "users", fallbackMethod = "instead")
        open suspend fun find(name: String, later: Boolean): Id = fail(later)

        private fun instead(name: String, later: Boolean): Id = Id("instead of $name")

        @Guarded(name = "users", fallbackMethod = "orNull")
        open suspend fun findOrNull(none: Boolean, later: Boolean): Id? = fail(later)

        private fun orNull(none: Boolean, later: Boolean): Id? = if (none) null else Id("instead")

        @Guarded(name = "users", fallbackMethod = "none")
        open suspend fun count(later: Boolean): Count = fail(later)

        private fun none(): Count = Count(-1)

        private suspend fun fail(later: Boolean): Nothing {
            if (later) {
                yield()
            }
            error("down")
        }
    }

    open class Misfit {
        @Guarded(name = "users", fallbackMethod = "instead")
        open suspend fun find(): Id = error("down")

        fun instead(): String = "instead"
    }
}
