package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.spring.fallback.MethodFallback;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.ResolvableType;

/**
 * What an annotated method means, worked out once: its breaker, its fallback, and when
 * its calls end. Immutable.
 */
final class GuardedMethod {

	private final AnnotatedMethod annotated;

	private final Class<?> returnType;

	private final boolean stage;

	private final @Nullable CircuitBreaker breaker;

	private final @Nullable CircuitBreakerGroup keyed;

	private final @Nullable KeyExpression key;

	private final @Nullable MethodFallback fallback;

	private GuardedMethod(AnnotatedMethod annotated, boolean stage, @Nullable CircuitBreaker breaker,
			@Nullable CircuitBreakerGroup keyed, @Nullable KeyExpression key, @Nullable MethodFallback fallback) {
		this.annotated = annotated;
		this.returnType = ResolvableType.forMethodReturnType(annotated.method(), annotated.type())
			.resolve(Object.class);
		this.stage = stage;
		this.breaker = breaker;
		this.keyed = keyed;
		this.key = key;
		this.fallback = fallback;
	}

	static GuardedMethod of(AnnotatedMethod annotated, boolean stage, CircuitBreaker breaker,
			@Nullable MethodFallback fallback) {
		return new GuardedMethod(annotated, stage, breaker, null, null, fallback);
	}

	static GuardedMethod keyed(AnnotatedMethod annotated, boolean stage, CircuitBreakerGroup group, KeyExpression key,
			@Nullable MethodFallback fallback) {
		return new GuardedMethod(annotated, stage, null, group, key, fallback);
	}

	CircuitBreaker breaker(MethodInvocation invocation) {
		CircuitBreaker single = this.breaker;
		return (single != null) ? single
				: Objects.requireNonNull(this.keyed).get(Objects.requireNonNull(this.key).evaluate(invocation));
	}

	Method method() {
		return this.annotated.method();
	}

	Class<?> type() {
		return this.annotated.type();
	}

	String describe() {
		return this.annotated.describe();
	}

	Class<?> returnType() {
		return this.returnType;
	}

	boolean isStage() {
		return this.stage;
	}

	@Nullable MethodFallback fallback() {
		return this.fallback;
	}

	/** Whether a call of that method is a call of this one. */
	boolean is(Method called) {
		Method method = method();
		if (!called.getName().equals(method.getName())) {
			return false;
		}
		if (type().isInterface()) {
			return Arrays.equals(called.getParameterTypes(), method.getParameterTypes());
		}
		return AopUtils.getMostSpecificMethod(called, type()).equals(method);
	}

}
