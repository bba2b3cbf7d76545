package dev.breaker.spring.fallback

import dev.breaker.annotation.CircuitBreaker as Guarded
import dev.breaker.spring.aop.Contexts
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatIllegalStateException
import org.junit.jupiter.api.Test

/**
 * Fallbacks of Kotlin's functions: what they are given where they or the guarded function suspend, and what
 * is none.
 */
class SuspendingFallbackTests {
    @Test
    fun theArgumentsOrNoneAndAfterThemAThrowableOrNone() {
        Contexts.with(Suspending::class.java, Plain::class.java).run { context ->
            Contexts.breaker(context, "forms").forceOpen()
            for (forms in listOf(context.getBean(Suspending::class.java), context.getBean(Plain::class.java))) {
                runBlocking {
                    assertThat(forms.arguments("x", 1)).isEqualTo("x1")
                    assertThat(forms.both("x", 1)).isEqualTo("x1 CallNotPermittedException")
                    assertThat(forms.none("x", 1)).isEqualTo("none")
                    assertThat(forms.throwable("x", 1)).isEqualTo("CallNotPermittedException")
                }
            }
        }
    }

    @Test
    fun aSuspendingFallbackRunsInTheContextOfTheCaller() {
        Contexts.with(Named::class.java).run { context ->
            val named = context.getBean(Named::class.java)
            assertThat(runBlocking { withContext(CoroutineName("caller")) { named.find() } }).isEqualTo("caller")
        }
    }

    @Test
    fun aSuspendingFallbackNeedsACaller() {
        val method = SuspendingFallbackTests::class.java.methods.first { it.name == "toString" }
        assertThatIllegalStateException()
            .isThrownBy { SuspendingFallback.invoke(method, this, arrayOf("argument"), true, null) }
            .withMessageContaining("There is no caller of the suspending function")
    }

    @Test
    fun aSuspendingFunctionIsNoFallbackOfOneThatDoesNotSuspend() {
        assertThat(description(NotSuspended::class.java).lines()).contains(
            "    suspend String instead(String): it is a suspending function, and the guarded method is none",
        )
    }

    @Test
    fun whatWouldFitASuspendingFunctionSuspendsAndTakesItsParameters() {
        assertThat(description(Missing::class.java))
            .startsWith("The fallbackMethod \"payLater\" of ${Missing::class.java.name}.pay(String, int) names no method of ")
            .contains(
                "    suspend String payLater(String order, int amount)\n",
                "    suspend String payLater(String order, int amount, Throwable thrown)\n",
                "    suspend String payLater()\n",
                "    suspend String payLater(Throwable thrown)",
            )
            .doesNotContain("Continuation", "Near misses")
    }

    @Test
    fun whatAFunctionReturnsIsKnownWhereItsClassIsGeneric() {
        assertThat(description(OfStrings::class.java).lines())
            .contains("    suspend Integer instead(): it returns Integer, which is no String")
    }

    @Test
    fun aFunctionThatReturnsUnitIsNoFallbackOfOneThatReturnsAValue() {
        assertThat(description(NothingForAValue::class.java).lines())
            .contains("    suspend void instead(): it returns void, which is no String")
    }

    @Test
    fun aFunctionThatReturnsUnitHasAFallbackThatReturnsAnything() {
        Contexts.with(Saves::class.java).run { context ->
            assertThat(context).hasNotFailed()
            Contexts.breaker(context, "saves").forceOpen()
            val saves = context.getBean(Saves::class.java)
            runBlocking { saves.save() }
            assertThat(saves.fallbacks()).isEqualTo(1)
        }
    }

    @Test
    fun aFallbackIsNamedAsInItsSource() {
        Contexts.with(Renamed::class.java).run { context ->
            Contexts.breaker(context, "renamed").forceOpen()
            val renamed = context.getBean(Renamed::class.java)
            assertThat(renamed.internally()).isEqualTo("internal")
            assertThat(renamed.ofId(Id("a"))).isEqualTo("instead of a")
        }
    }

    @Test
    fun aFunctionOfAnotherNameIsNoFallback() {
        assertThat(description(OtherNames::class.java).lines()).contains(
            "    String another(Throwable): it would fit, but its name is not instead",
            "    String insteadOf(Throwable): it would fit, but its name is not instead",
        )
    }

    @Test
    fun aFunctionWhoseNameHasBlanksIsANearMissOfThatName() {
        assertThat(description(WithBlanks::class.java)).contains(
            "\"no price\"",
            "names no method of ${WithBlanks::class.java.name} that fits. One of these would:",
            "    int no price(): it returns int, which is no String",
        )
    }

    private fun description(bean: Class<*>): String {
        var description = ""
        Contexts.with(bean).run { context -> description = Contexts.analysis(context).description }
        return description
    }

    interface Forms {
        suspend fun arguments(text: String, number: Int): String

        suspend fun both(text: String, number: Int): String

        suspend fun none(text: String, number: Int): String

        suspend fun throwable(text: String, number: Int): String
    }

    open class Suspending : Forms {
        @Guarded(name = "forms", fallbackMethod = "insteadOfArguments")
        override suspend fun arguments(text: String, number: Int): String = "value"

        private suspend fun insteadOfArguments(text: String, number: Int): String = later(text + number)

        @Guarded(name = "forms", fallbackMethod = "insteadOfBoth")
        override suspend fun both(text: String, number: Int): String = "value"

        private suspend fun insteadOfBoth(text: String, number: Int, thrown: Throwable): String =
            later("$text$number ${thrown.javaClass.simpleName}")

        @Guarded(name = "forms", fallbackMethod = "insteadOfNone")
        override suspend fun none(text: String, number: Int): String = "value"

        private suspend fun insteadOfNone(): String = later("none")

        @Guarded(name = "forms", fallbackMethod = "insteadOfThrowable")
        override suspend fun throwable(text: String, number: Int): String = "value"

        private suspend fun insteadOfThrowable(thrown: Throwable): String = later(thrown.javaClass.simpleName)

        private suspend fun later(text: String): String {
            yield()
            return text
        }
    }

    open class Plain : Forms {
        @Guarded(name = "forms", fallbackMethod = "insteadOfArguments")
        override suspend fun arguments(text: String, number: Int): String = "value"

        private fun insteadOfArguments(text: String, number: Int): String = text + number

        @Guarded(name = "forms", fallbackMethod = "insteadOfBoth")
        override suspend fun both(text: String, number: Int): String = "value"

        private fun insteadOfBoth(text: String, number: Int, thrown: Throwable): String =
            "$text$number ${thrown.javaClass.simpleName}"

        @Guarded(name = "forms", fallbackMethod = "insteadOfNone")
        override suspend fun none(text: String, number: Int): String = "value"

        private fun insteadOfNone(): String = "none"

        @Guarded(name = "forms", fallbackMethod = "insteadOfThrowable")
        override suspend fun throwable(text: String, number: Int): String = "value"

        private fun insteadOfThrowable(thrown: Throwable): String = thrown.javaClass.simpleName
    }

    open class Named {
        @Guarded(name = "named", fallbackMethod = "instead")
        open suspend fun find(): String? = error("down")

        private suspend fun instead(): String? = currentCoroutineContext()[CoroutineName]?.name
    }

    open class NotSuspended {
        @Guarded(name = "misfit", fallbackMethod = "instead")
        open fun find(id: String): String = id

        suspend fun instead(id: String): String = id
    }

    open class Missing {
        @Guarded(name = "misfit", fallbackMethod = "payLater")
        open suspend fun pay(order: String, amount: Int): String = "$order $amount"
    }

    open class Loads<T : Any>(private val value: T) {
        @Guarded(name = "misfit", fallbackMethod = "instead")
        open suspend fun load(): T = value
    }

    open class OfStrings : Loads<String>("value") {
        suspend fun instead(): Int = 1
    }

    open class NothingForAValue {
        @Guarded(name = "misfit", fallbackMethod = "instead")
        open suspend fun find(): String = "value"

        suspend fun instead() = Unit
    }

    open class Saves {
        private var fallbacks = 0

        open fun fallbacks(): Int = fallbacks

        @Guarded(name = "saves", fallbackMethod = "count")
        open suspend fun save() = Unit

        private fun count(): Int = ++fallbacks
    }

    @JvmInline
    value class Id(val text: String)

    /** Functions whose names the compiler changes. */
    open class Renamed {
        @Guarded(name = "renamed", fallbackMethod = "internal")
        open fun internally(): String = "value"

        internal fun internal(): String = "internal"

        @Guarded(name = "renamed", fallbackMethod = "instead")
        open fun ofId(id: Id): String = id.text

        fun instead(id: Id): String = "instead of ${id.text}"
    }

    open class OtherNames {
        @Guarded(name = "misfit", fallbackMethod = "instead")
        open fun find(): String = "value"

        fun another(thrown: Throwable): String = "$thrown"

        fun insteadOf(thrown: Throwable): String = "$thrown"
    }

    open class WithBlanks {
        @Guarded(name = "misfit", fallbackMethod = "no price")
        open fun price(): String = "value"

        fun `no price`(): Int = 0
    }
}
