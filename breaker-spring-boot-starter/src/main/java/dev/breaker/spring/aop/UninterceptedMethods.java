package dev.breaker.spring.aop;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps which annotated methods have calls that no guard sees, and why. Each is reported:
 * by a warning, or in strict mode as a problem that stops the application. Safe for use
 * by many threads.
 */
final class UninterceptedMethods {

	private static final Logger logger = LoggerFactory.getLogger(UninterceptedMethods.class);

	private final boolean strict;

	private final boolean weaving;

	private final Set<Class<?>> typesWithFinals = ConcurrentHashMap.newKeySet();

	/** By the description of the method. */
	private final Map<String, Set<String>> reasons = new ConcurrentHashMap<>();

	UninterceptedMethods(boolean strict, boolean weaving) {
		this.strict = strict;
		this.weaving = weaving;
	}

	boolean isStrict() {
		return this.strict;
	}

	/** Why calls of a method are not guarded, or {@code null} where all are. */
	@Nullable String reason(GuardedMethod method) {
		Set<String> reasons = this.reasons.get(method.describe());
		return (reasons != null) ? String.join("; ", reasons) : null;
	}

	/**
	 * Adds the methods of a bean that has no guards.
	 * @param beanName the name of the bean
	 * @param type its class
	 * @param defined whether it has a bean definition
	 * @param methods its annotated methods
	 * @param problems takes the problem in strict mode
	 */
	void addUnproxied(String beanName, Class<?> type, boolean defined, List<GuardedMethod> methods,
			Consumer<Problem> problems) {
		String reason = defined ? "was made before circuit breakers were ready, or is no proxy"
				: "was registered as an object (registerSingleton), and such beans are not post-processed";
		String remedy = defined ? "Nothing that beans are post-processed with should depend on it"
				: "Define the bean instead, as with @Bean or registerBean: "
						+ methods.stream().map(GuardedMethod::describe).collect(Collectors.joining(", "));
		methods.stream()
			.filter((method) -> !method.isWoven())
			.forEach((method) -> add(method.describe(), "not proxied: bean '%s' %s".formatted(beanName, reason)));
		report("Bean '%s' of type %s has methods annotated with @CircuitBreaker that are not guarded: it %s."
			.formatted(beanName, type.getName(), reason), remedy, problems);
	}

	/**
	 * Adds the methods of a bean in whose place a test has put an object of its own, on
	 * purpose: nothing is reported.
	 * @param beanName the name of the bean
	 * @param methods its annotated methods
	 */
	void addOverridden(String beanName, List<GuardedMethod> methods) {
		methods.stream()
			.filter((method) -> !method.isWoven())
			.forEach((method) -> add(method.describe(),
					"not proxied: a test has put an object of its own in place of bean '%s'".formatted(beanName)));
		logger.debug("Bean '{}' is not guarded: a test has put an object of its own in its place", beanName);
	}

	/**
	 * Adds the methods of a bean in whose place another object was put, which has no
	 * guards.
	 * @param beanName the name of the bean
	 * @param declared its class
	 * @param replacement the class of the object in its place
	 * @param methods its annotated methods
	 * @param problems takes the problem in strict mode
	 */
	void addReplaced(String beanName, Class<?> declared, Class<?> replacement, List<String> methods,
			Consumer<Problem> problems) {
		methods.forEach((method) -> add(method, "not proxied: a BeanPostProcessor put a %s in place of bean '%s'"
			.formatted(replacement.getName(), beanName)));
		report("Bean '%s' is defined as a %s, whose methods annotated with @CircuitBreaker are not guarded: another BeanPostProcessor has put a %s in its place before circuit breakers were put on it."
			.formatted(beanName, declared.getName(), replacement.getName()),
				"Give that one the order Ordered.LOWEST_PRECEDENCE, and let it wrap beans in postProcessAfterInitialization: "
						+ String.join(", ", methods),
				problems);
	}

	/**
	 * Adds the final methods that an annotated class inherits.
	 * @param type the class
	 * @param methods the methods, at least one
	 * @param problems takes the problem in strict mode
	 */
	void addInheritedFinals(Class<?> type, List<AnnotatedMethod> methods, Consumer<Problem> problems) {
		if (this.strict || this.typesWithFinals.add(type)) {
			String names = methods.stream().map(AnnotatedMethod::describe).sorted().collect(Collectors.joining(", "));
			report("@CircuitBreaker on %s does not hold for the final methods that it inherits, which no proxy can override: %s."
				.formatted(type.getName(), names),
					"Annotate the methods that need a circuit breaker, and not the class", problems);
		}
	}

	private void report(String message, String remedy, Consumer<Problem> problems) {
		if (this.strict) {
			problems.accept(new Problem(message, remedy + "."));
		}
		else {
			logger.warn("{} {}", message, remedy);
		}
	}

	/**
	 * Adds calls that objects make on themselves. All that are new are in one warning.
	 * @param calls the calls
	 * @param problems takes the problems in strict mode
	 */
	void addSelfInvoked(Collection<SelfInvocation> calls, Consumer<Problem> problems) {
		Set<String> added = new TreeSet<>();
		for (SelfInvocation call : calls) {
			boolean isNew = add(call.called(), "self-invoked: %s calls it (%s)".formatted(call.caller(), call.place()));
			if (this.strict) {
				problems.accept(new Problem(
						"@CircuitBreaker does nothing for a call of %s: %s, and a call inside of one object does not go through its proxy."
							.formatted(call.called(), call.describe()),
						"Call the method through another bean: move one of the two. Or %s, which guards such calls too."
							.formatted(weavingRemedy())));
			}
			else if (isNew) {
				added.add(call.describe());
			}
		}
		if (!added.isEmpty()) {
			logger.warn(
					"These calls of methods with @CircuitBreaker are not guarded, since they are made inside of one object and do not go through its proxy: {}. Call the methods through another bean, or {}",
					String.join(", ", added), weavingRemedy());
		}
	}

	/** In mode aspectj it is told of separately why a method is not woven. */
	private String weavingRemedy() {
		return this.weaving
				? "let the called methods be woven: repeat @CircuitBreaker on one that only overrides or implements an annotated method, and weave the classes of the others"
				: "set %s=aspectj".formatted(BreakerProperties.MODE);
	}

	private boolean add(String method, String reason) {
		return this.reasons.computeIfAbsent(method, (newMethod) -> new ConcurrentSkipListSet<>()).add(reason);
	}

}
