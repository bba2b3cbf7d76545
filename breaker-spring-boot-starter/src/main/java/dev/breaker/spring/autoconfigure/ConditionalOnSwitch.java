package dev.breaker.spring.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.breaker.spring.config.BreakerProperties;

import org.springframework.context.annotation.Conditional;

/**
 * Where a switch of {@link BreakerProperties} is on. The switch is read as these read it,
 * so that {@code on}, {@code yes} and {@code 1} are true in every kind of file. A value
 * that is no boolean stops the application with all that is wrong in its configuration.
 */
@Documented
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitchCondition.class)
public @interface ConditionalOnSwitch {

	/**
	 * The whole key of the switch.
	 * @return the key
	 */
	String value();

	/**
	 * Whether the switch is on where it is not set.
	 * @return the default of the switch
	 */
	boolean byDefault() default true;

}
