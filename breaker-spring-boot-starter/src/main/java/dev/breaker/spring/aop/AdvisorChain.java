package dev.breaker.spring.aop;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.cache.interceptor.CacheInterceptor;
import org.springframework.core.Ordered;
import org.springframework.resilience.retry.AbstractRetryInterceptor;

/**
 * Gives the guards their places among the advisors of a proxy.
 *
 * <p>
 * A guard comes before all advice of the same or a higher order, so by default outside of
 * transactions. Where no order was asked for it also comes inside of a cache, so that a
 * hit is no call; except where the cache is inside of a transaction. It is always inside
 * of {@code @Retryable} and {@code @ConcurrencyLimit}, which guards each attempt and
 * counts no call that another limit refused. Where there is a retry or a cache around it,
 * its fallback goes outside of both.
 */
final class AdvisorChain {

	private static final String RESILIENCE = "org.springframework.resilience.";

	private static final String TRANSACTIONS = "org.springframework.transaction.interceptor.TransactionAspectSupport";

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
		List<Advisor> others = List.of(proxy.getAdvisors());
		int place = place(others, proxy.getTargetSource());
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

	/**
	 * Whether a retry was put around the guards of a proxy after they were arranged.
	 */
	static boolean isOutdated(Advised proxy) {
		boolean retried = false;
		for (Advisor advisor : proxy.getAdvisors()) {
			retried |= advisor.getAdvice() instanceof AbstractRetryInterceptor;
			if (retried && advisor instanceof GuardAdvisor) {
				return !(advisor.getAdvice() instanceof RefusalStop || advisor.getAdvice() instanceof AttemptGuard);
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
			boolean retries = advisor.getAdvice() instanceof AbstractRetryInterceptor;
			boolean caches = advisor.getAdvice() instanceof CacheInterceptor && method.fallback() != null;
			if ((retries || caches) && advises(advisor, method, targetClass)) {
				outermost = (outermost < 0) ? i : outermost;
				retry = retries ? i : retry;
			}
		}
		if (outermost < 0) {
			before.get(place)
				.add(new GuardAdvisor(method, method.isStage() ? new StageGuard(method) : new ValueGuard(method),
						this.order));
			return;
		}
		before.get(outermost).add(new GuardAdvisor(method, new AroundAttempts(method), this.order));
		if (retry >= 0) {
			before.get(retry + 1).add(new GuardAdvisor(method, new RefusalStop(), this.order));
		}
		before.get(place).add(new GuardAdvisor(method, new AttemptGuard(method), this.order));
	}

	private int place(List<Advisor> others, TargetSource targetSource) {
		// Without a target the last one does the work.
		int last = (targetSource == EmptyTargetSource.INSTANCE) ? others.size() - 1 : others.size();
		int place = 0;
		while (place < last && (isResilience(others.get(place)) || orderOf(others.get(place)) < this.order)) {
			place++;
		}
		for (int i = place; this.insideOfCache && i < last; i++) {
			if (isTransaction(others.get(i))) {
				break;
			}
			if (others.get(i).getAdvice() instanceof CacheInterceptor) {
				place = i + 1;
			}
		}
		return place;
	}

	private static boolean advises(Advisor advisor, GuardedMethod method, @Nullable Class<?> targetClass) {
		if (!(advisor instanceof PointcutAdvisor pointcutAdvisor)) {
			return true;
		}
		Class<?> type = (targetClass != null) ? targetClass : method.type();
		Pointcut pointcut = pointcutAdvisor.getPointcut();
		return pointcut.getClassFilter().matches(type) && pointcut.getMethodMatcher().matches(method.method(), type);
	}

	private static boolean isResilience(Advisor advisor) {
		return advisor.getAdvice() instanceof AbstractRetryInterceptor
				|| advisor.getAdvice().getClass().getName().startsWith(RESILIENCE);
	}

	private static boolean isTransaction(Advisor advisor) {
		for (Class<?> c = advisor.getAdvice().getClass(); c != null; c = c.getSuperclass()) {
			if (c.getName().equals(TRANSACTIONS)) {
				return true;
			}
		}
		return false;
	}

	private static int orderOf(Advisor advisor) {
		return (advisor instanceof Ordered ordered) ? ordered.getOrder() : Ordered.LOWEST_PRECEDENCE;
	}

}
