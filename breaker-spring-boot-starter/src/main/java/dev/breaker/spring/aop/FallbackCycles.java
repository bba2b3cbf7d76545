package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;

/**
 * Finds guarded methods that are each other's fallback: a call would not end while all of
 * their breakers refuse.
 */
final class FallbackCycles {

	private final Function<String, List<GuardedMethod>> ofBean;

	private final Consumer<Problem> problems;

	/** Methods from which no other cycle than a reported one can be reached. */
	private final Set<Method> done = new HashSet<>();

	private FallbackCycles(Function<String, List<GuardedMethod>> ofBean, Consumer<Problem> problems) {
		this.ofBean = ofBean;
		this.problems = problems;
	}

	/**
	 * Finds each cycle, once.
	 * @param beans the guarded methods of each bean
	 * @param ofBean the guarded methods of a bean by its name
	 * @param problems takes the cycles
	 */
	static void find(Collection<List<GuardedMethod>> beans, Function<String, List<GuardedMethod>> ofBean,
			Consumer<Problem> problems) {
		FallbackCycles cycles = new FallbackCycles(ofBean, problems);
		for (List<GuardedMethod> methods : beans) {
			for (GuardedMethod method : methods) {
				cycles.walk(method, methods, new ArrayList<>());
			}
		}
	}

	/**
	 * Goes on from a method.
	 * @param bean the guarded methods of its bean
	 * @param path the methods that lead to it
	 */
	private void walk(GuardedMethod method, List<GuardedMethod> bean, List<GuardedMethod> path) {
		for (int i = 0; i < path.size(); i++) {
			if (path.get(i).method().equals(method.method())) {
				report(path.subList(i, path.size()));
				return;
			}
		}
		FallbackMethod fallback = method.fallback();
		if (fallback != null && !this.done.contains(method.method())) {
			path.add(method);
			String other = fallback.otherBean();
			List<GuardedMethod> candidates = (other != null) ? this.ofBean.apply(other) : bean;
			for (GuardedMethod next : candidates) {
				if (isCalledGuarded(next, other != null) && fallback.methods().stream().anyMatch(next::is)) {
					walk(next, candidates, path);
				}
			}
			path.remove(path.size() - 1);
		}
		this.done.add(method.method());
	}

	/** On its own object, a fallback runs behind the proxy. */
	private static boolean isCalledGuarded(GuardedMethod method, boolean ofOtherBean) {
		return ofOtherBean || method.isWoven() || method.type().isInterface();
	}

	private void report(List<GuardedMethod> cycle) {
		String methods = Stream.concat(cycle.stream(), Stream.of(cycle.get(0)))
			.map(GuardedMethod::describe)
			.collect(Collectors.joining(" -> "));
		this.problems.accept(new Problem(
				"Fallbacks lead back to where they come from, so that a call would not end while all of their circuit breakers refuse: %s."
					.formatted(methods),
				"Let the last of them have no fallback, or one without @CircuitBreaker."));
	}

}
