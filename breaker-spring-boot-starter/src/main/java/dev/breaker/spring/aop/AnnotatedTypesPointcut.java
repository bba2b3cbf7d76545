package dev.breaker.spring.aop;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;

/**
 * Selects the types that bear the annotation somewhere. All of these are equal, in words
 * too, by which Spring finds the proxy class that it made for another context: such
 * classes stay for good.
 */
final class AnnotatedTypesPointcut implements Pointcut, ClassFilter {

	private final AnnotatedTypes annotatedTypes;

	AnnotatedTypesPointcut(AnnotatedTypes annotatedTypes) {
		this.annotatedTypes = annotatedTypes;
	}

	@Override
	public ClassFilter getClassFilter() {
		return this;
	}

	@Override
	public boolean matches(Class<?> type) {
		return this.annotatedTypes.mention(type);
	}

	@Override
	public MethodMatcher getMethodMatcher() {
		return MethodMatcher.TRUE;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof AnnotatedTypesPointcut;
	}

	@Override
	public int hashCode() {
		return AnnotatedTypesPointcut.class.hashCode();
	}

	@Override
	public String toString() {
		return "types with @CircuitBreaker";
	}

}
