package dev.breaker.spring.aop;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.CallNotPermittedException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.util.ReflectionUtils;

/**
 * What a {@code @Retryable} says of the exceptions after which it makes a call again:
 * that of Spring Framework, or that of the library Spring Retry, which is known by its
 * name, since the library may be absent.
 *
 * @param library whose it is
 * @param includes after which; none for all
 * @param excludes after which not
 * @param decidesElse whether something else decides, such as a predicate of the
 * application
 */
record RetryAnnotation(Library library, List<Class<?>> includes, List<Class<?>> excludes, boolean decidesElse) {

	private static final String SPRING_RETRY = "org.springframework.retry.annotation.Retryable";

	/** Whether refusals are among the exceptions, as far as can be known. */
	boolean retriesRefusals() {
		return !this.decidesElse && (this.includes.isEmpty() || isRefusal(this.includes)) && !isRefusal(this.excludes);
	}

	boolean namesRefusals() {
		return this.includes.contains(CallNotPermittedException.class);
	}

	private static boolean isRefusal(List<Class<?>> types) {
		return types.stream().anyMatch((type) -> type.isAssignableFrom(CallNotPermittedException.class));
	}

	/**
	 * Finds the annotation of a library that holds for a method.
	 * @param type the class whose method it is
	 */
	static @Nullable RetryAnnotation find(Library library, Method method, Class<?> type) {
		RetryAnnotation onMethod = library.read(method);
		if (onMethod != null || !Modifier.isPublic(method.getModifiers()) || ReflectionUtils.isObjectMethod(method)) {
			return onMethod;
		}
		return library.read(type);
	}

	private static @Nullable RetryAnnotation ofSpring(AnnotatedElement element) {
		Retryable retryable = AnnotatedElementUtils.findMergedAnnotation(element, Retryable.class);
		return (retryable == null) ? null : new RetryAnnotation(Library.SPRING, List.of(retryable.includes()),
				List.of(retryable.excludes()), retryable.predicate() != MethodRetryPredicate.class);
	}

	private static @Nullable RetryAnnotation ofSpringRetry(AnnotatedElement element) {
		MergedAnnotation<?> retryable = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
			.get(SPRING_RETRY);
		if (!retryable.isPresent()) {
			return null;
		}
		// A stateful one throws what it was thrown, and waits for its caller to call
		// again
		boolean decidesElse = retryable.getValue("stateful", Boolean.class).orElse(false)
				|| hasText(retryable, "interceptor") || hasText(retryable, "exceptionExpression");
		return new RetryAnnotation(Library.SPRING_RETRY, types(retryable, "value", "include", "retryFor"),
				types(retryable, "exclude", "noRetryFor"), decidesElse);
	}

	private static boolean hasText(MergedAnnotation<?> annotation, String attribute) {
		return !annotation.getValue(attribute, String.class).orElse("").isEmpty();
	}

	/** The names of an attribute differ from version to version. */
	private static List<Class<?>> types(MergedAnnotation<?> annotation, String... attributes) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (String attribute : attributes) {
			for (Class<?> value : annotation.getValue(attribute, Class[].class).orElse(new Class<?>[0])) {
				types.add(value);
			}
		}
		return List.copyOf(types);
	}

	/**
	 * Whose the annotation is.
	 */
	enum Library {

		/** Spring Framework. */
		SPRING("@Retryable", "excludes"),

		/** The library Spring Retry. */
		SPRING_RETRY("Spring Retry's @Retryable", "noRetryFor");

		private final String annotation;

		private final String excluding;

		Library(String annotation, String excluding) {
			this.annotation = annotation;
			this.excluding = excluding;
		}

		/** The annotation, in words for a message. */
		String annotation() {
			return this.annotation;
		}

		/** The attribute that names what is not retried. */
		String excluding() {
			return this.excluding;
		}

		private @Nullable RetryAnnotation read(AnnotatedElement element) {
			return (this == SPRING) ? ofSpring(element) : ofSpringRetry(element);
		}

	}

}
