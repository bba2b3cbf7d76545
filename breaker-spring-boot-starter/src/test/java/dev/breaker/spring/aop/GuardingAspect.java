package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.ReflectiveMethodInvocation;

/**
 * Guards annotated methods in their bodies, by the guards of one context. It is loaded as
 * it is, and has what the weaver would add.
 */
@Aspect
public final class GuardingAspect {

	static final AtomicReference<@Nullable GuardedMethodRegistry> METHODS = new AtomicReference<>();

	private static final GuardingAspect INSTANCE = new GuardingAspect();

	private GuardingAspect() {
	}

	public static GuardingAspect aspectOf() {
		return INSTANCE;
	}

	@Around("execution(@dev.breaker.annotation.CircuitBreaker * *(..))"
			+ " || execution(public * (@dev.breaker.annotation.CircuitBreaker *..*).*(..))")
	public @Nullable Object guard(ProceedingJoinPoint joinPoint) throws Throwable {
		Object target = joinPoint.getThis();
		Method method = ((MethodSignature) joinPoint.getSignature()).getMethod();
		GuardedMethodRegistry methods = METHODS.get();
		MethodInterceptor guard = (methods != null) ? methods.wovenGuard(method, target.getClass()) : null;
		return (guard != null) ? guard.invoke(new WovenCall(joinPoint, target, method)) : joinPoint.proceed();
	}

	/** A call of a woven method, whose proxy is the object itself. */
	private static final class WovenCall extends ReflectiveMethodInvocation {

		private final ProceedingJoinPoint joinPoint;

		WovenCall(ProceedingJoinPoint joinPoint, Object target, Method method) {
			super(target, target, method, joinPoint.getArgs(), target.getClass(), List.of());
			this.joinPoint = joinPoint;
		}

		@Override
		protected @Nullable Object invokeJoinpoint() throws Throwable {
			return this.joinPoint.proceed();
		}

	}

}
