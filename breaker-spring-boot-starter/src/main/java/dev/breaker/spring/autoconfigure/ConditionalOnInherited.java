package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Where the registry of circuit breakers is that of a parent context, and this bean too.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnInheritedCondition.class)
@interface ConditionalOnInherited {

	/**
	 * The type of the bean.
	 * @return the type
	 */
	Class<?> value();

}
