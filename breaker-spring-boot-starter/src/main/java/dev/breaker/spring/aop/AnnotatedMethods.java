package dev.breaker.spring.aop;

import java.io.Closeable;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.Signatures;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the annotated methods of a type. The annotation on a method wins over one on a
 * type, and what a class inherits from a class over what it has from an interface. On a
 * class it holds for all public methods, on an interface for those that the interface
 * has; neither for the method that is the fallback, nor for the container's callbacks.
 * The default methods of a client interface are left out too: they reach the others
 * through the proxy, and would count twice.
 */
final class AnnotatedMethods {

	private AnnotatedMethods() {
	}

	static List<AnnotatedMethod> of(Subject subject) {
		List<AnnotatedMethod> found = new ArrayList<>();
		if (subject.type() != null) {
			found.addAll(ofClass(subject.type()));
		}
		for (Class<?> type : subject.interfaces()) {
			found.addAll(ofInterface(type));
		}
		return found;
	}

	private static Collection<AnnotatedMethod> ofClass(Class<?> type) {
		Map<Method, AnnotatedMethod> found = new LinkedHashMap<>();
		MethodIntrospector.selectMethods(type, (Method method) -> inspect(method, type))
			.forEach((method, annotation) -> {
				Method real = BridgeMethodResolver.findBridgedMethod(method);
				found.putIfAbsent(real, new AnnotatedMethod(real, type, annotation));
			});
		return found.values();
	}

	private static @Nullable CircuitBreaker inspect(Method method, Class<?> type) {
		CircuitBreaker onMethod = nearest(method);
		if (onMethod != null) {
			requireAdvisable(method, type);
			return onMethod;
		}
		if (!Modifier.isPublic(method.getModifiers()) || Modifier.isStatic(method.getModifiers())
				|| ReflectionUtils.isObjectMethod(method) || isCallback(method, type)) {
			return null;
		}
		CircuitBreaker onType = nearest(type, SearchStrategy.SUPERCLASS);
		if (onType == null) {
			onType = onInterfaceOf(method, type);
		}
		if (onType == null || onType.fallbackMethod().equals(method.getName())) {
			return null;
		}
		requireAdvisable(method, type);
		return onType;
	}

	private static @Nullable CircuitBreaker onInterfaceOf(Method method, Class<?> type) {
		for (Class<?> inherited : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			CircuitBreaker annotation = nearest(inherited, SearchStrategy.DIRECT);
			if (annotation != null && declares(inherited, method, type)) {
				return annotation;
			}
		}
		return null;
	}

	private static boolean declares(Class<?> inherited, Method method, Class<?> type) {
		for (Method declared : inherited.getMethods()) {
			if (declared.getName().equals(method.getName())
					&& AopUtils.getMostSpecificMethod(declared, type).equals(method)) {
				return true;
			}
		}
		return false;
	}

	private static List<AnnotatedMethod> ofInterface(Class<?> type) {
		List<AnnotatedMethod> found = new ArrayList<>();
		for (Method method : type.getMethods()) {
			if (Modifier.isStatic(method.getModifiers()) || method.isBridge()) {
				continue;
			}
			CircuitBreaker annotation = nearest(method);
			if (annotation == null && !method.isDefault()) {
				annotation = onInterfaceWith(method, type);
			}
			if (annotation != null) {
				found.add(new AnnotatedMethod(method, type, annotation));
			}
		}
		return found;
	}

	private static @Nullable CircuitBreaker onInterfaceWith(Method method, Class<?> type) {
		CircuitBreaker annotation = nearest(type, SearchStrategy.DIRECT);
		for (Class<?> inherited : type.getInterfaces()) {
			if (annotation == null && ClassUtils.hasMethod(inherited, method.getName(), method.getParameterTypes())) {
				annotation = onInterfaceWith(method, inherited);
			}
		}
		return (annotation != null && annotation.fallbackMethod().equals(method.getName())) ? null : annotation;
	}

	/** What a class says, itself or by inheritance, before what interfaces say. */
	private static @Nullable CircuitBreaker nearest(Method method) {
		CircuitBreaker inClass = nearest(method, SearchStrategy.SUPERCLASS);
		return (inClass != null) ? inClass : nearest(method, SearchStrategy.TYPE_HIERARCHY);
	}

	private static @Nullable CircuitBreaker nearest(AnnotatedElement element, SearchStrategy strategy) {
		MergedAnnotation<CircuitBreaker> annotation = MergedAnnotations.from(element, strategy)
			.get(CircuitBreaker.class);
		return annotation.isPresent() ? annotation.synthesize() : null;
	}

	private static boolean isCallback(Method method, Class<?> type) {
		for (Class<?> inherited : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			boolean callback = inherited == InitializingBean.class || inherited == DisposableBean.class
					|| inherited == Closeable.class || inherited == AutoCloseable.class
					|| Aware.class.isAssignableFrom(inherited);
			if (callback && ClassUtils.hasMethod(inherited, method.getName(), method.getParameterTypes())) {
				return true;
			}
		}
		return false;
	}

	private static void requireAdvisable(Method method, Class<?> type) {
		int modifiers = method.getModifiers();
		String modifier = Modifier.isPrivate(modifiers) ? "private"
				: Modifier.isStatic(modifiers) ? "static" : Modifier.isFinal(modifiers) ? "final" : null;
		if (modifier != null) {
			throw new InvalidGuardException(
					"@CircuitBreaker would do nothing for %s: the method is %s, and a proxy cannot override it."
						.formatted(Signatures.qualified(method, type), modifier),
					"Make the method one that can be overridden, and call it from another bean; or take the annotation away and call CircuitBreakerRegistry.get(name).call(...) where the work is done.");
		}
	}

}
