package dev.breaker.spring.aspectj;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

import org.aspectj.lang.ProceedingJoinPoint;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call of a woven method, as an invocation of a proxy that is the object itself. For
 * one thread at a time.
 */
// From class files, the checker on JDK 17 does not see that arguments may be null.
@SuppressWarnings("NullAway")
final class WovenInvocation implements ProxyMethodInvocation {

	private final ProceedingJoinPoint joinPoint;

	private final Method method;

	private @Nullable Object @Nullable [] arguments;

	private @Nullable Map<String, @Nullable Object> userAttributes;

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
	public void setArguments(@Nullable Object... arguments) {
		this.arguments = arguments;
	}

	@Override
	public @Nullable Object getThis() {
		return this.joinPoint.getThis();
	}

	/** The object; of a static method its class, on which no instance method runs. */
	@Override
	public Object getProxy() {
		Object object = this.joinPoint.getThis();
		return (object != null) ? object : this.method.getDeclaringClass();
	}

	@Override
	public AccessibleObject getStaticPart() {
		return this.method;
	}

	@Override
	public WovenInvocation invocableClone() {
		return invocableClone(getArguments().clone());
	}

	@Override
	public WovenInvocation invocableClone(@Nullable Object... arguments) {
		WovenInvocation clone = new WovenInvocation(this.joinPoint, this.method);
		clone.arguments = arguments;
		clone.userAttributes = this.userAttributes;
		return clone;
	}

	@Override
	public void setUserAttribute(String key, @Nullable Object value) {
		if (this.userAttributes == null) {
			this.userAttributes = new HashMap<>();
		}
		this.userAttributes.put(key, value);
	}

	@Override
	public @Nullable Object getUserAttribute(String key) {
		return (this.userAttributes != null) ? this.userAttributes.get(key) : null;
	}

}
