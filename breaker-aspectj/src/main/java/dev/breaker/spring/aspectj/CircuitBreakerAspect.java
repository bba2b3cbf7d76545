package dev.breaker.spring.aspectj;

import dev.breaker.annotation.CircuitBreaker;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.DeclarePrecedence;
import org.jspecify.annotations.Nullable;

/**
 * The aspect that AspectJ weaves into methods with {@link CircuitBreaker} and into the
 * public methods of types that bear or inherit it, with what overrides or implements
 * them; composed annotations, and those composed of these, are seen too. It guards their
 * calls where {@code breaker.aspect.mode} is {@code aspectj}, by the circuit breakers of
 * the application context that started last; as long as there is none, calls run
 * unguarded. It is no Spring bean. Safe for use by many threads.
 *
 * <p>
 * Among the aspects of one method it comes inside of Spring's for asynchronous execution
 * and caches, and outside of all others.
 */
@Aspect
@DeclarePrecedence("org.springframework.scheduling.aspectj.*, org.springframework.cache.aspectj.*, "
		+ "dev.breaker.spring.aspectj.CircuitBreakerAspect, *")
public final class CircuitBreakerAspect {

	private static final String ANNOTATION = "@dev.breaker.annotation.CircuitBreaker";

	// To AspectJ, annotations of "*" alone hold for every type.
	private static final String TYPE = " *..*";

	private static final String COMPOSED = "@(" + ANNOTATION + TYPE + ")";

	private static final String COMPOSED_TWICE = "@(" + COMPOSED + TYPE + ")";

	private static final String ANNOTATED_METHODS = "execution(" + ANNOTATION + " * *(..)) || execution(" + COMPOSED
			+ " * *(..)) || execution(" + COMPOSED_TWICE + " * *(..))";

	private static final String METHODS_OF_ANNOTATED_TYPES = "!execution(@dev.breaker.annotation.Unguarded * *(..)) && (execution(public !static * ("
			+ ANNOTATION + TYPE + ").*(..)) || execution(public !static * (" + COMPOSED + TYPE
			+ ").*(..)) || execution(public !static * (" + COMPOSED_TWICE + TYPE + ").*(..)))";

	private static final String NO_PROXIES = "!within(java.lang.reflect.Proxy+) && !within(org.springframework.aop.SpringProxy+)";

	private static final CircuitBreakerAspect INSTANCE = new CircuitBreakerAspect();

	private CircuitBreakerAspect() {
	}

	/**
	 * The one aspect, which woven code calls. Written here, since no AspectJ compiler
	 * adds it.
	 * @return the aspect
	 */
	public static CircuitBreakerAspect aspectOf() {
		return INSTANCE;
	}

	/**
	 * Whether there is the aspect, as the weaver asks.
	 * @return {@code true}
	 */
	public static boolean hasAspect() {
		return true;
	}

	/**
	 * Makes a call through its circuit breaker.
	 * @param joinPoint the call
	 * @return the result of the call, or of its fallback
	 * @throws Throwable what the call or its fallback throws, or the refusal
	 */
	@Around(NO_PROXIES + " && (" + ANNOTATED_METHODS + " || " + METHODS_OF_ANNOTATED_TYPES + ")")
	public @Nullable Object guard(ProceedingJoinPoint joinPoint) throws Throwable {
		WovenCalls calls = ActiveContext.calls();
		if (calls != null) {
			return calls.call(joinPoint);
		}
		ActiveContext.reportUnguarded(joinPoint);
		return joinPoint.proceed();
	}

}
