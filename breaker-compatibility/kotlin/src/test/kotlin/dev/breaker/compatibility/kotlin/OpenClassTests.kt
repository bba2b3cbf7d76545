package dev.breaker.compatibility.kotlin

import dev.breaker.annotation.CircuitBreaker as Guarded
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** Classes whose functions are final unless they are declared open. */
class OpenClassTests {
    @Test
    fun aFinalFallbackSeesTheInjectedFields() {
        contextOf(Prices::class.java, Shop::class.java).run { context ->
            val shop = context.getBean(Shop::class.java)
            assertThat(shop.price("a")).isEqualTo(3)
            context.breaker("shop").forceOpen()
            assertThat(shop.price("a")).isEqualTo(3)
            assertThat(shop.privately("a")).isEqualTo(3)
        }
    }

    @Test
    fun anAnnotatedFinalFunctionStopsTheApplication() {
        contextOf(Final::class.java).run { context ->
            assertThat(context.startupFailure).rootCause()
                .hasMessageContaining("Final.call(): the method is final, and a proxy cannot override it")
        }
    }

    open class Prices {
        open fun known(): Map<String, Int> = mapOf("a" to 3)
    }

    open class Shop(private val prices: Prices) {
        @Guarded(name = "shop", fallbackMethod = "known")
        open fun price(id: String): Int = error("down, not $id")

        fun known(id: String): Int = prices.known().getValue(id)

        @Guarded(name = "shop", fallbackMethod = "privatelyKnown")
        open fun privately(id: String): Int = error("down, not $id")

        private fun privatelyKnown(id: String, thrown: Exception): Int =
            if (thrown.message == null) 0 else known(id)
    }

    open class Final {
        @Guarded(name = "final")
        fun call(): String = "called"
    }
}
