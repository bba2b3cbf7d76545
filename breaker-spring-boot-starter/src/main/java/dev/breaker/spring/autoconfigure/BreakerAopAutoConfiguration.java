package dev.breaker.spring.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;

/**
 * Stand-in.
 */
@AutoConfiguration
public final class BreakerAopAutoConfiguration {

}
