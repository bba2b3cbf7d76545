package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;

/**
 * What an annotation does for a method.
 *
 * @param method the method, with its class
 * @param breaker the name of the breaker, or of the group of its keys
 * @param key the expression that gives the key, or {@code null} where there is none
 * @param fallbacks the methods that may run instead, the one for the nearest exception
 * first; those of another bean as {@code bean::method}
 * @param refusalFallback the one of them that runs where a call is refused, or
 * {@code null} where none takes a refusal: callers get it then
 * @param kind what the method returns, in words, or {@code null} where it is not guarded
 * and cannot be
 * @param intercepted whether each call that is known goes through the breaker
 * @param reason why not, or {@code null}; begins with {@code not proxied},
 * {@code self-invoked}, {@code final} or {@code @Unguarded}
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record MethodBinding(String method, String breaker, @Nullable String key, List<String> fallbacks,
		@Nullable String refusalFallback, @Nullable String kind, boolean intercepted, @Nullable String reason) {

	static MethodBinding of(GuardedMethod method, @Nullable String reason) {
		return new MethodBinding(method.describe(), method.named().name(), textOrNull(method.annotation().key()),
				fallbacks(method), refusalFallback(method), method.kind().describe(), reason == null, reason);
	}

	/** Of a method that {@code @Unguarded} leaves out. */
	static MethodBinding unguarded(AnnotatedMethod method, String breaker) {
		return without(method, breaker, "@Unguarded");
	}

	/** Of a method that the annotated class can neither change nor leave out. */
	static MethodBinding inheritedFinal(AnnotatedMethod method, String breaker) {
		return without(method, breaker, "final, and inherited by the annotated class");
	}

	private static MethodBinding without(AnnotatedMethod method, String breaker, String reason) {
		return new MethodBinding(method.describe(), breaker, textOrNull(method.annotation().key()), List.of(), null,
				kind(method), false, reason);
	}

	private static @Nullable String textOrNull(String text) {
		return text.isEmpty() ? null : text;
	}

	private static @Nullable String kind(AnnotatedMethod method) {
		try {
			return ReturnKinds.of(method.method(), method.type()).describe();
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			return null;
		}
	}

	private static List<String> fallbacks(GuardedMethod method) {
		FallbackMethod fallback = method.fallback();
		if (fallback == null) {
			return List.of();
		}
		try {
			return fallback.methods().stream().map((candidate) -> text(fallback, candidate, method)).toList();
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			// Of a bean that was made after the start, and found out by the first call
			return List.of(method.annotation().fallbackMethod());
		}
	}

	private static @Nullable String refusalFallback(GuardedMethod method) {
		FallbackMethod fallback = method.fallback();
		if (fallback == null) {
			return null;
		}
		try {
			Method candidate = fallback.forRefusals();
			return (candidate != null) ? text(fallback, candidate, method) : null;
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			return null;
		}
	}

	private static String text(FallbackMethod fallback, Method candidate, GuardedMethod method) {
		String bean = fallback.otherBean();
		return (bean != null) ? bean + "::" + text(candidate, candidate.getDeclaringClass())
				: text(candidate, method.type());
	}

	private static String text(Method fallback, Class<?> type) {
		return MethodSignatures.qualified(fallback, type).substring(type.getName().length() + 1);
	}

}
