package dev.breaker.compatibility.kotlin

import dev.breaker.CircuitBreaker
import dev.breaker.CircuitBreakerRegistry
import dev.breaker.spring.BreakerClock
import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration
import dev.breaker.test.ManualClock
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.context.ApplicationContext

/** A context with beans of these classes, whose breakers go by the clock. */
fun contextOf(vararg beans: Class<*>, clock: ManualClock = ManualClock()): ApplicationContextRunner =
    ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                AopAutoConfiguration::class.java,
                BreakerAutoConfiguration::class.java,
                BreakerAopAutoConfiguration::class.java,
            ),
        )
        .withBean(BreakerClock::class.java, { BreakerClock({ clock.nanos() }, clock.clock()) })
        .withUserConfiguration(*beans)

fun ApplicationContext.breaker(name: String): CircuitBreaker = getBean(CircuitBreakerRegistry::class.java)[name]
