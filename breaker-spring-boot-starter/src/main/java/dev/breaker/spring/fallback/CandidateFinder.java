package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Finds the methods of a type that could be fallbacks: of any visibility, static or not,
 * inherited ones and those of interfaces too. Of methods that override each other the
 * nearest is found.
 */
final class CandidateFinder {

	private CandidateFinder() {
	}

	static List<Method> of(Class<?> type) {
		Map<List<Object>, Method> methods = new LinkedHashMap<>();
		for (Class<?> inherited : hierarchy(type)) {
			for (Method method : ReflectionUtils.getDeclaredMethods(inherited)) {
				if (!method.isBridge() && !method.isSynthetic()) {
					methods.putIfAbsent(signature(method, type), method);
				}
			}
		}
		return new ArrayList<>(methods.values());
	}

	/** Name and parameter types, type variables replaced. */
	static List<Object> signature(Method method, Class<?> type) {
		@Nullable Object[] signature = new @Nullable Object[method.getParameterCount() + 1];
		signature[0] = method.getName();
		for (int i = 0; i < method.getParameterCount(); i++) {
			signature[i + 1] = MethodSignatures.parameterType(method, type, i).resolve(method.getParameterTypes()[i]);
		}
		return Arrays.asList(signature);
	}

	private static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> hierarchy = new LinkedHashSet<>();
		for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
			hierarchy.add(c);
		}
		for (Class<?> c : List.copyOf(hierarchy)) {
			addInterfaces(c, hierarchy);
		}
		// The methods of a proxy class are those of its interfaces, less their generics.
		hierarchy.removeIf((c) -> Proxy.isProxyClass(c) || c == Proxy.class);
		return hierarchy;
	}

	private static void addInterfaces(Class<?> type, Set<Class<?>> hierarchy) {
		for (Class<?> inherited : type.getInterfaces()) {
			hierarchy.add(inherited);
			addInterfaces(inherited, hierarchy);
		}
	}

}
