package dev.breaker.compatibility.kotlin

import dev.breaker.CallNotPermittedException
import dev.breaker.CircuitBreakerRegistry
import dev.breaker.annotation.CircuitBreaker
import dev.breaker.spring.BreakerClock
import dev.breaker.test.ManualClock
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import kotlinx.coroutines.delay
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.ConfigurableApplicationContext
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.context.annotation.Import
import org.springframework.stereotype.Service
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.RestController

/** A WebFlux application of coroutines on Netty: its breakers open, recover and are seen. */
class CoroutineApplicationTests {
    private val context: ConfigurableApplicationContext =
        SpringApplicationBuilder(Application::class.java)
            .web(WebApplicationType.REACTIVE)
            .run(
                "--server.port=0",
                "--spring.main.banner-mode=off",
                // Reactor Netty can stop reading a kept-alive connection: docs/reactive.md
                "--server.netty.max-keep-alive-requests=1",
                "--spring.reactor.netty.shutdown-quiet-period=0s",
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.health.show-details=always",
                "--breaker.instances.payments.consecutive-failure-threshold=3",
                "--breaker.instances.payments.wait-duration-in-open-state=30s",
                "--breaker.instances.pings.consecutive-failure-threshold=3",
            )

    private val payments = context.getBean(Payments::class.java)

    @AfterEach
    fun stop() = context.close()

    @Test
    fun itOpensAndRecovers() {
        assertThat(get("/pay/7").body()).isEqualTo("paid 7")
        payments.healthy = false
        repeat(3) { assertThat(get("/pay/7").statusCode()).isEqualTo(500) }
        assertThat(state()).isEqualTo("OPEN")
        val refused = get("/pay/7")
        assertThat(refused.statusCode()).isEqualTo(503)
        assertThat(refused.headers().firstValue("Retry-After")).contains("30")
        assertThat(get("/pay-or-later/7").body()).isEqualTo("later 7")
        payments.healthy = true
        context.getBean(ManualClock::class.java).advance(Duration.ofSeconds(30))
        assertThat(get("/pay/7").body()).isEqualTo("paid 7")
        assertThat(state()).isEqualTo("CLOSED")
    }

    @Test
    fun aHandlerThatSuspendsIsGuardedItself() {
        assertThat(get("/ping/true").body()).isEqualTo("pong")
        repeat(3) { assertThat(get("/ping/false").statusCode()).isEqualTo(500) }
        assertThat(get("/ping/true").statusCode()).isEqualTo(503)
    }

    @Test
    fun itIsSeenByEndpointAndHealth() {
        get("/pay/7")
        assertThat(get("/actuator/circuitbreakers/payments").body()).contains("\"successfulCallsTotal\":1")
        assertThat(get("/actuator/health").body()).contains("\"circuitBreakers\"").contains("\"payments\"")
    }

    @Test
    fun itAddsNoThread() {
        repeat(5) { get("/pay/$it") }
        val threads = Thread.getAllStackTraces().keys.map { it.name.lowercase() }
        assertThat(threads).noneMatch { it.contains("breaker") }
    }

    private fun state(): String =
        context.getBean(CircuitBreakerRegistry::class.java)["payments"].state().name

    private fun get(path: String): HttpResponse<String> {
        val port = context.environment.getRequiredProperty("local.server.port")
        val request =
            HttpRequest.newBuilder(URI.create("http://localhost:$port$path"))
                .timeout(Duration.ofSeconds(10))
                .build()
        return client.send(request, BodyHandlers.ofString())
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Payments::class, PaymentController::class)
    class Application {
        @Bean
        fun manualClock() = ManualClock()

        @Bean
        fun breakerClock(clock: ManualClock) = BreakerClock({ clock.nanos() }, clock.clock())
    }

    @RestController
    class PaymentController(private val payments: Payments) {
        @GetMapping("/pay/{order}")
        suspend fun pay(@PathVariable order: String): String = payments.pay(order)

        @GetMapping("/pay-or-later/{order}")
        suspend fun payOrLater(@PathVariable order: String): String = payments.payOrLater(order)

        @GetMapping("/ping/{healthy}")
        @CircuitBreaker(name = "pings")
        suspend fun ping(@PathVariable healthy: Boolean): String {
            delay(1)
            check(healthy) { "no pong" }
            return "pong"
        }
    }

    @Service
    class Payments {
        @Volatile
        var healthy = true

        @CircuitBreaker(name = "payments")
        suspend fun pay(order: String): String {
            delay(1)
            check(healthy) { "no payments" }
            delay(1)
            return "paid $order"
        }

        @CircuitBreaker(name = "payments", fallbackMethod = "later")
        suspend fun payOrLater(order: String): String = pay(order)

        private suspend fun later(order: String, refusal: CallNotPermittedException): String {
            delay(1)
            return if (refusal.circuitBreakerName() == "payments") "later $order" else "never"
        }
    }

    private companion object {
        val client: HttpClient = HttpClient.newHttpClient()
    }
}
