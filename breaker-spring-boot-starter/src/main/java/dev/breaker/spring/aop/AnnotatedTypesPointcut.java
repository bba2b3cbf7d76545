package dev.breaker.spring.aop;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;

/**
 * Selects the types that bear the annotation somewhere.
 */
final class AnnotatedTypesPointcut implements Pointcut {

	private final ClassFilter classFilter;

	AnnotatedTypesPointcut(AnnotatedTypes annotatedTypes) {
		this.classFilter = annotatedTypes::mention;
	}

	@Override
	public ClassFilter getClassFilter() {
		return this.classFilter;
	}

	@Override
	public MethodMatcher getMethodMatcher() {
		return MethodMatcher.TRUE;
	}

}
