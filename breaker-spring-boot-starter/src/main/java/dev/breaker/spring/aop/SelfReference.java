package dev.breaker.spring.aop;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Tells whether a call of a bean's guarded method can come back to a guarded method of
 * the same bean through its proxy.
 */
final class SelfReference {

	private SelfReference() {
	}

	static boolean isPossible(Advised proxy, List<GuardedMethod> methods) {
		if (proxy.isExposeProxy()) {
			return true;
		}
		for (GuardedMethod method : methods) {
			// A default method calls others of its interface.
			if (method.type().isInterface() && method.method().isDefault()) {
				return true;
			}
		}
		Class<?> target = proxy.getTargetSource().getTargetClass();
		return target != null && holds(ClassUtils.getUserClass(target));
	}

	/** Whether a type has a field that can hold its bean, or find it. */
	private static boolean holds(Class<?> type) {
		for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
			for (Field field : c.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers()) && holds(ResolvableType.forField(field, type), type)) {
					return true;
				}
			}
		}
		return false;
	}

	private static boolean holds(ResolvableType held, Class<?> type) {
		Class<?> raw = held.resolve(Object.class);
		if (BeanFactory.class.isAssignableFrom(raw)
				|| (raw.isAssignableFrom(type) && !raw.getName().startsWith("java."))) {
			return true;
		}
		for (ResolvableType generic : held.getGenerics()) {
			if (holds(generic, type)) {
				return true;
			}
		}
		return held.isArray() && holds(held.getComponentType(), type);
	}

}
