package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.core.Ordered;
import org.springframework.resilience.retry.AbstractRetryInterceptor;

/**
 * Gives the guards their places among the advisors of a proxy.
 *
 * <p>
 * A guard comes before all advice of the same or a higher order, so by default outside of
 * transactions. Where no order is configured it also comes inside of a cache, so that a
 * hit is no call; except where the cache is inside of a transaction. Whatever its order
 * it is inside of {@code @Async}, of {@code @Retryable}, which so repeats guarded
 * attempts, and of what refuses calls before their work ({@code @Validated}, method
 * security, {@code @ConcurrencyLimit}), since such a call is none; advice of that kind
 * that has no order of its own, as that of {@code @Validated}, is moved outside where it
 * came later. Where there is a retry or a cache around a guard, its fallback goes outside
 * of both.
 */
final class AdvisorChain {

	private static final Set<String> REFUSING_TYPES = Set.of(
			"org.springframework.validation.beanvalidation.MethodValidationInterceptor",
			"org.springframework.aop.interceptor.ConcurrencyThrottleInterceptor",
			"org.springframework.security.access.intercept.aopalliance.MethodSecurityInterceptor");

	private static final List<String> REFUSING_PACKAGES = List.of("org.springframework.resilience.",
			"org.springframework.security.authorization.method.",
			"org.springframework.security.config.annotation.method.configuration.",
			"org.springframework.security.config.method.");

	private static final Set<String> CACHES = Set.of("org.springframework.cache.interceptor.CacheAspectSupport",
			"org.springframework.cache.jcache.interceptor.JCacheAspectSupport");

	private static final Set<String> SPRING_RETRY = Set
		.of("org.springframework.retry.annotation.AnnotationAwareRetryOperationsInterceptor");

	private static final Set<String> TRANSACTIONS = Set
		.of("org.springframework.transaction.interceptor.TransactionAspectSupport");

	private final int order;

	private final boolean insideOfCache;

	AdvisorChain(int order, boolean insideOfCache) {
		this.order = order;
		this.insideOfCache = insideOfCache;
	}

	/** Puts the guards of these methods in place, wherever they were before. */
	void arrange(Advised proxy, List<GuardedMethod> methods, Advisor placeholder) {
		for (Advisor advisor : proxy.getAdvisors()) {
			if (advisor instanceof GuardAdvisor || advisor == placeholder) {
				proxy.removeAdvisor(advisor);
			}
		}
		if (methods.isEmpty()) {
			return;
		}
		int place = makePlace(proxy, methods);
		List<Advisor> others = List.of(proxy.getAdvisors());
		List<List<Advisor>> before = new ArrayList<>();
		for (int i = 0; i <= others.size(); i++) {
			before.add(new ArrayList<>());
		}
		for (GuardedMethod method : methods) {
			add(method, others, place, before, proxy.getTargetClass());
		}
		int index = 0;
		for (List<Advisor> guards : before) {
			for (Advisor guard : guards) {
				proxy.addAdvisor(index++, guard);
			}
			index++;
		}
	}

	/** Whether a proxy has guards. */
	static boolean isArranged(Advised proxy) {
		for (Advisor advisor : proxy.getAdvisors()) {
			if (advisor instanceof GuardAdvisor) {
				return true;
			}
		}
		return false;
	}

	/** The advice on a method, from the outermost to the innermost. */
	static String describe(Advised proxy, GuardedMethod method) {
		return Arrays.stream(proxy.getAdvisors())
			.filter((advisor) -> advises(advisor, method, proxy.getTargetClass()))
			.map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
			.collect(Collectors.joining(", "));
	}

	/** Whether a retry on that proxy repeats the calls of a method. */
	static boolean isRetried(Advised proxy, GuardedMethod method) {
		for (Advisor advisor : proxy.getAdvisors()) {
			if (retries(advisor) && advises(advisor, method, proxy.getTargetClass())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether a retry on that proxy, by the library Spring Retry, repeats the calls of a
	 * method and its guard with them.
	 */
	static boolean isRetriedBySpringRetry(Advised proxy, GuardedMethod method) {
		for (Advisor advisor : proxy.getAdvisors()) {
			if (advises(advisor, method, proxy.getTargetClass())) {
				if (advisor instanceof GuardAdvisor) {
					return false;
				}
				if (isOf(advisor.getAdvice().getClass(), SPRING_RETRY, List.of())) {
					return true;
				}
			}
		}
		return false;
	}

	private void add(GuardedMethod method, List<Advisor> others, int place, List<List<Advisor>> before,
			@Nullable Class<?> targetClass) {
		int outermost = -1;
		int retry = -1;
		for (int i = 0; i < place; i++) {
			Advisor advisor = others.get(i);
			boolean retries = retries(advisor);
			boolean caches = isCache(advisor) && method.fallback() != null;
			if ((retries || caches) && advises(advisor, method, targetClass)) {
				outermost = (outermost < 0) ? i : outermost;
				retry = retries ? i : retry;
			}
			else if (isAsync(advisor) && advises(advisor, method, targetClass)) {
				// What is outside of it returns before the call ends.
				outermost = -1;
				retry = -1;
			}
		}
		if (outermost < 0) {
			before.get(place).add(new GuardAdvisor(method, Part.WHOLE, this.order));
			return;
		}
		before.get(outermost).add(new GuardAdvisor(method, Part.FALLBACK, this.order));
		if (retry >= 0) {
			before.get(retry + 1).add(new GuardAdvisor(method, Part.REFUSAL, this.order));
		}
		before.get(place).add(new GuardAdvisor(method, Part.ATTEMPT, this.order));
	}

	/** Finds the place of the guards, and moves advisors that must not come after it. */
	private int makePlace(Advised proxy, List<GuardedMethod> methods) {
		List<Advisor> others = List.of(proxy.getAdvisors());
		int last = others.size();
		if (proxy.getTargetSource() == EmptyTargetSource.INSTANCE) {
			// Without a target one of the advisors does the work, and goes no further.
			do {
				last--;
			}
			while (last > 0 && refuses(others.get(last)));
		}
		int place = place(others, last);
		for (int i = place; i < others.size(); i++) {
			Advisor advisor = others.get(i);
			if (refuses(advisor) && advisesAny(advisor, methods, proxy.getTargetClass())) {
				if (i < last && orderOf(advisor) < Ordered.LOWEST_PRECEDENCE) {
					place = i + 1;
				}
				else {
					proxy.removeAdvisor(i);
					proxy.addAdvisor(place++, advisor);
				}
			}
		}
		return place;
	}

	private int place(List<Advisor> others, int last) {
		int place = 0;
		while (place < last && (staysOutside(others.get(place)) || orderOf(others.get(place)) < this.order)) {
			place++;
		}
		for (int i = place; this.insideOfCache && i < last; i++) {
			if (isTransaction(others.get(i))) {
				break;
			}
			if (isCache(others.get(i))) {
				place = i + 1;
			}
		}
		return place;
	}

	private static boolean advisesAny(Advisor advisor, List<GuardedMethod> methods, @Nullable Class<?> targetClass) {
		return methods.stream().anyMatch((method) -> advises(advisor, method, targetClass));
	}

	private static boolean advises(Advisor advisor, GuardedMethod method, @Nullable Class<?> targetClass) {
		if (!(advisor instanceof PointcutAdvisor pointcutAdvisor)) {
			return true;
		}
		Class<?> type = (targetClass != null) ? targetClass : method.type();
		Pointcut pointcut = pointcutAdvisor.getPointcut();
		return pointcut.getClassFilter().matches(type) && pointcut.getMethodMatcher().matches(method.method(), type);
	}

	/** A guard outside of what hands a call to another thread measures nothing of it. */
	private static boolean staysOutside(Advisor advisor) {
		return refuses(advisor) || isAsync(advisor);
	}

	private static boolean isAsync(Advisor advisor) {
		return advisor.getAdvice() instanceof AsyncExecutionInterceptor;
	}

	private static boolean retries(Advisor advisor) {
		return advisor.getAdvice() instanceof AbstractRetryInterceptor;
	}

	/** Whether an advisor may refuse a call before its work, or repeats it. */
	private static boolean refuses(Advisor advisor) {
		return retries(advisor) || isOf(advisor.getClass(), REFUSING_TYPES, REFUSING_PACKAGES)
				|| isOf(advisor.getAdvice().getClass(), REFUSING_TYPES, REFUSING_PACKAGES);
	}

	private static boolean isCache(Advisor advisor) {
		return isOf(advisor.getAdvice().getClass(), CACHES, List.of());
	}

	private static boolean isTransaction(Advisor advisor) {
		return isOf(advisor.getAdvice().getClass(), TRANSACTIONS, List.of());
	}

	/** Types are known by name, so that their libraries need not be there. */
	private static boolean isOf(Class<?> type, Set<String> types, List<String> packages) {
		for (Class<?> c = type; c != null; c = c.getSuperclass()) {
			String name = c.getName();
			if (types.contains(name) || packages.stream().anyMatch(name::startsWith)) {
				return true;
			}
		}
		return false;
	}

	private static int orderOf(Advisor advisor) {
		return (advisor instanceof Ordered ordered) ? ordered.getOrder() : Ordered.LOWEST_PRECEDENCE;
	}

	/**
	 * What a guard does of the guarding.
	 */
	private enum Part {

		WHOLE, FALLBACK, REFUSAL, ATTEMPT;

		MethodInterceptor interceptor(GuardedMethod method) {
			return switch (this) {
				case WHOLE -> method.interceptor();
				case FALLBACK -> new RetryFallbackInterceptor(method);
				case REFUSAL -> new RetryRefusalInterceptor(method);
				case ATTEMPT -> new RetryAttemptInterceptor(method);
			};
		}

	}

	/**
	 * Advises exactly one method, so that its interceptor has nothing to look up. On a
	 * proxy that was serialized, as that of a bean in a session, it finds its method
	 * again when it is called.
	 */
	static final class GuardAdvisor extends StaticMethodMatcherPointcutAdvisor {

		private static final long serialVersionUID = 1L;

		private final GuardedMethodReference reference;

		private final Part part;

		// Written by any thread that finds it, and the same for all.
		private transient @Nullable GuardedMethod guarded;

		private transient @Nullable MethodInterceptor interceptor;

		private GuardAdvisor(GuardedMethod guarded, Part part, int order) {
			super(NoAdvice.INSTANCE);
			setOrder(order);
			this.reference = guarded.reference();
			this.part = part;
			this.guarded = guarded;
			this.interceptor = part.interceptor(guarded);
		}

		@Override
		public Advice getAdvice() {
			MethodInterceptor present = this.interceptor;
			if (present == null) {
				present = this.part.interceptor(guarded());
				this.interceptor = present;
			}
			return present;
		}

		private GuardedMethod guarded() {
			GuardedMethod present = this.guarded;
			if (present == null) {
				present = this.reference.find();
				this.guarded = present;
			}
			return present;
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return guarded().is(method);
		}

	}

	/** Is serialized in place of the interceptor. */
	private enum NoAdvice implements Advice {

		INSTANCE

	}

}
