package dev.breaker.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Leaves a method out of a {@link CircuitBreaker} annotation on its type, or on the
 * method that it overrides or implements: its calls are neither refused nor recorded. On
 * a method of an interface or of a superclass it holds for the methods that implement or
 * override it, unless they have an annotation of their own. Works as a meta-annotation
 * too.
 *
 * <p>
 * On a method that has a {@link CircuitBreaker} annotation itself it is a contradiction,
 * and stops the application at start. Where there is nothing to be left out of it has no
 * effect.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
public @interface Unguarded {

}
