package dev.breaker.spring.aop;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.util.ClassUtils;

/**
 * The types whose methods a bean has: the class behind its proxies, and the interfaces
 * that only a proxy implements, as those of HTTP interface clients and Spring Data
 * repositories.
 *
 * @param type the class, or {@code null} where there are only interfaces
 * @param interfaces the interfaces that the class does not implement
 */
record Subject(@Nullable Class<?> type, List<Class<?>> interfaces) {

	static Subject ofBean(Object bean) {
		Class<?> behind = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
		if (Proxy.isProxyClass(behind)) {
			return ofType(behind);
		}
		return new Subject(behind, others(bean.getClass(), behind));
	}

	static Subject ofType(Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		if (userType.isInterface()) {
			return new Subject(null, List.of(userType));
		}
		if (Proxy.isProxyClass(userType)) {
			return new Subject(null, others(userType, Object.class));
		}
		return new Subject(userType, List.of());
	}

	private static List<Class<?>> others(Class<?> proxy, Class<?> behind) {
		List<Class<?>> others = new ArrayList<>();
		if (Proxy.isProxyClass(proxy) || ClassUtils.getUserClass(proxy) != proxy) {
			for (Class<?> candidate : proxy.getInterfaces()) {
				if (!candidate.isAssignableFrom(behind)
						&& !candidate.getName().startsWith("org.springframework.aop.")) {
					others.add(candidate);
				}
			}
		}
		return others;
	}

}
