package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.annotation.Callbacks;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * The methods of beans that are {@link Callbacks}.
 */
final class CallbackMethods {

	private static final String BEAN = "org.springframework.context.annotation.Bean";

	private static final String LOOKUP = "org.springframework.beans.factory.annotation.Lookup";

	private static final Set<String> FACTORY_BEANS = Set.of("org.springframework.beans.factory.FactoryBean",
			"org.springframework.beans.factory.SmartFactoryBean");

	private static final String AWARE = "org.springframework.beans.factory.Aware";

	/** Their methods are called while a bean is made or destroyed. */
	private static final Set<String> LIFECYCLE_INTERFACES = Set.of("org.springframework.beans.factory.InitializingBean",
			"org.springframework.beans.factory.DisposableBean");

	private static final List<String> LIFECYCLE_ANNOTATIONS = List.of("jakarta.annotation.PostConstruct",
			"jakarta.annotation.PreDestroy", "jakarta.annotation.Resource", "jakarta.inject.Inject",
			"org.springframework.beans.factory.annotation.Autowired",
			"org.springframework.beans.factory.annotation.Value");

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

	/** By what a method makes a bean, in words for a message; {@code null} for others. */
	static @Nullable String factory(Method method, Class<?> type) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		if (annotations.isPresent(BEAN)) {
			return "has @Bean";
		}
		if (annotations.isPresent(LOOKUP)) {
			return "has @Lookup";
		}
		if (!method.getName().equals("getObject")) {
			return null;
		}
		for (Class<?> inherited : interfaces(type)) {
			if (FACTORY_BEANS.contains(inherited.getName()) && declares(inherited, method, type)) {
				return "is that of a FactoryBean";
			}
		}
		return null;
	}

	/**
	 * Whether the container calls a method on the object itself, which has no proxy yet,
	 * or none any more.
	 */
	static boolean isCalledOnTarget(Method method, Class<?> type) {
		for (Class<?> inherited : interfaces(type)) {
			boolean lifecycle = LIFECYCLE_INTERFACES.contains(inherited.getName()) || isAware(inherited);
			if (lifecycle && declares(inherited, method, type)) {
				return true;
			}
		}
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		for (String annotation : LIFECYCLE_ANNOTATIONS) {
			if (annotations.isPresent(annotation)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isAware(Class<?> type) {
		return type.getName().startsWith("org.springframework.")
				&& interfaces(type).stream().anyMatch((inherited) -> inherited.getName().equals(AWARE));
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

	/**
	 * The interfaces of a type and those that they extend, an interface itself among
	 * them.
	 */
	static Set<Class<?>> interfaces(Class<?> type) {
		Set<Class<?>> interfaces = new LinkedHashSet<>();
		if (type.isInterface()) {
			interfaces.add(type);
		}
		for (Class<?> c = type; c != null; c = c.getSuperclass()) {
			for (Class<?> inherited : c.getInterfaces()) {
				interfaces.addAll(interfaces(inherited));
			}
		}
		return interfaces;
	}

}
