package dev.breaker.spring.aop;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.cglib.proxy.Factory;
import org.springframework.util.ClassUtils;

/**
 * The types whose methods a bean has: the class behind its proxies, and the interfaces
 * that only a proxy implements, as those of HTTP interface clients and Spring Data
 * repositories.
 *
 * @param type the class, or {@code null} where there are only interfaces
 * @param interfaces the interfaces that the class does not implement
 * @param guardsDefaults whether an annotation on one of these interfaces holds for its
 * default methods too. Not where the proxy itself runs them, with nothing behind it, as
 * that of an HTTP interface client does: they are no requests, and what they call is
 * guarded
 */
record Subject(@Nullable Class<?> type, List<Class<?>> interfaces, boolean guardsDefaults) {

	static Subject ofBean(Object bean) {
		Class<?> behind = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
		boolean guardsDefaults = !(bean instanceof Advised proxy
				&& proxy.getTargetSource() == EmptyTargetSource.INSTANCE);
		if (Proxy.isProxyClass(behind)) {
			return new Subject(null, others(behind, Object.class), guardsDefaults);
		}
		List<Class<?>> others = others(bean.getClass(), behind);
		// As it is known by its type, where there is nothing else
		return new Subject(behind, others, guardsDefaults && !others.isEmpty());
	}

	/** The subject as far as it is known before there is a bean. */
	static Subject ofType(Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		if (userType.isInterface()) {
			return new Subject(null, List.of(userType), false);
		}
		if (Proxy.isProxyClass(userType)) {
			return new Subject(null, others(userType, Object.class), false);
		}
		return new Subject(userType, List.of(), false);
	}

	// By hand: what records have for this is made when it first runs, at each start.
	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof Subject subject && this.type == subject.type
				&& this.guardsDefaults == subject.guardsDefaults && this.interfaces.equals(subject.interfaces));
	}

	@Override
	public int hashCode() {
		return (this.type != null) ? this.type.hashCode() : this.interfaces.hashCode();
	}

	/** Whether all proxies that Spring makes have an interface. */
	private static boolean isOfProxies(Class<?> type) {
		return type.getName().startsWith("org.springframework.aop.") || type == Factory.class;
	}

	private static List<Class<?>> others(Class<?> proxy, Class<?> behind) {
		List<Class<?>> others = new ArrayList<>();
		if (Proxy.isProxyClass(proxy) || ClassUtils.getUserClass(proxy) != proxy) {
			for (Class<?> candidate : proxy.getInterfaces()) {
				if (!candidate.isAssignableFrom(behind) && !isOfProxies(candidate)) {
					others.add(candidate);
				}
			}
		}
		return others;
	}

}
