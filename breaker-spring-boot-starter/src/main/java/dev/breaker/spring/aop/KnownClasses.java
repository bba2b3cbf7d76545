package dev.breaker.spring.aop;

import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * The classes by which callers may know a result whose method declares no type that
 * tells. What they are given instead has to be of each of these.
 */
final class KnownClasses {

	static final String IRREPLACEABLE = "a circuit breaker cannot replace by one that it follows";

	/** Public for their libraries alone. */
	private static final List<String> INTERNAL = List.of("reactor.core.publisher.FluxOperator",
			"reactor.core.publisher.MonoOperator", "io.reactivex.rxjava3.internal.", "io.smallrye.mutiny.operators.",
			"kotlinx.coroutines.flow.internal.", "kotlinx.coroutines.flow.CancellableFlow");

	private KnownClasses() {
	}

	/**
	 * How results of a class are followed.
	 * @param kind the kind of the class
	 */
	static ReturnKind of(Class<?> result, ReturnKind kind) {
		Class<?> given = kind.given(result);
		if (given == null) {
			return kind;
		}
		ReturnKind handedOn = CompletionStage.class.isAssignableFrom(result) ? new UnfollowedReturnKind.Observed()
				: new UnfollowedReturnKind.Always(result, IRREPLACEABLE);
		Set<String> packages = new HashSet<>();
		for (Class<?> known : hierarchy(result)) {
			boolean ofKind = kind.includesResult(known) || Future.class.isAssignableFrom(known);
			if (ofKind && isNamed(known) && !known.isAssignableFrom(given)) {
				if (isVisibleToAll(known)) {
					return handedOn;
				}
				if (!known.getPackageName().equals(given.getPackageName())) {
					packages.add(known.getPackageName());
				}
			}
		}
		ReturnKind followed = kind;
		for (String packageName : packages) {
			followed = new UnfollowedReturnKind.InPackage(packageName, handedOn, followed);
		}
		return followed;
	}

	/** A class with all its superclasses and interfaces. */
	static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> hierarchy = new LinkedHashSet<>();
		collect(type, hierarchy);
		return hierarchy;
	}

	private static void collect(@Nullable Class<?> type, Set<Class<?>> hierarchy) {
		if (type != null && hierarchy.add(type)) {
			collect(type.getSuperclass(), hierarchy);
			for (Class<?> inherited : type.getInterfaces()) {
				collect(inherited, hierarchy);
			}
		}
	}

	/** Whether code can name it: not that of a lambda, or of an anonymous class. */
	private static boolean isNamed(Class<?> type) {
		String name = type.getName();
		boolean ofCoroutines = name.startsWith("kotlinx.coroutines.") && !type.isInterface();
		return !type.isHidden() && !type.isSynthetic() && !ofCoroutines
				&& !Character.isDigit(name.charAt(name.lastIndexOf('$') + 1))
				&& INTERNAL.stream().noneMatch(name::startsWith);
	}

	private static boolean isVisibleToAll(Class<?> type) {
		return Modifier.isPublic(type.getModifiers()) && type.getModule().isExported(type.getPackageName());
	}

}
