package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * The methods that the container, Boot, Micrometer or Spring MVC calls, and not the
 * application: an annotation on the type leaves them out. Service interfaces of Spring's
 * that an application implements, as a converter, are not among them. Types are known by
 * name, so that their libraries need not be there.
 */
final class CallbackMethods {

	private static final String SPRING = "org.springframework.";

	private static final Set<String> INTERFACES = Set.of("java.lang.AutoCloseable", "java.io.Closeable",
			"org.springframework.core.Ordered", "org.springframework.context.Lifecycle",
			"org.springframework.context.Phased", "org.springframework.context.SmartLifecycle",
			"org.springframework.context.ApplicationListener", "org.springframework.boot.CommandLineRunner",
			"org.springframework.boot.ApplicationRunner", "org.springframework.boot.ExitCodeGenerator",
			"org.springframework.boot.ExitCodeExceptionMapper",
			"org.springframework.web.servlet.AsyncHandlerInterceptor",
			"org.springframework.web.servlet.HandlerExceptionResolver",
			"org.springframework.web.servlet.HandlerInterceptor",
			"org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdvice",
			"org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice",
			"org.springframework.web.context.request.WebRequestInterceptor",
			"org.springframework.web.method.support.HandlerMethodArgumentResolver",
			"org.springframework.web.method.support.HandlerMethodReturnValueHandler",
			"org.springframework.web.reactive.HandlerResultHandler",
			"org.springframework.web.reactive.result.method.HandlerMethodArgumentResolver",
			"org.springframework.web.bind.support.WebBindingInitializer");

	/** All interfaces of these packages, and of those in them, are callbacks. */
	private static final List<String> PACKAGES = List.of("org.springframework.beans.",
			"org.springframework.context.event.", "org.springframework.boot.health.",
			"org.springframework.boot.actuate.health.", "org.springframework.boot.actuate.info.", "io.micrometer.");

	private static final List<String> NAMES_OF_SPRING = List.of("Aware", "Configurer", "Customizer", "Initializer");

	private static final List<String> ANNOTATIONS = List.of("org.springframework.context.event.EventListener",
			"org.springframework.context.annotation.Bean", "jakarta.annotation.PostConstruct",
			"jakarta.annotation.PreDestroy", "org.springframework.web.bind.annotation.ExceptionHandler",
			"org.springframework.web.bind.annotation.InitBinder",
			"org.springframework.messaging.handler.annotation.MessageExceptionHandler",
			"org.springframework.graphql.data.method.annotation.GraphQlExceptionHandler");

	private static final String MODEL_ATTRIBUTE = "org.springframework.web.bind.annotation.ModelAttribute";

	private static final String REQUEST_MAPPING = "org.springframework.web.bind.annotation.RequestMapping";

	private static final String BEAN = "org.springframework.context.annotation.Bean";

	private CallbackMethods() {
	}

	static boolean include(Method method, Class<?> type) {
		for (Class<?> inherited : interfaces(type)) {
			if (isCallback(inherited) && declares(inherited, method, type)) {
				return true;
			}
		}
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return ANNOTATIONS.stream().anyMatch(annotations::isPresent)
				|| (annotations.isPresent(MODEL_ATTRIBUTE) && !annotations.isPresent(REQUEST_MAPPING));
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

	private static Set<Class<?>> interfaces(Class<?> type) {
		if (!type.isInterface()) {
			return ClassUtils.getAllInterfacesForClassAsSet(type);
		}
		Set<Class<?>> interfaces = new LinkedHashSet<>(List.of(type));
		for (Class<?> inherited : type.getInterfaces()) {
			interfaces.addAll(interfaces(inherited));
		}
		return interfaces;
	}

	private static boolean isCallback(Class<?> type) {
		String name = type.getName();
		return INTERFACES.contains(name) || PACKAGES.stream().anyMatch(name::startsWith)
				|| (name.startsWith(SPRING) && NAMES_OF_SPRING.stream().anyMatch(name::endsWith))
				|| (name.startsWith("jakarta.servlet.") && name.endsWith("Listener"));
	}

}
