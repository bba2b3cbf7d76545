package dev.breaker.spring.aop;

import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * What every invocation of Spring's proxies has.
 */
final class Invocations {

	private Invocations() {
	}

	static ProxyMethodInvocation ofProxy(MethodInvocation invocation) {
		if (invocation instanceof ProxyMethodInvocation ofProxy) {
			return ofProxy;
		}
		throw new IllegalStateException("Not an invocation of a Spring proxy: " + invocation);
	}

	static Object proxy(MethodInvocation invocation) {
		return ofProxy(invocation).getProxy();
	}

}
