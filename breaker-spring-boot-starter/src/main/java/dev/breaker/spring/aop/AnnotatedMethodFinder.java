package dev.breaker.spring.aop;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.KotlinDetector;
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
 * has; neither for the method that is the fallback, nor for {@link CallbackMethods}, nor
 * for methods that {@link Unguarded} leaves out. The default methods of a client
 * interface are among them unless they reach the others through the guarded proxy itself,
 * and are no calls.
 */
final class AnnotatedMethodFinder {

	private final boolean weaving;

	private final Consumer<Problem> problems;

	private AnnotatedMethodFinder(boolean weaving, Consumer<Problem> problems) {
		this.weaving = weaving;
		this.problems = problems;
	}

	/**
	 * Finds the annotated methods.
	 * @param subject has the methods
	 * @param weaving whether methods that are woven are guarded in their bodies
	 * @param problems takes what annotations ask for and cannot have
	 */
	static List<AnnotatedMethod> of(Subject subject, boolean weaving, Consumer<Problem> problems) {
		AnnotatedMethodFinder finder = new AnnotatedMethodFinder(weaving, problems);
		List<AnnotatedMethod> found = new ArrayList<>();
		if (subject.type() != null) {
			found.addAll(finder.ofClass(subject.type()));
		}
		for (Class<?> type : subject.interfaces()) {
			found.addAll(finder.ofInterface(type, subject.guardsDefaults()));
		}
		return found;
	}

	/**
	 * Finds the methods that {@link Unguarded} leaves out of an annotation on their type,
	 * or on what they override, with that annotation.
	 * @param subject has the methods
	 */
	static List<AnnotatedMethod> leftOut(Subject subject) {
		AnnotatedMethodFinder finder = new AnnotatedMethodFinder(false, (problem) -> {
		});
		List<AnnotatedMethod> found = new ArrayList<>();
		if (subject.type() != null) {
			found.addAll(finder.leftOutOf(subject.type()));
		}
		for (Class<?> type : subject.interfaces()) {
			found.addAll(finder.leftOutOf(type));
		}
		return found;
	}

	/**
	 * Finds the final methods that an annotated class inherits, which the annotation
	 * would hold for.
	 * @param subject has the methods
	 * @param weaving whether methods that are woven are guarded in their bodies
	 */
	static List<AnnotatedMethod> inheritedFinals(Subject subject, boolean weaving) {
		Class<?> type = subject.type();
		if (type == null || annotated(type) == null) {
			return List.of();
		}
		AnnotatedMethodFinder finder = new AnnotatedMethodFinder(weaving, (problem) -> {
		});
		List<AnnotatedMethod> found = new ArrayList<>();
		MethodIntrospector
			.selectMethods(type,
					(Method method) -> (finder.isInheritedFinal(method, type) && finder.onMethod(method, type) == null)
							? finder.onTypeOf(method, type) : null)
			.forEach((method, declared) -> found.add(declared.on(method, type, false)));
		return found;
	}

	private Collection<AnnotatedMethod> leftOutOf(Class<?> type) {
		Map<Method, AnnotatedMethod> found = new LinkedHashMap<>();
		MethodIntrospector.selectMethods(type, (Method method) -> leftOutOf(method, type))
			.forEach((method, declared) -> {
				Method real = BridgeMethodResolver.findBridgedMethod(method);
				found.putIfAbsent(real, declared.on(real, type, false));
			});
		return found.values();
	}

	private @Nullable Declared leftOutOf(Method candidate, Class<?> type) {
		Method method = BridgeMethodResolver.findBridgedMethod(candidate);
		OnMethod onMethod = onMethod(method, type);
		if (onMethod == null || onMethod.declared != null) {
			return null;
		}
		Declared onType = type.isInterface() ? onInterfaceWith(method, type)
				: nearest(type, SearchStrategy.SUPERCLASS, method, type);
		if (onType == null && !type.isInterface()) {
			onType = onInterfaceOf(method, type);
		}
		return (onType != null) ? onType : nearest(method, SearchStrategy.TYPE_HIERARCHY, method, type);
	}

	private Collection<AnnotatedMethod> ofClass(Class<?> type) {
		Map<Method, AnnotatedMethod> found = new LinkedHashMap<>();
		Map<Method, Declared> annotated = MethodIntrospector.selectMethods(type,
				(Method method) -> inspect(method, type));
		for (Map.Entry<Method, Declared> each : annotated.entrySet()) {
			Method real = BridgeMethodResolver.findBridgedMethod(each.getKey());
			found.putIfAbsent(real, each.getValue().on(real, type, isWoven(real)));
		}
		if (found.isEmpty()) {
			refuseFactoryMethods(type);
		}
		return found.values();
	}

	private @Nullable Declared inspect(Method candidate, Class<?> type) {
		Method method = BridgeMethodResolver.findBridgedMethod(candidate);
		OnMethod onMethod = onMethod(method, type);
		if (onMethod != null) {
			return (onMethod.declared != null && isAdvisable(method, type) && isCalledByProxy(method, type))
					? onMethod.declared : null;
		}
		Declared onType = onTypeOf(method, type);
		return (onType != null && !isInheritedFinal(method, type) && isAdvisable(method, type)) ? onType : null;
	}

	/** What holds for a method without an annotation by one on a type. */
	private @Nullable Declared onTypeOf(Method method, Class<?> type) {
		if (!Modifier.isPublic(method.getModifiers()) || Modifier.isStatic(method.getModifiers())
				|| ReflectionUtils.isObjectMethod(method)) {
			return null;
		}
		Declared onType = nearest(type, SearchStrategy.SUPERCLASS, method, type);
		if (onType == null) {
			onType = onInterfaceOf(method, type);
		}
		return (onType == null || MethodSignatures.isNamed(method, onType.annotation().fallbackMethod())
				|| CallbackMethods.include(method, type)) ? null : onType;
	}

	/**
	 * Whether a method is final and inherited by the class that bears the annotation,
	 * which can neither change it nor leave it out.
	 */
	private boolean isInheritedFinal(Method method, Class<?> type) {
		if (!Modifier.isFinal(method.getModifiers()) || isWoven(method)) {
			return false;
		}
		Class<?> annotated = annotated(type);
		Class<?> declaring = method.getDeclaringClass();
		return annotated != null && declaring != annotated && declaring.isAssignableFrom(annotated);
	}

	private @Nullable Declared onInterfaceOf(Method method, Class<?> type) {
		List<Class<?>> declaring = new ArrayList<>();
		for (Class<?> inherited : CallbackMethods.interfaces(type)) {
			if (isAnnotated(inherited) && CallbackMethods.declares(inherited, method, type)) {
				declaring.add(inherited);
			}
		}
		return onOneOf(declaring, method, type);
	}

	/** Of interfaces that extend each other the most specific one holds. */
	private @Nullable Declared onOneOf(List<Class<?>> interfaces, Method method, Class<?> type) {
		Declared found = null;
		for (Class<?> candidate : interfaces) {
			boolean extended = interfaces.stream()
				.anyMatch((other) -> other != candidate && candidate.isAssignableFrom(other));
			Declared annotation = extended ? null : nearest(candidate, SearchStrategy.DIRECT, method, type);
			if (found != null && annotation != null) {
				requireEqual(found.annotation(), annotation.annotation(), method, type);
			}
			found = (found != null) ? found : annotation;
		}
		return found;
	}

	private List<AnnotatedMethod> ofInterface(Class<?> type, boolean guardsDefaults) {
		List<AnnotatedMethod> found = new ArrayList<>();
		Method[] methods = type.getMethods();
		for (Method method : methods) {
			if (Modifier.isStatic(method.getModifiers()) || method.isBridge()
					|| Arrays.stream(methods).anyMatch((other) -> GuardedMethod.redeclares(other, method, type))) {
				continue;
			}
			OnMethod onMethod = onMethod(method, type);
			Declared annotation = (onMethod != null) ? onMethod.declared : null;
			if (onMethod == null && (guardsDefaults || !method.isDefault()) && !ReflectionUtils.isObjectMethod(method)
					&& !CallbackMethods.include(method, type)) {
				annotation = onInterfaceWith(method, type);
			}
			if (annotation != null) {
				// One on the interface holds for default methods as the proxy runs them.
				found.add(annotation.on(method, type, onMethod != null && isWoven(method)));
			}
		}
		return found;
	}

	private @Nullable Declared onInterfaceWith(Method method, Class<?> type) {
		List<Class<?>> declaring = new ArrayList<>();
		for (Class<?> candidate : CallbackMethods.interfaces(type)) {
			if (isAnnotated(candidate)
					&& ClassUtils.hasMethod(candidate, method.getName(), method.getParameterTypes())) {
				declaring.add(candidate);
			}
		}
		Declared annotation = onOneOf(declaring, method, type);
		return (annotation != null && MethodSignatures.isNamed(method, annotation.annotation().fallbackMethod())) ? null
				: annotation;
	}

	/**
	 * What holds for a method by an annotation on it: one on the method of a class, or
	 * inherited from a class, before one on the method of an interface. Of two that
	 * contradict each other the nearer one holds.
	 */
	private @Nullable OnMethod onMethod(Method method, Class<?> type) {
		OnMethod found = onMethod(MergedAnnotations.from(method, SearchStrategy.SUPERCLASS), method, type);
		if (found == null) {
			found = onMethod(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY), method, type);
		}
		return (found != null) ? found : onImplemented(method, type);
	}

	private @Nullable OnMethod onMethod(MergedAnnotations annotations, Method method, Class<?> type) {
		List<MergedAnnotation<CircuitBreaker>> all = all(annotations);
		MergedAnnotation<CircuitBreaker> guarded = nearest(all);
		MergedAnnotation<Unguarded> unguarded = annotations.get(Unguarded.class);
		if (guarded.isPresent() && unguarded.isPresent()) {
			int nearer = Integer.compare(guarded.getAggregateIndex(), unguarded.getAggregateIndex());
			if (nearer == 0) {
				this.problems.accept(new Problem(
						"%s has both @CircuitBreaker and @Unguarded."
							.formatted(MethodSignatures.qualified(method, type)),
						"Take one of them away: @Unguarded leaves a method out of an annotation on its type."));
			}
			if (nearer >= 0) {
				return OnMethod.UNGUARDED;
			}
		}
		if (guarded.isPresent()) {
			return new OnMethod(onlyOne(guarded, all, method, type));
		}
		return unguarded.isPresent() ? OnMethod.UNGUARDED : null;
	}

	/**
	 * What stands on the method of an interface that an inherited method implements,
	 * although the class which declares it does not.
	 */
	private @Nullable OnMethod onImplemented(Method method, Class<?> type) {
		Class<?> declaring = method.getDeclaringClass();
		if (declaring == type || declaring.isInterface()) {
			return null;
		}
		Map<Class<?>, Method> implemented = new LinkedHashMap<>();
		for (Class<?> inherited : CallbackMethods.interfaces(type)) {
			for (Method candidate : inherited.getDeclaredMethods()) {
				if (!inherited.isAssignableFrom(declaring) && !candidate.isBridge()
						&& candidate.getName().equals(method.getName())
						&& AopUtils.getMostSpecificMethod(candidate, type).equals(method)) {
					implemented.put(inherited, candidate);
				}
			}
		}
		OnMethod found = null;
		for (Map.Entry<Class<?>, Method> each : implemented.entrySet()) {
			boolean extended = implemented.keySet()
				.stream()
				.anyMatch((other) -> other != each.getKey() && each.getKey().isAssignableFrom(other));
			OnMethod other = extended ? null : onMethod(
					MergedAnnotations.from(each.getValue(), SearchStrategy.TYPE_HIERARCHY), each.getValue(), type);
			if (found != null && other != null && found.declared != null && other.declared != null) {
				requireEqual(found.declared.annotation(), other.declared.annotation(), method, type);
			}
			found = (found != null) ? found : other;
		}
		return found;
	}

	private @Nullable Declared nearest(AnnotatedElement element, SearchStrategy strategy, Method method,
			Class<?> type) {
		List<MergedAnnotation<CircuitBreaker>> all = all(MergedAnnotations.from(element, strategy));
		MergedAnnotation<CircuitBreaker> nearest = nearest(all);
		return nearest.isPresent() ? onlyOne(nearest, all, method, type) : null;
	}

	/** The nearest class that bears the annotation. */
	private static @Nullable Class<?> annotated(Class<?> type) {
		Class<?> annotated = type;
		while (annotated != null && !isAnnotated(annotated)) {
			annotated = annotated.getSuperclass();
		}
		return annotated;
	}

	private static boolean isAnnotated(Class<?> type) {
		return MergedAnnotations.from(type).isPresent(CircuitBreaker.class);
	}

	/**
	 * The annotation of the nearest element, there the least composed one. Of methods of
	 * interfaces the most specific interface is the nearest.
	 */
	private static MergedAnnotation<CircuitBreaker> nearest(List<MergedAnnotation<CircuitBreaker>> all) {
		MergedAnnotation<CircuitBreaker> nearest = MergedAnnotation.missing();
		for (MergedAnnotation<CircuitBreaker> candidate : all) {
			if (!nearest.isPresent() || isMoreSpecific(candidate, nearest)) {
				nearest = candidate;
			}
		}
		return nearest;
	}

	private static List<MergedAnnotation<CircuitBreaker>> all(MergedAnnotations annotations) {
		List<MergedAnnotation<CircuitBreaker>> all = new ArrayList<>();
		annotations.stream(CircuitBreaker.class).forEach(all::add);
		if (all.size() > 1) {
			all.sort(Comparator.<MergedAnnotation<CircuitBreaker>>comparingInt(MergedAnnotation::getAggregateIndex)
				.thenComparingInt(MergedAnnotation::getDistance));
		}
		return all;
	}

	/** Reports others that are as near and say something else. */
	private Declared onlyOne(MergedAnnotation<CircuitBreaker> nearest, List<MergedAnnotation<CircuitBreaker>> all,
			Method method, Class<?> type) {
		CircuitBreaker annotation = nearest.synthesize();
		for (MergedAnnotation<CircuitBreaker> other : all) {
			if (other != nearest && isAsNear(other, nearest)) {
				requireEqual(annotation, other.synthesize(), method, type);
			}
		}
		return new Declared(annotation, Objects.requireNonNull(nearest.getSource()));
	}

	private static boolean isAsNear(MergedAnnotation<CircuitBreaker> other, MergedAnnotation<CircuitBreaker> nearest) {
		if (other.getAggregateIndex() == nearest.getAggregateIndex()) {
			return other.getDistance() == nearest.getDistance();
		}
		return isInterface(nearest) && isInterface(other) && !declaredBy(other).isAssignableFrom(declaredBy(nearest));
	}

	private static boolean isMoreSpecific(MergedAnnotation<CircuitBreaker> one,
			MergedAnnotation<CircuitBreaker> other) {
		return isInterface(one) && isInterface(other) && declaredBy(one) != declaredBy(other)
				&& declaredBy(other).isAssignableFrom(declaredBy(one));
	}

	private static boolean isInterface(MergedAnnotation<CircuitBreaker> annotation) {
		return declaredBy(annotation).isInterface();
	}

	private static Class<?> declaredBy(MergedAnnotation<CircuitBreaker> annotation) {
		return (annotation.getSource() instanceof Method method) ? method.getDeclaringClass()
				: (Class<?>) Objects.requireNonNull(annotation.getSource());
	}

	private void requireEqual(CircuitBreaker one, CircuitBreaker other, Method method, Class<?> type) {
		if (!one.equals(other)) {
			this.problems.accept(new Problem(
					"%s has two circuit breakers that are equally near, and a call goes to one: %s and %s."
						.formatted(MethodSignatures.qualified(method, type), describe(one), describe(other)),
					"Annotate the method itself with @CircuitBreaker, which wins over inherited and composed annotations, or take one of the two away."));
		}
	}

	private static String describe(CircuitBreaker annotation) {
		return "\"%s\"%s%s".formatted(annotation.name(),
				annotation.fallbackMethod().isEmpty() ? ""
						: " with fallbackMethod \"" + annotation.fallbackMethod() + "\"",
				annotation.key().isEmpty() ? "" : " with key \"" + annotation.key() + "\"");
	}

	private boolean isAdvisable(Method method, Class<?> type) {
		String factory = CallbackMethods.factory(method, type);
		if (factory != null) {
			this.problems.accept(new Problem(
					"@CircuitBreaker on %s would guard the making of the bean, and none of its calls: the method %s."
						.formatted(MethodSignatures.qualified(method, type), factory),
					"Annotate the class of the bean, its interface or its methods; for a class of a library, call CircuitBreakerRegistry.get(name).call(...) where it is used."));
			return false;
		}
		if (isWoven(method)) {
			return true;
		}
		int modifiers = method.getModifiers();
		String modifier = Modifier.isPrivate(modifiers) ? "private"
				: Modifier.isStatic(modifiers) ? "static" : Modifier.isFinal(modifiers) ? "final" : null;
		if (modifier == null) {
			return true;
		}
		if (this.weaving && !KotlinDetector.isSuspendingFunction(method)) {
			this.problems.accept(new Problem(
					"@CircuitBreaker would do nothing for %s: the method is %s, so that a proxy cannot override it, and it is not woven."
						.formatted(MethodSignatures.qualified(method, type), modifier),
					"Weave its class: include it in META-INF/aop.xml and start with -javaagent:aspectjweaver.jar, or weave it when it is built."));
			return false;
		}
		this.problems.accept(new Problem(
				"@CircuitBreaker would do nothing for %s: the method is %s, and a proxy cannot override it."
					.formatted(MethodSignatures.qualified(method, type), modifier),
				"Make the method one that can be overridden, and call it from another bean; or take the annotation away (@Unguarded leaves a method out of one on its type) and call CircuitBreakerRegistry.get(name).call(...) where the work is done."));
		return false;
	}

	private boolean isCalledByProxy(Method method, Class<?> type) {
		if (isWoven(method) || !CallbackMethods.isCalledOnTarget(method, type)) {
			return true;
		}
		this.problems.accept(new Problem(
				"@CircuitBreaker would do nothing for %s: the container calls the method on the object itself while it makes or destroys the bean, and not through its proxy."
					.formatted(MethodSignatures.qualified(method, type)),
				"Annotate a method of another bean, and call that one here; or call CircuitBreakerRegistry.get(name).call(...) where the work is done."));
		return false;
	}

	private boolean isWoven(Method method) {
		// The body of a suspending function runs anew after each suspension.
		return this.weaving && !KotlinDetector.isSuspendingFunction(method) && WovenBodies.include(method);
	}

	/** Refuses an annotation on a type that does nothing but make beans. */
	private void refuseFactoryMethods(Class<?> type) {
		if (!MergedAnnotations.from(type, SearchStrategy.SUPERCLASS).isPresent(CircuitBreaker.class)) {
			return;
		}
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (CallbackMethods.factory(method, type) != null) {
				this.problems.accept(new Problem(
						"@CircuitBreaker on %s would do nothing: its methods make beans, and calls of those are not calls of it."
							.formatted(type.getName()),
						"Annotate the classes of the beans, their interfaces or their methods."));
				return;
			}
		}
	}

	/**
	 * An annotation and where it stands.
	 *
	 * @param annotation the annotation
	 * @param element the method or type that bears it
	 */
	private record Declared(CircuitBreaker annotation, Object element) {

		AnnotatedMethod on(Method method, Class<?> type, boolean woven) {
			return new AnnotatedMethod(method, type, this.annotation, declaration(method, type), woven);
		}

		/**
		 * The method that bears the annotation, or that a type which bears it has: one
		 * that others override or implement.
		 */
		private Method declaration(Method method, Class<?> type) {
			if (this.element instanceof Method annotated) {
				return BridgeMethodResolver.findBridgedMethod(annotated);
			}
			Class<?> annotated = (Class<?>) this.element;
			if (annotated == method.getDeclaringClass()) {
				return method;
			}
			for (Method candidate : annotated.getMethods()) {
				if (!candidate.isBridge() && candidate.getName().equals(method.getName())
						&& isOf(candidate, method, type)) {
					return candidate;
				}
			}
			return method;
		}

		private static boolean isOf(Method candidate, Method method, Class<?> type) {
			if (type.isInterface()) {
				return candidate.equals(method) || GuardedMethod.redeclares(method, candidate, type);
			}
			return AopUtils.getMostSpecificMethod(candidate, type).equals(method);
		}

	}

	/**
	 * What holds for a method by an annotation on it.
	 *
	 * @param declared its annotation, or {@code null} where the method is left out
	 */
	private record OnMethod(@Nullable Declared declared) {

		static final OnMethod UNGUARDED = new OnMethod(null);

	}

}
