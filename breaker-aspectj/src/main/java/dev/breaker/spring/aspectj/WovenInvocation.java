package dev.breaker.spring.aspectj;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.jspecify.annotations.Nullable;

/**
 * A call of a woven method, as its guard takes it. For one thread at a time.
 */
// From class files, the checker on JDK 17 does not see that arguments may be null.
@SuppressWarnings("NullAway")
final class WovenInvocation implements MethodInvocation {

	private final ProceedingJoinPoint joinPoint;

	private final Method method;

	private @Nullable Object @Nullable [] arguments;

	WovenInvocation(ProceedingJoinPoint joinPoint, Method method) {
		this.joinPoint = joinPoint;
		this.method = method;
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		// Arguments that were asked for may have been changed
		return (this.arguments != null) ? this.joinPoint.proceed(this.arguments) : this.joinPoint.proceed();
	}

	@Override
	public Method getMethod() {
		return this.method;
	}

	@Override
	public @Nullable Object[] getArguments() {
		@Nullable Object[] known = this.arguments;
		if (known == null) {
			known = this.joinPoint.getArgs();
			this.arguments = known;
		}
		return known;
	}

	@Override
	public @Nullable Object getThis() {
		return this.joinPoint.getThis();
	}

	@Override
	public AccessibleObject getStaticPart() {
		return this.method;
	}

}
