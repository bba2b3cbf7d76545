package dev.breaker.spring.fallback;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.KotlinDetector;
import org.springframework.util.ClassUtils;

/**
 * Finds what a {@code fallbackMethod} names, and refuses what cannot run. Two methods
 * that take the same class of throwables are ambiguous, also where one takes the guarded
 * method's arguments and the other none; one that takes no throwable runs for each that
 * no other takes.
 */
public final class FallbackResolver {

	private static final String OTHER_BEAN = "::";

	private final ConfigurableListableBeanFactory beanFactory;

	private final FallbackListener listener;

	/**
	 * Makes a resolver.
	 * @param beanFactory has the beans that {@code bean::method} may name
	 * @param listeners are told of each fallback that runs
	 */
	public FallbackResolver(ConfigurableListableBeanFactory beanFactory, ObjectProvider<FallbackListener> listeners) {
		this.beanFactory = beanFactory;
		this.listener = new FallbackNotifier(listeners);
	}

	/**
	 * Finds the fallback of a guarded method.
	 * @param name the breaker's name
	 * @param guarded the guarded method
	 * @param type the class whose method it is, or the interface of a proxy that has no
	 * class behind it
	 * @param fallbackMethod what the annotation says
	 * @param kind how the guarded method gives its result
	 * @return the fallback
	 * @throws InvalidCircuitBreakerAnnotationException if there is none that fits; of
	 * another bean, {@link FallbackMethod#resolve()} throws it
	 */
	public FallbackMethod resolve(String name, Method guarded, Class<?> type, String fallbackMethod,
			FallbackResult kind) {
		int separator = fallbackMethod.indexOf(OTHER_BEAN);
		if (separator < 0) {
			Request request = new Request(guarded, type, kind, fallbackMethod, fallbackMethod, type, null);
			Map<Method, String> ignored = new LinkedHashMap<>();
			List<Overload> overloads = overloads(request, ignored);
			return new FallbackMethod(name, guarded, kind, () -> overloads, Receiver.sameObject(type), this.listener,
					null, ignored);
		}
		String bean = fallbackMethod.substring(0, separator).trim();
		String method = fallbackMethod.substring(separator + OTHER_BEAN.length()).trim();
		if (bean.isEmpty() || method.isEmpty()) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The fallbackMethod \"" + fallbackMethod + "\" of " + MethodSignatures.qualified(guarded, type)
							+ " is incomplete.",
					"Write bean::method, with the name of the bean before the colons and that of its method after them.");
		}
		// Later, since the types of other beans are not all known while beans are made.
		return new FallbackMethod(name, guarded, kind,
				() -> overloads(
						new Request(guarded, type, kind, fallbackMethod, method, typeOf(bean, guarded, type), bean),
						new LinkedHashMap<>()),
				Receiver.bean(this.beanFactory, bean), this.listener, bean, Map.of());
	}

	private Class<?> typeOf(String bean, Method guarded, Class<?> type) {
		Class<?> beanType = this.beanFactory.containsBean(bean)
				? AutoProxyUtils.determineTargetClass(this.beanFactory, bean) : null;
		if (beanType == null) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The fallbackMethod of %s names the bean '%s', and there is no such bean."
						.formatted(MethodSignatures.qualified(guarded, type), bean),
					"Define a bean of that name, or correct the name before the colons.");
		}
		return ClassUtils.getUserClass(beanType);
	}

	/**
	 * Finds the methods that may run.
	 * @param ignored gets those of the same name that do not fit, and why
	 */
	private List<Overload> overloads(Request request, Map<Method, String> ignored) {
		List<Overload> overloads = new ArrayList<>();
		NearMisses nearMisses = new NearMisses();
		boolean itself = false;
		for (Method candidate : CandidateFinder.of(request.searched)) {
			SignatureMatch match = request.match(candidate);
			if (!MethodSignatures.isNamed(candidate, request.method)) {
				nearMisses.addOtherName(candidate, match, request.method);
			}
			else if (request.isGuarded(candidate)) {
				itself = true;
			}
			else if (match.mismatch() != null) {
				nearMisses.add(candidate, match.mismatch());
			}
			else {
				requireNoOtherChecked(candidate, request);
				Method invoked = invoked(candidate, request);
				if (invoked != null) {
					overloads.add(overload(invoked, match, request));
				}
				else {
					nearMisses.add(candidate, "the bean is proxied by its interfaces, and none of them has it");
				}
			}
		}
		if (overloads.isEmpty()) {
			throw (isName(request.method) || nearMisses.hasNamed(request.method)) ? unfit(request, nearMisses, itself)
					: unnamed(request);
		}
		overloads.sort(Comparator.comparingInt(Overload::depth).reversed());
		refuseAmbiguity(overloads, request);
		ignored.putAll(nearMisses.named(request.method, request.searched));
		return overloads;
	}

	/** The method of another bean's proxy that leads to the candidate. */
	private @Nullable Method invoked(Method candidate, Request request) {
		Class<?> proxy = (request.bean != null) ? this.beanFactory.getType(request.bean) : null;
		if (proxy == null || !Proxy.isProxyClass(proxy) || candidate.getDeclaringClass().isAssignableFrom(proxy)) {
			return candidate;
		}
		for (Class<?> exposed : proxy.getInterfaces()) {
			for (Method method : exposed.getMethods()) {
				if (AopUtils.getMostSpecificMethod(method, request.searched).equals(candidate)) {
					return method;
				}
			}
		}
		return null;
	}

	private static Overload overload(Method candidate, SignatureMatch match, Request request) {
		try {
			return Overload.of(candidate, match, request.guarded,
					request.bean == null && request.searched.isInterface());
		}
		catch (IllegalAccessException | InaccessibleObjectException ex) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The fallback %s cannot be accessed: %s".formatted(candidate, ex.getMessage()),
					"Open its package to the module dev.breaker.spring.");
		}
	}

	private static void refuseAmbiguity(List<Overload> overloads, Request request) {
		for (int i = 0; i < overloads.size(); i++) {
			for (int j = i + 1; j < overloads.size(); j++) {
				Class<?> throwable = overloads.get(i).throwable();
				if (throwable == overloads.get(j).throwable()) {
					throw new InvalidCircuitBreakerAnnotationException(
							"%s is ambiguous: these two run for %s%n%n    %s%n    %s".formatted(request.describe(),
									(throwable != null) ? "the same " + throwable.getSimpleName()
											: "whatever is thrown, as neither takes a Throwable",
									MethodSignatures.declaration(overloads.get(i).method(), request.searched),
									MethodSignatures.declaration(overloads.get(j).method(), request.searched)),
							"Remove one of them, or let them take different exceptions.");
				}
			}
		}
	}

	/**
	 * What a fallback throws reaches the caller, and the compiler lets a caller catch the
	 * checked exceptions of the guarded method alone; a stage carries any.
	 */
	private static void requireNoOtherChecked(Method candidate, Request request) {
		if (request.kind.carriesExceptions() || KotlinDetector.isKotlinType(request.type)) {
			return;
		}
		List<Class<?>> declared = MethodSignatures.exceptionTypes(request.guarded, request.type);
		for (Class<?> thrown : MethodSignatures.exceptionTypes(candidate, request.searched)) {
			boolean unchecked = RuntimeException.class.isAssignableFrom(thrown) || Error.class.isAssignableFrom(thrown);
			if (!unchecked && declared.stream().noneMatch((type) -> type.isAssignableFrom(thrown))) {
				throw new InvalidCircuitBreakerAnnotationException(
						"%s declares the checked %s, which the guarded method does not, so that its callers cannot catch it:%n%n    guarded:  %s%n    fallback: %s"
							.formatted(request.describe(), thrown.getName(),
									MethodSignatures.declarationWithExceptions(request.guarded, request.type),
									MethodSignatures.declarationWithExceptions(candidate, request.searched)),
						"Let the fallback throw an unchecked exception instead, or declare %s at the guarded method too."
							.formatted(thrown.getSimpleName()));
			}
		}
	}

	/**
	 * Of what cannot be the name of a method in Java, unless there is one, as there may
	 * be in Kotlin.
	 */
	private InvalidCircuitBreakerAnnotationException unnamed(Request request) {
		String plain = plainName(request.method);
		boolean exists = CandidateFinder.of(request.searched)
			.stream()
			.anyMatch((candidate) -> MethodSignatures.isNamed(candidate, plain));
		int dot = (request.bean == null) ? request.method.indexOf('.') : -1;
		String other = (dot > 0) ? request.method.substring(0, dot).strip() : "";
		String written = exists ? plain
				: this.beanFactory.containsBean(other) ? other + OTHER_BEAN + plain : "payLater";
		String start = (request.bean != null && !written.contains(OTHER_BEAN)) ? request.bean + OTHER_BEAN : "";
		return new InvalidCircuitBreakerAnnotationException(request.describe()
				+ " is not the name of a method: a fallback is named by its plain name, without parentheses, parameters, blanks or a class.",
				(written.endsWith(plain) ? "Write \"" + start + written + "\"."
						: "Write the name alone, such as \"" + start + written + "\".")
						+ " The method of another bean is bean::method.");
	}

	private static boolean isName(String method) {
		return !method.isEmpty() && Character.isJavaIdentifierStart(method.charAt(0))
				&& method.chars().allMatch(Character::isJavaIdentifierPart);
	}

	/** What was probably meant. */
	private static String plainName(String method) {
		int parameters = method.indexOf('(');
		String name = ((parameters >= 0) ? method.substring(0, parameters) : method).strip();
		return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('#')) + 1).strip();
	}

	private static InvalidCircuitBreakerAnnotationException unfit(Request request, NearMisses nearMisses,
			boolean itself) {
		StringBuilder message = new StringBuilder(request.describe())
			.append(itself ? " names the guarded method, which cannot be its own fallback, and no other method of "
					: " names no method of ")
			.append(request.searched.getName())
			.append(" that fits. One of these would:")
			.append(System.lineSeparator());
		List<String> all = MethodSignatures.expected(request.guarded, request.type, request.method);
		// The first has the parameters of the guarded method, and is that where it has
		// its name
		for (String expected : itself ? all.subList(1, all.size()) : all) {
			message.append(System.lineSeparator()).append("    ").append(expected);
		}
		String plain = MethodSignatures.plainValue(request.guarded, request.type, request.kind);
		if (plain != null) {
			message.append(System.lineSeparator())
				.append(System.lineSeparator())
				.append("Each may also return the value itself: ")
				.append(plain);
		}
		nearMisses.describe(message, request.searched);
		return new InvalidCircuitBreakerAnnotationException(message.toString(),
				"Write a method with one of these signatures, or correct the name. Instead of Throwable it may take any exception class, and then runs for that one.");
	}

	/**
	 * What is looked for.
	 *
	 * @param guarded the guarded method
	 * @param type the type whose method it is
	 * @param kind how it gives its result
	 * @param text what the annotation says
	 * @param method the fallback's name
	 * @param searched the type whose method it should be
	 * @param bean the bean whose method it should be, {@code null} for the same one
	 */
	private record Request(Method guarded, Class<?> type, FallbackResult kind, String text, String method,
			Class<?> searched, @Nullable String bean) {

		boolean isGuarded(Method candidate) {
			return this.bean == null && CandidateFinder.signature(candidate, this.searched)
				.equals(CandidateFinder.signature(this.guarded, this.type));
		}

		SignatureMatch match(Method candidate) {
			if (this.bean == null) {
				if (Modifier.isStatic(this.guarded.getModifiers()) && !Modifier.isStatic(candidate.getModifiers())) {
					return new SignatureMatch(false, null, "it is not static, and the guarded method is");
				}
			}
			else if (Modifier.isPrivate(candidate.getModifiers())) {
				return new SignatureMatch(false, null, "it is private, and belongs to another bean");
			}
			return SignatureMatch.of(candidate, this.searched, this.guarded, this.type, this.kind);
		}

		String describe() {
			return "The fallbackMethod \"" + this.text + "\" of " + MethodSignatures.qualified(this.guarded, this.type);
		}

	}

}
