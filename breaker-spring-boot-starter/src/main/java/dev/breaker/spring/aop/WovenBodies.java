package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;

import org.springframework.util.ReflectionUtils;

/**
 * Tells which methods are woven: AspectJ moves what is in a method that has advice around
 * it to a method of its own, in the same class.
 */
final class WovenBodies {

	/** After this the name has a number. */
	private static final String SUFFIX = "_aroundBody";

	private WovenBodies() {
	}

	/** Whether AspectJ has put advice around a method. */
	static boolean include(Method method) {
		for (Method candidate : ReflectionUtils.getDeclaredMethods(method.getDeclaringClass())) {
			if (candidate.getName().startsWith(method.getName() + SUFFIX) && isBody(candidate, method)) {
				return true;
			}
		}
		return false;
	}

	/** It takes the object, the arguments, and what tells the aspect of the call. */
	private static boolean isBody(Method candidate, Method method) {
		Class<?>[] given = candidate.getParameterTypes();
		Class<?>[] wanted = method.getParameterTypes();
		int first = Modifier.isStatic(method.getModifiers()) ? 0 : 1;
		int last = first + wanted.length;
		return last <= given.length && Arrays.equals(given, first, last, wanted, 0, wanted.length);
	}

}
