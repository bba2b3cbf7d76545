package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Where no endpoint of another library or of the application has this id, or where
 * {@code breaker.endpoints.replace-others} takes it from them.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnFreeEndpointIdCondition.class)
@interface ConditionalOnFreeEndpointId {

	/**
	 * The id of the endpoint.
	 * @return the id
	 */
	String value();

}
