package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Where {@code breaker.http.server.reject} has an entry. One that cannot be used stops
 * the application.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnHttpRejectsCondition.class)
@interface ConditionalOnHttpRejects {

}
