package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactory;

/**
 * Finds the object on which a fallback runs.
 */
@FunctionalInterface
interface Receiver {

	@Nullable Object call(Method method, Object proxy, @Nullable Object target, Call fallback) throws Throwable;

	/**
	 * The object behind the proxy, whose fields are set; the proxy itself where its
	 * interface has the method and nothing behind it does.
	 * @param type the class or interface where the fallback was found
	 */
	static Receiver sameObject(Class<?> type) {
		boolean isProxy = Advised.class.isAssignableFrom(type);
		return (method, proxy, target, fallback) -> {
			// A JVM takes long to see that a class lacks an interface.
			boolean found = target != null && target.getClass() == type && !isProxy;
			return fallback.on(found ? target : receiver(method, proxy, target));
		};
	}

	private static Object receiver(Method method, Object proxy, @Nullable Object target) {
		Object object = target;
		while (object != null) {
			Object inner = AopProxyUtils.getSingletonTarget(object);
			if (inner == null) {
				break;
			}
			object = inner;
		}
		return (object != null && method.getDeclaringClass().isInstance(object)) ? object : proxy;
	}

	/**
	 * Another bean, by its proxy: its own advice applies. A final method, which no proxy
	 * can override, has none, and needs the object whose fields are set.
	 */
	static Receiver bean(BeanFactory beanFactory, String name) {
		return (method, proxy, target, fallback) -> {
			Object bean = beanFactory.getBean(name);
			if (!method.getDeclaringClass().isInstance(bean)) {
				throw new IllegalStateException(
						"Cannot run the fallback %s of bean '%s': it is proxied by interfaces, none of which has it. Declare the method in an interface, or set spring.aop.proxy-target-class=true; with spring.aop.auto=false also proxyTargetClass = true of the annotation that makes the proxy, as @EnableAsync"
							.formatted(method.getName(), name));
			}
			return Modifier.isFinal(method.getModifiers()) ? behind(bean, fallback) : fallback.on(bean);
		};
	}

	/**
	 * Runs on the object behind proxies, and gives back what their sources gave, such as
	 * one of a pool, when the fallback has returned, as the proxies themselves do.
	 */
	private static @Nullable Object behind(Object bean, Call fallback) throws Throwable {
		if (!(bean instanceof Advised proxy)) {
			return fallback.on(bean);
		}
		TargetSource source = proxy.getTargetSource();
		Object target = source.getTarget();
		if (target == null) {
			return fallback.on(bean);
		}
		Object result;
		try {
			result = behind(target, fallback);
		}
		catch (Throwable ex) {
			release(source, target, ex);
			throw ex;
		}
		release(source, target, null);
		return result;
	}

	/** What the fallback threw stays what is thrown. */
	private static void release(TargetSource source, Object target, @Nullable Throwable thrown) throws Exception {
		if (source.isStatic()) {
			return;
		}
		try {
			source.releaseTarget(target);
		}
		catch (Exception ex) {
			if (thrown == null) {
				throw ex;
			}
			thrown.addSuppressed(ex);
		}
	}

	/**
	 * A fallback that is to run.
	 */
	@FunctionalInterface
	interface Call {

		@Nullable Object on(@Nullable Object receiver) throws Throwable;

	}

}
