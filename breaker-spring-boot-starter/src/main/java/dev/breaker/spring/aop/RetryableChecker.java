package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Warns of each {@code @Retryable} that does not do beside a circuit breaker what it
 * seems to: it repeats refusals, each after its back-off, or it stands on a method that
 * returns its failures, such as one of a future.
 */
final class RetryableChecker {

	private static final Logger logger = LoggerFactory.getLogger(RetryableChecker.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<String, List<GuardedMethod>> guarded;

	private final Set<Object> reported = new LinkedHashSet<>();

	/**
	 * Makes a checker.
	 * @param beanFactory has the beans, which are there by now
	 * @param guarded the guarded methods of beans, by the names of these
	 */
	RetryableChecker(ConfigurableListableBeanFactory beanFactory, Map<String, List<GuardedMethod>> guarded) {
		this.beanFactory = beanFactory;
		this.guarded = guarded;
	}

	/** Checks all beans, unless the annotation does nothing in this context. */
	void check() {
		if (this.beanFactory.getBeanNamesForType(RetryAnnotationBeanPostProcessor.class, true, false).length == 0) {
			return;
		}
		this.guarded.forEach((beanName, methods) -> methods.forEach((method) -> checkGuarded(beanName, method)));
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			checkCaller(beanName);
		}
	}

	private void checkGuarded(String beanName, GuardedMethod method) {
		Retryable retryable = retryable(method.method(), method.type());
		if (retryable == null || !this.reported.add(method)) {
			return;
		}
		if (failsUnretried(method)) {
			logger
				.warn("@Retryable on {} does not make the call again when it fails: Spring retries what the method itself throws and what a declared reactive type signals,"
						+ " not a future, a Callable or a DeferredResult that fails, a suspending function, or a failure in a Result, an Optional or a ResponseEntity."
						+ " Return a plain value or a reactive type, or put both annotations on a method that waits for the result",
						method.describe());
		}
		else if (method.isWoven()) {
			checkWoven(beanName, method, retryable);
		}
		else if (namesRefusals(retryable)) {
			logger.warn(
					"@Retryable on {} includes CallNotPermittedException in vain: a circuit breaker that refuses ends the retry of the method that it guards."
							+ " Remove it from the includes",
					method.describe());
		}
		else if (isRetriedFurtherOut(beanName, method)) {
			checkRetriedFurtherOut(retryable, method);
		}
	}

	private static void checkRetriedFurtherOut(Retryable retryable, GuardedMethod method) {
		if (method.fallback() != null) {
			logger.warn(
					"@Retryable on {} retries nothing: the retry is on another proxy than the guard, whose fallback answers the first attempt that fails."
							+ " Let the bean have one proxy",
					method.describe());
		}
		else if (retriesRefusals(retryable)) {
			logger.warn(
					"@Retryable on {} retries the refusals of its circuit breaker, each after its back-off: the retry is on another proxy than the guard."
							+ " Add excludes = CallNotPermittedException.class, or let the bean have one proxy",
					method.describe());
		}
	}

	/** A fallback inside of a retry is told of where its proxy is made. */
	private void checkWoven(String beanName, GuardedMethod method, Retryable retryable) {
		if (method.fallback() == null && retriesRefusals(retryable) && !namesRefusals(retryable)
				&& isRetriedFurtherOut(beanName, method)) {
			logger.warn(
					"@Retryable on {} retries the refusals of its circuit breaker, each after its back-off: the guard is woven into the method, inside of the retry."
							+ " Add excludes = CallNotPermittedException.class, or set {}=proxy",
					method.describe(), BreakerProperties.MODE);
		}
	}

	/**
	 * Whether a proxy outside of the guard has the retry. A bean that is yet to be made
	 * has it where the guard is woven and the method can be proxied.
	 */
	private boolean isRetriedFurtherOut(String beanName, GuardedMethod method) {
		Object bean = this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getSingleton(beanName) : null;
		if (bean == null) {
			return method.isWoven() && !Modifier.isPrivate(method.method().getModifiers())
					&& !Modifier.isStatic(method.method().getModifiers())
					&& !Modifier.isFinal(method.method().getModifiers());
		}
		while (bean instanceof Advised proxy && !AdvisorChain.isArranged(proxy)) {
			if (AdvisorChain.isRetried(proxy, method)) {
				return true;
			}
			bean = AopProxyUtils.getSingletonTarget(bean);
		}
		return false;
	}

	private static boolean namesRefusals(Retryable retryable) {
		return List.of(retryable.includes()).contains(CallNotPermittedException.class);
	}

	/** Checks the methods that may call guarded ones of other beans. */
	private void checkCaller(String beanName) {
		Set<String> refusing = refusing(beanName);
		Class<?> type = refusing.isEmpty() ? null : AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		if (type == null) {
			return;
		}
		Class<?> userType = ClassUtils.getUserClass(type);
		MethodIntrospector.selectMethods(userType, (Method method) -> retryable(method, userType))
			.forEach((method, retryable) -> {
				if (retriesRefusals(retryable) && this.reported.add(method)) {
					logger
						.warn("@Retryable on {} retries refusals, each after its back-off, where it calls a method that a circuit breaker guards: {}."
								+ " Add excludes = CallNotPermittedException.class, or move @Retryable to the guarded method",
								MethodSignatures.qualified(method, userType), String.join(", ", refusing));
				}
			});
	}

	/**
	 * The guarded methods of the beans that a bean was given, unless a fallback answers
	 * for them.
	 */
	private Set<String> refusing(String beanName) {
		return Arrays.stream(this.beanFactory.getDependenciesForBean(beanName))
			.filter((dependency) -> !dependency.equals(beanName))
			.flatMap((dependency) -> this.guarded.getOrDefault(dependency, List.of()).stream())
			.filter((method) -> method.fallback() == null)
			.map(GuardedMethod::describe)
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	private static boolean retriesRefusals(Retryable retryable) {
		boolean included = retryable.includes().length == 0 || isRefusal(retryable.includes());
		// What a predicate of the application's says is not known
		return included && !isRefusal(retryable.excludes()) && retryable.predicate() == MethodRetryPredicate.class;
	}

	private static boolean isRefusal(Class<?>[] types) {
		return Arrays.stream(types).anyMatch((type) -> type.isAssignableFrom(CallNotPermittedException.class));
	}

	/** What an asynchronous method throws is retried on the thread that does its work. */
	private static boolean failsUnretried(GuardedMethod method) {
		ReturnKind kind = method.kind();
		if (kind instanceof ContainerReturnKind<?> container) {
			Class<?> content = container.content(ResolvableType.forMethodReturnType(method.method(), method.type()))
				.resolve(Object.class);
			return content != Object.class;
		}
		return kind.failsUnretried() && !isAsync(method);
	}

	private static boolean isAsync(GuardedMethod method) {
		return AnnotatedElementUtils.hasAnnotation(method.method(), Async.class)
				|| AnnotatedElementUtils.hasAnnotation(method.type(), Async.class);
	}

	private static @Nullable Retryable retryable(Method method, Class<?> type) {
		Retryable onMethod = AnnotatedElementUtils.findMergedAnnotation(method, Retryable.class);
		if (onMethod != null || !Modifier.isPublic(method.getModifiers()) || ReflectionUtils.isObjectMethod(method)) {
			return onMethod;
		}
		return AnnotatedElementUtils.findMergedAnnotation(type, Retryable.class);
	}

}
