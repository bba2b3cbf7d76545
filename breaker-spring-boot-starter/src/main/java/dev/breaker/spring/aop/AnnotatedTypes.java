package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * The types that bear the annotation somewhere. Each type is looked through once. Safe
 * for use by many threads.
 */
final class AnnotatedTypes {

	private final Map<Class<?>, Boolean> mention = new ConcurrentHashMap<>();

	/** Whether a type, or what it inherits, bears the annotation anywhere. */
	boolean mention(@Nullable Class<?> type) {
		if (type == null) {
			return false;
		}
		Boolean known = this.mention.get(type);
		if (known == null) {
			known = AnnotationUtils.isCandidateClass(type, CircuitBreaker.class) && look(type);
			this.mention.put(type, known);
		}
		return known;
	}

	private boolean look(Class<?> type) {
		if (MergedAnnotations.from(type).isPresent(CircuitBreaker.class) || onMethod(type)
				|| mention(type.getSuperclass())) {
			return true;
		}
		for (Class<?> inherited : type.getInterfaces()) {
			if (mention(inherited)) {
				return true;
			}
		}
		return false;
	}

	private static boolean onMethod(Class<?> type) {
		Method[] methods;
		try {
			methods = ReflectionUtils.getDeclaredMethods(type);
		}
		catch (IllegalStateException ex) {
			// Refers to a class that is not there, so that it cannot be proxied either.
			return false;
		}
		for (Method method : methods) {
			// Most methods have none, and Spring would remember that of each of them
			if (method.getDeclaredAnnotations().length > 0
					&& MergedAnnotations.from(method).isPresent(CircuitBreaker.class)) {
				return true;
			}
		}
		return false;
	}

}
