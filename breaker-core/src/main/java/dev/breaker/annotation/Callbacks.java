package dev.breaker.annotation;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What {@link CircuitBreaker @CircuitBreaker} on a type leaves out: the methods that the
 * container, Boot, Micrometer or the web framework calls, and not the application.
 * Service interfaces of Spring's that an application implements, as a converter, are not
 * among them. Types are known by name, so that their libraries need not be there. For the
 * guards, and for the rules that look for calls without one.
 */
public final class Callbacks {

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
			"org.springframework.web.bind.support.WebBindingInitializer", "jakarta.servlet.Filter",
			"jakarta.servlet.Servlet", "jakarta.servlet.ServletConfig", "jakarta.servlet.ServletContainerInitializer",
			"org.springframework.web.server.WebFilter", "org.springframework.web.server.WebExceptionHandler",
			"org.springframework.web.servlet.FlashMapManager", "org.springframework.web.servlet.HandlerAdapter",
			"org.springframework.web.servlet.HandlerMapping", "org.springframework.web.servlet.LocaleResolver",
			"org.springframework.web.servlet.RequestToViewNameTranslator", "org.springframework.web.servlet.View",
			"org.springframework.web.servlet.ViewResolver", "org.springframework.web.reactive.HandlerAdapter",
			"org.springframework.web.reactive.HandlerMapping", "org.springframework.web.reactive.result.view.View",
			"org.springframework.web.reactive.result.view.ViewResolver",
			"org.springframework.web.cors.CorsConfigurationSource",
			"org.springframework.web.cors.reactive.CorsConfigurationSource",
			"org.springframework.boot.web.error.ErrorPageRegistrar",
			"org.springframework.boot.webmvc.autoconfigure.error.ErrorViewResolver",
			"org.springframework.scheduling.Trigger",
			"org.springframework.transaction.reactive.TransactionSynchronization",
			"org.springframework.transaction.support.TransactionSynchronization");

	/** All interfaces of these packages, and of those in them, are callbacks. */
	private static final List<String> PACKAGES = List.of("org.springframework.beans.",
			"org.springframework.context.event.", "org.springframework.boot.health.",
			"org.springframework.boot.actuate.health.", "org.springframework.boot.actuate.info.", "io.micrometer.");

	private static final List<String> NAMES_OF_SPRING = List.of("Aware", "Configurer", "Customizer", "Initializer");

	/** Spring Data asks the application who is logged in. */
	private static final String AUDITORS = "org.springframework.data.domain.";

	private static final List<String> ANNOTATIONS = List.of("org.springframework.context.event.EventListener",
			"org.springframework.context.annotation.Bean", "jakarta.annotation.PostConstruct",
			"jakarta.annotation.PreDestroy", "jakarta.annotation.Resource", "jakarta.inject.Inject",
			"org.springframework.beans.factory.annotation.Autowired",
			"org.springframework.beans.factory.annotation.Lookup", "org.springframework.beans.factory.annotation.Value",
			"org.springframework.web.bind.annotation.ExceptionHandler",
			"org.springframework.web.bind.annotation.InitBinder",
			"org.springframework.messaging.handler.annotation.MessageExceptionHandler",
			"org.springframework.graphql.data.method.annotation.GraphQlExceptionHandler");

	private static final String MODEL_ATTRIBUTE = "org.springframework.web.bind.annotation.ModelAttribute";

	private static final String REQUEST_MAPPING = "org.springframework.web.bind.annotation.RequestMapping";

	private Callbacks() {
	}

	/**
	 * Whether the methods of an interface are callbacks.
	 * @param name the name of the interface
	 * @return whether they are
	 */
	public static boolean isInterface(String name) {
		return INTERFACES.contains(name) || PACKAGES.stream().anyMatch(name::startsWith)
				|| (name.startsWith(SPRING) && !name.startsWith(AUDITORS)
						&& NAMES_OF_SPRING.stream().anyMatch(name::endsWith))
				|| (name.startsWith("jakarta.servlet.") && name.endsWith("Listener"));
	}

	/**
	 * Whether a method is a callback by its annotations.
	 * @param isPresent tells whether the method has an annotation of that name, or one
	 * that has it
	 * @return whether it is one
	 */
	public static boolean isMethod(Predicate<String> isPresent) {
		return ANNOTATIONS.stream().anyMatch(isPresent)
				|| (isPresent.test(MODEL_ATTRIBUTE) && !isPresent.test(REQUEST_MAPPING));
	}

}
