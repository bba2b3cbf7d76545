package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Where there is no bean of the type that the method returns, neither in this context nor
 * in an ancestor that it shares the registry of circuit breakers with.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnMissingPartCondition.class)
@interface ConditionalOnMissingPart {

}
