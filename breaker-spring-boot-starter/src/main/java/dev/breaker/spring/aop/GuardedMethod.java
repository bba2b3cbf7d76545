package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.breaker.CircuitBreaker;
import dev.breaker.HookFailures;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * An annotated method with its breaker, its fallback, and the kind of its result. Safe
 * for use by many threads.
 */
final class GuardedMethod {

	private static final Logger logger = LoggerFactory.getLogger(GuardedMethod.class);

	private final AtomicBoolean keyFailed = new AtomicBoolean();

	private final AtomicBoolean unfollowed = new AtomicBoolean();

	private final AnnotatedMethod annotated;

	private final GuardedMethodReference reference;

	private final String description;

	private final Class<?> returnType;

	private final ReturnKind kind;

	private final NamedBreaker named;

	private final @Nullable KeyExpression key;

	private final @Nullable FallbackMethod fallback;

	private final CircuitBreakerInterceptor interceptor;

	GuardedMethod(AnnotatedMethod annotated, ReturnKind kind, NamedBreaker named, @Nullable KeyExpression key,
			@Nullable FallbackMethod fallback, BeanFactory beanFactory) {
		this.annotated = annotated;
		this.reference = GuardedMethodReference.of(annotated, beanFactory);
		this.description = annotated.describe();
		this.returnType = returnType(annotated);
		this.kind = kind;
		this.named = named;
		this.key = key;
		this.fallback = fallback;
		this.interceptor = kind.interceptor(this);
		named.guards(this);
	}

	private static Class<?> returnType(AnnotatedMethod annotated) {
		Method method = annotated.method();
		if (method.getGenericReturnType() instanceof Class<?> declared
				&& !KotlinDetector.isSuspendingFunction(method)) {
			return declared;
		}
		return ResolvableType.forMethodReturnType(method, annotated.type()).resolve(Object.class);
	}

	/**
	 * Checks the beans that the key names.
	 * @throws InvalidCircuitBreakerAnnotationException if one of them is not there
	 */
	void checkBeansOfKey() {
		if (this.key != null) {
			this.key.checkBeans();
		}
	}

	/** The breaker of a call. Throws what the key's expression throws. */
	CircuitBreaker breaker(MethodInvocation invocation) {
		KeyExpression expression = this.key;
		return (expression == null) ? this.named.breaker() : this.named.breaker(evaluate(expression, invocation));
	}

	/**
	 * The breaker of a call that begins later than its method was called: where that one
	 * was removed meanwhile, the one made next. That of a key knows its successor itself.
	 */
	CircuitBreaker present(CircuitBreaker called) {
		return hasKey() ? called : this.named.breaker();
	}

	private String evaluate(KeyExpression expression, MethodInvocation invocation) {
		try {
			return expression.evaluate(invocation);
		}
		catch (Throwable ex) {
			if (this.keyFailed.compareAndSet(false, true)) {
				HookFailures.log(logger,
						"The key of {} cannot be evaluated for a call: such calls are not made and not recorded, and have their fallback. This is logged once",
						this.description, ex);
			}
			throw ex;
		}
	}

	/** Logs once that the end of a call cannot be followed as declared types allow. */
	void unfollowed(String reason, String consequence) {
		if (!this.unfollowed.get() && this.unfollowed.compareAndSet(false, true)) {
			logger.warn("{} returned {}: {}. {} This is logged once", this.description, reason, consequence,
					ReturnKinds.remedy());
		}
	}

	dev.breaker.annotation.CircuitBreaker annotation() {
		return this.annotated.annotation();
	}

	NamedBreaker named() {
		return this.named;
	}

	boolean canNest() {
		return this.named.canNest();
	}

	/**
	 * Proceeds with an admitted call that can have others of its breaker inside.
	 */
	@Nullable Object proceed(CircuitBreaker breaker, MethodInvocation invocation) throws Throwable {
		try {
			return invocation.proceed();
		}
		catch (Throwable ex) {
			ended(breaker, ex);
			throw ex;
		}
	}

	void ended(CircuitBreaker breaker, Throwable thrown) {
		this.named.ended(breaker, this.description, thrown);
	}

	Method method() {
		return this.annotated.method();
	}

	/** The method on which the annotation stands, or whose type bears it. */
	Method declaration() {
		return this.annotated.declaration();
	}

	/**
	 * Whether the annotation stands on a method that this one overrides or implements,
	 * where AspectJ does not see it.
	 */
	boolean isAnnotatedFurtherUp() {
		Method declaration = declaration();
		return !declaration.equals(method()) && !KotlinDetector.isSuspendingFunction(method())
				&& MergedAnnotations.from(declaration).isPresent(dev.breaker.annotation.CircuitBreaker.class);
	}

	Class<?> type() {
		return this.annotated.type();
	}

	/** Whether it has the annotation, and not only its class. */
	boolean isAnnotatedItself() {
		return MergedAnnotations.from(method(), SearchStrategy.TYPE_HIERARCHY)
			.isPresent(dev.breaker.annotation.CircuitBreaker.class);
	}

	String describe() {
		return this.description;
	}

	Class<?> returnType() {
		return this.returnType;
	}

	ReturnKind kind() {
		return this.kind;
	}

	GuardedMethodReference reference() {
		return this.reference;
	}

	/** Guards the calls, on each proxy that has the method. */
	CircuitBreakerInterceptor interceptor() {
		return this.interceptor;
	}

	/** Whether an aspect guards it in its body, and no proxy does. */
	boolean isWoven() {
		return this.annotated.woven();
	}

	boolean hasKey() {
		return this.key != null;
	}

	@Nullable FallbackMethod fallback() {
		return this.fallback;
	}

	/** Whether a call of that method is a call of this one. */
	boolean is(Method called) {
		Method method = method();
		if (!called.getName().equals(method.getName())) {
			return false;
		}
		if (type().isInterface()) {
			Method declared = BridgeMethodResolver.findBridgedMethod(called);
			return Arrays.equals(declared.getParameterTypes(), method.getParameterTypes())
					|| redeclares(method, declared, type());
		}
		return AopUtils.getMostSpecificMethod(called, type()).equals(method);
	}

	/**
	 * Whether a method of an interface is one that an interface above it has, with type
	 * variables in place of its types: a proxy may be called by either.
	 */
	static boolean redeclares(Method method, Method above, Class<?> type) {
		Class<?> declaring = above.getDeclaringClass();
		return above.getName().equals(method.getName()) && above.getParameterCount() == method.getParameterCount()
				&& declaring != method.getDeclaringClass() && declaring.isAssignableFrom(method.getDeclaringClass())
				&& Arrays.equals(parameterTypes(above, type), parameterTypes(method, type));
	}

	private static Class<?>[] parameterTypes(Method method, Class<?> type) {
		Class<?>[] types = method.getParameterTypes();
		for (int i = 0; i < types.length; i++) {
			types[i] = ResolvableType.forMethodParameter(method, i, type).resolve(types[i]);
		}
		return types;
	}

}
