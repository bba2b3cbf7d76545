package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Unless {@code breaker.enabled} is false. A value that is no boolean stops the
 * application, instead of switching its breakers off.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnBreakerEnabledCondition.class)
@interface ConditionalOnBreakerEnabled {

}
