package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.spring.fallback.Signatures;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Tells by what a method declares when its calls end: when they return, or when the stage
 * that they return completes. What ends otherwise is refused, since it would count as an
 * instant success. Types are known by name, so that their libraries need not be there.
 */
final class ReturnTypes {

	private static final String LAZY = "runs nothing until it is used";

	private static final String ELSEWHERE = "may end long after the method has returned";

	private static final Map<String, String> UNSUPPORTED = Map.ofEntries(
			Map.entry("org.reactivestreams.Publisher", LAZY), Map.entry("java.util.concurrent.Flow$Publisher", LAZY),
			Map.entry("io.reactivex.rxjava3.core.SingleSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.MaybeSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.CompletableSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.ObservableSource", LAZY), Map.entry("io.smallrye.mutiny.Uni", LAZY),
			Map.entry("kotlinx.coroutines.flow.Flow", LAZY), Map.entry("kotlinx.coroutines.Job", ELSEWHERE),
			Map.entry("java.util.concurrent.Future", ELSEWHERE), Map.entry("java.util.concurrent.Callable", LAZY),
			Map.entry("org.springframework.web.context.request.async.DeferredResult", ELSEWHERE),
			Map.entry("org.springframework.web.context.request.async.WebAsyncTask", LAZY),
			Map.entry("org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter", ELSEWHERE),
			Map.entry("org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody", LAZY));

	private static final String CONTINUATION = "kotlin.coroutines.Continuation";

	private ReturnTypes() {
	}

	/**
	 * Whether calls end when their stage completes.
	 * @throws InvalidGuardException where they end in a way that cannot be followed
	 */
	static boolean isStage(Method method, Class<?> type) {
		Class<?>[] parameters = method.getParameterTypes();
		if (parameters.length > 0 && parameters[parameters.length - 1].getName().equals(CONTINUATION)) {
			throw unsupported(method, type, "it is a suspending function, which " + ELSEWHERE);
		}
		Class<?> returned = ResolvableType.forMethodReturnType(method, type).resolve(Object.class);
		if (CompletionStage.class.isAssignableFrom(returned)) {
			if (!returned.isAssignableFrom(CompletableFuture.class)) {
				throw unsupported(method, type, "it returns the class " + returned.getName()
						+ ", and a circuit breaker gives its callers a CompletableFuture");
			}
			return true;
		}
		String reason = reason(returned);
		if (reason != null) {
			throw unsupported(method, type, "it returns " + returned.getName() + ", which " + reason);
		}
		return false;
	}

	private static @Nullable String reason(@Nullable Class<?> type) {
		if (type == null) {
			return null;
		}
		String reason = UNSUPPORTED.get(type.getName());
		if (reason == null) {
			reason = reason(type.getSuperclass());
		}
		for (Class<?> inherited : type.getInterfaces()) {
			if (reason == null) {
				reason = reason(inherited);
			}
		}
		return reason;
	}

	private static InvalidGuardException unsupported(Method method, Class<?> type, String reason) {
		return new InvalidGuardException(
				"@CircuitBreaker cannot guard %s: %s.".formatted(Signatures.qualified(method, type), reason),
				"Declare the value itself, or a CompletionStage or CompletableFuture of it, or take the annotation away and call CircuitBreaker.acquire() where the work begins.");
	}

}
