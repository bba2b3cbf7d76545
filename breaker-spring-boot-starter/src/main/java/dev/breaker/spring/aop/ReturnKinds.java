package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * The kinds of return types that can be guarded, and the kind of a method. Types whose
 * work goes on after the method has returned are refused, since a call would count as an
 * instant success. Reactive types are those of {@link ReactiveTypes}, and can be guarded
 * where Reactor is there; others are known by name, so that their libraries need not be
 * there.
 */
final class ReturnKinds {

	static final ReturnKind VALUE = new ValueReturnKind();

	private static final String REACTOR = "reactor.core.publisher.Mono";

	private static final String HTTP_ENTITY = "org.springframework.http.HttpEntity";

	private static final String DEFERRED_RESULT = "org.springframework.web.context.request.async.DeferredResult";

	private static final String WEB_ASYNC_TASK = "org.springframework.web.context.request.async.WebAsyncTask";

	private static final String SUPPLIER = "java.util.function.Supplier";

	private static final String LAZY = "runs nothing until it is used";

	private static final String ELSEWHERE = "may end long after the method has returned";

	private static final String UNREAD = "is read after the method has returned";

	private static final String KOTLIN_RESULT = "kotlin.Result";

	private static final String AS_VALUE = "holds a failure as a value, which would count as a success";

	private static final String PUBLISHER = "org.reactivestreams.Publisher";

	private static final String NEEDS_REACTOR = ", and is guarded only where Reactor is on the class path";

	/** Reactive types, where nothing but their names is known without Reactor. */
	private static final Set<String> REACTIVE = Set.of(PUBLISHER, "java.util.concurrent.Flow$Publisher",
			"io.reactivex.rxjava3.core.SingleSource", "io.reactivex.rxjava3.core.MaybeSource",
			"io.reactivex.rxjava3.core.CompletableSource", "io.reactivex.rxjava3.core.ObservableSource",
			"io.smallrye.mutiny.Uni", "kotlinx.coroutines.flow.Flow");

	private static final Map<String, String> UNSUPPORTED = Map.ofEntries(
			Map.entry("java.util.concurrent.Flow$Publisher", LAZY), Map.entry(PUBLISHER, LAZY),
			Map.entry("io.smallrye.mutiny.Uni", LAZY), Map.entry("rx.Observable", LAZY), Map.entry("rx.Single", LAZY),
			Map.entry("rx.Completable", LAZY), Map.entry("io.reactivex.SingleSource", LAZY),
			Map.entry("io.reactivex.MaybeSource", LAZY), Map.entry("io.reactivex.CompletableSource", LAZY),
			Map.entry("io.reactivex.ObservableSource", LAZY), Map.entry("io.reactivex.rxjava3.core.SingleSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.MaybeSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.CompletableSource", LAZY),
			Map.entry("io.reactivex.rxjava3.core.ObservableSource", LAZY), Map.entry("io.vertx.core.Future", ELSEWHERE),
			Map.entry("kotlin.Function", LAZY), Map.entry("kotlin.Lazy", LAZY), Map.entry(KOTLIN_RESULT, AS_VALUE),
			Map.entry("kotlin.sequences.Sequence", LAZY), Map.entry("kotlinx.coroutines.channels.ReceiveChannel", LAZY),
			Map.entry("kotlinx.coroutines.flow.Flow", LAZY), Map.entry("kotlinx.coroutines.Job", ELSEWHERE),
			Map.entry("java.io.InputStream", UNREAD), Map.entry("java.io.Reader", UNREAD),
			Map.entry("java.nio.channels.ReadableByteChannel", UNREAD), Map.entry("java.lang.Runnable", LAZY),
			Map.entry("java.util.Enumeration", LAZY), Map.entry("java.util.Iterator", LAZY),
			Map.entry("java.util.Spliterator", LAZY), Map.entry("java.util.concurrent.Callable", LAZY),
			Map.entry("java.util.concurrent.Future", ELSEWHERE), Map.entry("java.util.function.BooleanSupplier", LAZY),
			Map.entry("java.util.function.DoubleSupplier", LAZY), Map.entry("java.util.function.IntSupplier", LAZY),
			Map.entry("java.util.function.LongSupplier", LAZY), Map.entry(SUPPLIER, LAZY),
			Map.entry("java.util.stream.BaseStream", LAZY), Map.entry("jakarta.inject.Provider", LAZY),
			Map.entry("org.springframework.beans.factory.ObjectFactory", LAZY), Map.entry(DEFERRED_RESULT, ELSEWHERE),
			Map.entry(WEB_ASYNC_TASK, LAZY), Map.entry("org.springframework.core.io.InputStreamResource", UNREAD),
			Map.entry("org.springframework.web.servlet.function.AsyncServerResponse", ELSEWHERE),
			Map.entry("org.springframework.web.servlet.function.SseServerResponse", ELSEWHERE),
			Map.entry("org.springframework.web.servlet.function.StreamingServerResponse", ELSEWHERE),
			Map.entry("org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter", ELSEWHERE),
			Map.entry("org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody", LAZY));

	/**
	 * What runs nothing, or goes on, by its own type alone: values may be one of these
	 * too.
	 */
	private static final Map<String, String> UNSUPPORTED_ITSELF = Map.of(
			"org.springframework.web.servlet.function.HandlerFunction", LAZY,
			"org.springframework.web.reactive.function.server.HandlerFunction", LAZY, "reactor.core.Disposable",
			ELSEWHERE, "io.reactivex.rxjava3.disposables.Disposable", ELSEWHERE,
			"io.smallrye.mutiny.subscription.Cancellable", ELSEWHERE);

	/** Types of which some classes can be followed or refused, and others are values. */
	private static final Set<String> OPEN = Set.of("java.lang.Object", "org.springframework.core.io.Resource",
			"org.springframework.web.servlet.function.ServerResponse");

	/** Types whose elements are the results of a call. */
	private static final List<Class<?>> CONTAINERS = List.of(Iterable.class, Map.class, Optional.class,
			CompletionStage.class, Future.class, Callable.class);

	private static final Set<String> WEB_CONTAINERS = Set.of(HTTP_ENTITY, DEFERRED_RESULT, WEB_ASYNC_TASK);

	private static final int DEEPEST_CONTAINER = 4;

	private ReturnKinds() {
	}

	/** What to do where a type cannot be guarded. */
	static String remedy() {
		String kinds = Stream.concat(Stream.of(VALUE), kinds(isPresent(REACTOR)).stream())
			.map(ReturnKind::describe)
			.collect(Collectors.joining(", or "));
		return "Declare %s, or take the annotation away (@Unguarded leaves a method out of one on its type) and call CircuitBreaker.acquire() where the work begins."
			.formatted(kinds);
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ReturnKinds.class.getClassLoader());
	}

	private static boolean isServletPresent() {
		return isPresent("jakarta.servlet.ServletRequest") && isPresent(DEFERRED_RESULT);
	}

	/** The kinds of types that are no values. */
	private static List<ReturnKind> kinds(boolean reactive) {
		List<ReturnKind> kinds = new ArrayList<>(List.of(new StageReturnKind(), new FutureReturnKind()));
		if (reactive) {
			kinds.add(Reactive.KIND);
		}
		kinds.add(new CallableReturnKind());
		if (isServletPresent()) {
			kinds.add(new WebAsyncTaskReturnKind());
			kinds.add(new DeferredResultReturnKind());
		}
		return kinds;
	}

	/** The kind of a result whose method declares no type that tells. */
	static ReturnKind ofResult(Class<?> result) {
		return Results.KINDS.get(result);
	}

	/**
	 * The kind of a method.
	 * @throws InvalidCircuitBreakerAnnotationException where its calls end in a way that
	 * cannot be followed
	 */
	static ReturnKind of(Method method, Class<?> type) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			return suspending(method, type);
		}
		if (isPlain(method.getGenericReturnType()) && !isKotlinResult(method)) {
			return (method.getReturnType() == Object.class) ? Results.OBJECT : VALUE;
		}
		ResolvableType declared = ResolvableType.forMethodReturnType(method, type);
		Class<?> returned = declared.resolve(Object.class);
		ReturnKind kind = kind(returned, false);
		Class<?> given = kind.given();
		if (given != null && !returned.isAssignableFrom(given)) {
			throw unsupported(method, type, "it returns the class " + returned.getName()
					+ ", and a circuit breaker gives its callers a " + given.getSimpleName());
		}
		String reason = (kind == VALUE) ? directReason(returned) : null;
		if (reason == null && isKotlinResult(method)) {
			return new KotlinResultReturnKind();
		}
		if (reason != null) {
			throw unsupported(method, type, "it returns " + name(returned) + ", which " + reason);
		}
		ResolvableType container = declared;
		String path = name(returned) + " of ";
		if (kind == VALUE) {
			ContainerReturnKind<?> containerKind = containerKind(declared);
			if (containerKind != null) {
				kind = containerKind;
				container = containerKind.content(declared);
				path += name(container.resolve(Object.class)) + " of ";
			}
			else if (OPEN.contains(returned.getName())) {
				kind = Results.OBJECT;
			}
		}
		String content = contentReason(container, 0);
		if (content != null) {
			throw unsupported(method, type, "it returns " + path + content);
		}
		return (kind != VALUE && isTypeVariable(declared.getType(), type)) ? Results.OBJECT : kind;
	}

	/** Whether it is known without a look at other kinds that nothing is followed. */
	private static boolean isPlain(Type returned) {
		return returned == Object.class || returned == String.class
				|| (returned instanceof Class<?> type && type.isPrimitive());
	}

	/** Whether nothing says what a type variable stands for in a class. */
	private static boolean isTypeVariable(Type declared, Class<?> type) {
		Type present = declared;
		while (present instanceof TypeVariable<?> variable
				&& variable.getGenericDeclaration() instanceof Class<?> owner) {
			int index = List.of(owner.getTypeParameters()).indexOf(variable);
			Type next = ResolvableType.forClass(type).as(owner).getGeneric(index).getType();
			if (next.equals(present)) {
				return true;
			}
			present = next;
		}
		return present instanceof TypeVariable<?> || present instanceof WildcardType;
	}

	private static ReturnKind suspending(Method method, Class<?> type) {
		if (!isPresent("kotlinx.coroutines.reactor.MonoKt")) {
			throw new InvalidCircuitBreakerAnnotationException(
					"@CircuitBreaker cannot guard %s: it is a suspending function, which Spring's proxies call by way of Reactor, and kotlinx-coroutines-reactor is not there."
						.formatted(MethodSignatures.qualified(method, type)),
					"Add the dependency org.jetbrains.kotlinx:kotlinx-coroutines-reactor.");
		}
		ResolvableType result = MethodSignatures.returnType(method, type);
		boolean returnsResult = result.resolve(Object.class).getName().equals(KOTLIN_RESULT);
		String reason = returnsResult ? contentReason(result, 0) : elementReason(result, 0);
		if (reason != null) {
			throw unsupported(method, type, "it is a suspending function that returns " + reason);
		}
		return new SuspendingReturnKind(returnsResult);
	}

	/**
	 * The kind of a type: the first of these that includes it. Told by the type or its
	 * name, so that no kind is loaded, and no library, that no method needs.
	 * @param isResult whether it is the class of a result whose method declares no type
	 * that tells
	 */
	private static ReturnKind kind(Class<?> type, boolean isResult) {
		if (CompletionStage.class.isAssignableFrom(type)) {
			return new StageReturnKind();
		}
		if (Future.class.isAssignableFrom(type)) {
			return new FutureReturnKind();
		}
		if (isReactive(type, isResult)) {
			return Reactive.KIND;
		}
		// Publishers such as those of Mono.just and Mono.fromCallable are callables, too.
		if (Callable.class.isAssignableFrom(type)) {
			return new CallableReturnKind();
		}
		ReturnKind ofWeb = null;
		if (isNamed(type, WEB_ASYNC_TASK) && isServletPresent()) {
			ofWeb = new WebAsyncTaskReturnKind();
		}
		else if (isNamed(type, DEFERRED_RESULT) && isServletPresent()) {
			ofWeb = new DeferredResultReturnKind();
		}
		return (ofWeb != null && ofWeb.includes(type)) ? ofWeb : VALUE;
	}

	private static boolean isReactive(Class<?> type, boolean isResult) {
		if (ReactiveTypes.adapter(type) == null || !isPresent(REACTOR)) {
			return false;
		}
		return isResult ? Reactive.KIND.includesResult(type) : Reactive.KIND.includes(type);
	}

	/** Whether a class, or one that it extends, has that name. */
	private static boolean isNamed(Class<?> type, String name) {
		for (Class<?> c = type; c != null; c = c.getSuperclass()) {
			if (c.getName().equals(name)) {
				return true;
			}
		}
		return false;
	}

	/** The kind of a container whose content is of another kind, or not known. */
	private static @Nullable ContainerReturnKind<?> containerKind(ResolvableType declared) {
		Class<?> returned = declared.resolve(Object.class);
		if (returned != Optional.class && !isNamed(returned, HTTP_ENTITY)) {
			return null;
		}
		Class<?> content = declared.getGeneric().resolve(Object.class);
		ReturnKind kind = kind(content, false);
		Class<?> given = kind.given();
		boolean followed = (given != null) ? content.isAssignableFrom(given) : kind != VALUE;
		return (followed || OPEN.contains(content.getName())) ? Results.containerKind(returned) : null;
	}

	/** Why what is in a container cannot be followed. */
	private static @Nullable String contentReason(ResolvableType container, int depth) {
		if (depth > DEEPEST_CONTAINER) {
			return null;
		}
		if (container.isArray()) {
			return elementReason(container.getComponentType(), depth);
		}
		for (Class<?> type : CONTAINERS) {
			String reason = elementsReason(container.as(type), depth);
			if (reason != null) {
				return reason;
			}
		}
		Class<?> raw = container.resolve();
		ReactiveAdapter adapter = (raw != null) ? ReactiveTypes.adapter(raw) : null;
		if (adapter != null) {
			return elementsReason(container.as(adapter.getReactiveType()), depth);
		}
		for (Class<?> c = container.resolve(); c != null; c = c.getSuperclass()) {
			if (WEB_CONTAINERS.contains(c.getName())) {
				return elementsReason(container.as(c), depth);
			}
		}
		// Any other type may hold what it is a type of; a class holds nothing.
		return (raw != Class.class) ? elementsReason(container, depth) : null;
	}

	private static @Nullable String elementsReason(ResolvableType container, int depth) {
		for (ResolvableType element : container.getGenerics()) {
			String reason = elementReason(element, depth);
			if (reason != null) {
				return reason;
			}
		}
		return null;
	}

	private static @Nullable String elementReason(ResolvableType element, int depth) {
		Class<?> type = element.resolve();
		if (type == null) {
			return null;
		}
		String reason = reason(type);
		if (reason != null) {
			return name(type) + ", which " + reason;
		}
		String content = contentReason(element, depth + 1);
		return (content != null) ? name(type) + " of " + content : null;
	}

	/** Why what is in a result cannot be followed, with the classes. */
	static @Nullable String reasonWithin(Object container, @Nullable Object content, int depth) {
		if (content == null || depth > DEEPEST_CONTAINER) {
			return null;
		}
		String reason = null;
		ReturnKind kind = ofResult(content.getClass());
		if (kind instanceof UnfollowedReturnKind unfollowed) {
			reason = unfollowed.reason(content, depth + 1);
		}
		else if (kind instanceof ContainerReturnKind<?> inner) {
			reason = inner.reason(content, depth + 1);
		}
		else if (kind != VALUE) {
			String direct = reason(content.getClass());
			reason = (direct != null) ? name(content.getClass()) + ", which " + direct : null;
		}
		return (reason != null) ? name(container.getClass()) + " of " + reason : null;
	}

	/** A class as messages name it. */
	static String name(Class<?> type) {
		if (type.isHidden() && type.getInterfaces().length > 0) {
			return type.getInterfaces()[0].getName();
		}
		return type.isArray() ? "an array" : type.getName();
	}

	private static @Nullable String directReason(Class<?> type) {
		String reason = reason(type);
		return (reason != null && needsReactor(type)) ? reason + NEEDS_REACTOR : reason;
	}

	private static boolean needsReactor(Class<?> type) {
		return !isPresent(REACTOR)
				&& KnownClasses.hierarchy(type).stream().map(Class::getName).anyMatch(REACTIVE::contains);
	}

	private static @Nullable String reason(Class<?> type) {
		String reason = itsOwnReason(type);
		if (reason == null) {
			reason = inheritedReason(type, Iterable.class.isAssignableFrom(type));
		}
		if (reason == null && CompletionStage.class.isAssignableFrom(type)) {
			return ELSEWHERE;
		}
		return (reason == null && ReactiveTypes.adapter(type) != null) ? LAZY : reason;
	}

	private static @Nullable String itsOwnReason(Class<?> type) {
		return (type.isInterface() && type.getPackageName().equals("java.util.function")) ? LAZY
				: UNSUPPORTED_ITSELF.get(type.getName());
	}

	/**
	 * A collection is what it holds, though some can supply themselves as a stream too.
	 */
	private static @Nullable String inheritedReason(@Nullable Class<?> type, boolean collection) {
		if (type == null) {
			return null;
		}
		String reason = (collection && type.getName().equals(SUPPLIER)) ? null : UNSUPPORTED.get(type.getName());
		if (reason == null) {
			reason = inheritedReason(type.getSuperclass(), collection);
		}
		for (Class<?> inherited : type.getInterfaces()) {
			if (reason == null) {
				reason = inheritedReason(inherited, collection);
			}
		}
		return reason;
	}

	/**
	 * Kotlin's {@code Result} is no class of its own at run time. Its compiler ends the
	 * name of a function that returns it with a hash of this signature.
	 */
	private static boolean isKotlinResult(Method method) {
		if (method.getName().indexOf('-') < 0 || method.getReturnType() != Object.class) {
			return false;
		}
		String signature = "_".repeat(method.getParameterCount()) + ":Lkotlin.Result;";
		try {
			byte[] hash = MessageDigest.getInstance("MD5").digest(signature.getBytes(StandardCharsets.UTF_8));
			return method.getName()
				.endsWith("-" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 5)));
		}
		catch (NoSuchAlgorithmException ex) {
			return false;
		}
	}

	private static InvalidCircuitBreakerAnnotationException unsupported(Method method, Class<?> type, String reason) {
		return new InvalidCircuitBreakerAnnotationException(
				"@CircuitBreaker cannot guard %s: %s.".formatted(MethodSignatures.qualified(method, type), reason),
				reason.endsWith(NEEDS_REACTOR)
						? remedy() + " The dependency io.projectreactor:reactor-core lets reactive types be guarded."
						: remedy());
	}

	/**
	 * Loaded where Reactor is there, for the first type that is reactive.
	 */
	private static final class Reactive {

		static final ReturnKind KIND = new ReactiveReturnKind();

	}

	/**
	 * The kinds of results whose methods declare no type that tells, or a container of
	 * one. Loaded with the first of these methods, at start, and all other kinds with it:
	 * its calls may need any, and what is first loaded where the stack ends is lost.
	 */
	private static final class Results {

		static final ReturnKind OBJECT = new ObjectReturnKind();

		private static final ReturnKind ELEMENTS = new UnfollowedReturnKind.Elements();

		/** Are a kind of their own where their content is of one. */
		private static final List<ContainerReturnKind<?>> CONTAINER_KINDS = isPresent(HTTP_ENTITY)
				? List.of(new OptionalReturnKind(), new HttpEntityReturnKind()) : List.of(new OptionalReturnKind());

		static final ClassValue<ReturnKind> KINDS = new ClassValue<>() {

			@Override
			protected ReturnKind computeValue(Class<?> result) {
				ReturnKind container = containerKind(result);
				ReturnKind kind = (container != null) ? container : kind(result, true);
				return (kind == VALUE) ? ofValue(result) : KnownClasses.of(result, kind);
			}

			private static ReturnKind ofValue(Class<?> result) {
				String reason = directReason(result);
				if (reason != null) {
					return new UnfollowedReturnKind.Always(result, reason);
				}
				return UnfollowedReturnKind.Elements.includesElements(result) ? ELEMENTS : VALUE;
			}

		};

		static {
			kinds(false);
		}

		static @Nullable ContainerReturnKind<?> containerKind(Class<?> type) {
			for (ContainerReturnKind<?> container : CONTAINER_KINDS) {
				if (container.includes(type)) {
					return container;
				}
			}
			return null;
		}

	}

}
