package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;

/**
 * Advises exactly one method, so that its interceptor has nothing to look up.
 */
final class GuardAdvisor extends StaticMethodMatcherPointcutAdvisor {

	private static final long serialVersionUID = 1L;

	private final transient GuardedMethod guarded;

	GuardAdvisor(GuardedMethod guarded, MethodInterceptor interceptor, int order) {
		super(interceptor);
		setOrder(order);
		this.guarded = guarded;
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return this.guarded.is(method);
	}

}
