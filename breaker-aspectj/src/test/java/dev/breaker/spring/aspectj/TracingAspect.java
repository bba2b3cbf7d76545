package dev.breaker.spring.aspectj;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.concurrent.atomic.AtomicInteger;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;

/**
 * An aspect of the application.
 */
@Aspect
public class TracingAspect {

	static final AtomicInteger CALLS = new AtomicInteger();

	@Around("execution(@dev.breaker.spring.aspectj.TracingAspect.Trace * *(..))")
	public Object trace(ProceedingJoinPoint joinPoint) throws Throwable {
		CALLS.incrementAndGet();
		return joinPoint.proceed();
	}

	/**
	 * Marks methods.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	public @interface Trace {

	}

}
