package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactory;

/**
 * Finds the object on which a fallback runs.
 */
@FunctionalInterface
interface Receiver {

	Object receive(Method method, Object proxy, @Nullable Object target) throws Exception;

	/**
	 * The object behind the proxy, whose fields are set; the proxy itself where its
	 * interface has the method and nothing behind it does.
	 */
	static Object sameObject(Method method, Object proxy, @Nullable Object target) {
		Object object = target;
		while (object != null) {
			Object inner = AopProxyUtils.getSingletonTarget(object);
			if (inner == null) {
				break;
			}
			object = inner;
		}
		return method.getDeclaringClass().isInstance(object) ? object : proxy;
	}

	/**
	 * Another bean, by its proxy: its own advice applies. A final method, which no proxy
	 * can override, has none, and needs the object whose fields are set.
	 */
	static Receiver bean(BeanFactory beanFactory, String name) {
		return (method, proxy, target) -> {
			Object bean = beanFactory.getBean(name);
			if (!method.getDeclaringClass().isInstance(bean)) {
				throw new IllegalStateException(
						"Cannot run the fallback %s of bean '%s': it is proxied by interfaces, none of which has it. Declare the method in an interface, or set spring.aop.proxy-target-class=true"
							.formatted(method.getName(), name));
			}
			return Modifier.isFinal(method.getModifiers()) ? behind(bean) : bean;
		};
	}

	private static Object behind(Object bean) throws Exception {
		Object object = bean;
		while (object instanceof Advised proxy) {
			Object target = proxy.getTargetSource().getTarget();
			if (target == null) {
				break;
			}
			object = target;
		}
		return object;
	}

}
