package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.annotation.Callbacks;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * The methods of beans that are {@link Callbacks}.
 */
final class CallbackMethods {

	private static final String BEAN = "org.springframework.context.annotation.Bean";

	private CallbackMethods() {
	}

	static boolean include(Method method, Class<?> type) {
		for (Class<?> inherited : interfaces(type)) {
			if (Callbacks.isInterface(inherited.getName()) && declares(inherited, method, type)) {
				return true;
			}
		}
		return Callbacks.isMethod(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)::isPresent);
	}

	/** Whether a method makes a bean. */
	static boolean isFactoryMethod(Method method) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(BEAN);
	}

	/** Whether a method of a type is one that an interface of it has. */
	static boolean declares(Class<?> inherited, Method method, Class<?> type) {
		if (type.isInterface()) {
			return ClassUtils.hasMethod(inherited, method.getName(), method.getParameterTypes());
		}
		for (Method declared : inherited.getMethods()) {
			if (declared.getName().equals(method.getName())
					&& AopUtils.getMostSpecificMethod(declared, type).equals(method)) {
				return true;
			}
		}
		return false;
	}

	/** The interfaces of a type, an interface itself among them. */
	static Set<Class<?>> interfaces(Class<?> type) {
		if (!type.isInterface()) {
			return ClassUtils.getAllInterfacesForClassAsSet(type);
		}
		Set<Class<?>> interfaces = new LinkedHashSet<>(List.of(type));
		for (Class<?> inherited : type.getInterfaces()) {
			interfaces.addAll(interfaces(inherited));
		}
		return interfaces;
	}

}
