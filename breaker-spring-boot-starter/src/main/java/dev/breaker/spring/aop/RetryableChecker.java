package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.breaker.spring.aop.RetryAnnotation.Library;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.asm.Type;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor;
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

	private static final String SPRING_RETRY = "org.springframework.retry.annotation.RetryConfiguration";

	/** So many guarded methods are named that a method calls. */
	private static final int NAMED = 3;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<String, List<GuardedMethod>> guarded;

	private final List<Library> libraries;

	private final Set<Object> reported = new LinkedHashSet<>();

	private final OutgoingCallFinder calls = new OutgoingCallFinder();

	/**
	 * Makes a checker.
	 * @param beanFactory has the beans, which are there by now
	 * @param guarded the guarded methods of beans, by the names of these
	 * @param libraries those whose annotations do something in this context
	 */
	RetryableChecker(ConfigurableListableBeanFactory beanFactory, Map<String, List<GuardedMethod>> guarded,
			List<Library> libraries) {
		this.beanFactory = beanFactory;
		this.guarded = guarded;
		this.libraries = libraries;
	}

	/** The libraries whose annotations do something in a context. */
	static List<Library> libraries(ConfigurableListableBeanFactory beanFactory) {
		List<Library> libraries = new ArrayList<>();
		if (hasBean(beanFactory, RetryAnnotationBeanPostProcessor.class)) {
			libraries.add(Library.SPRING);
		}
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		if (ClassUtils.isPresent(SPRING_RETRY, classLoader)
				&& hasBean(beanFactory, ClassUtils.resolveClassName(SPRING_RETRY, classLoader))) {
			libraries.add(Library.SPRING_RETRY);
		}
		return libraries;
	}

	/** Checks all beans. */
	void check() {
		this.guarded.forEach((beanName, methods) -> methods.forEach((method) -> {
			checkGuarded(beanName, method);
			checkGuardedBesideSpringRetry(beanName, method);
		}));
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			checkCaller(beanName);
		}
	}

	private static boolean hasBean(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
		return beanFactory.getBeanNamesForType(type, true, false).length > 0;
	}

	private void checkGuarded(String beanName, GuardedMethod method) {
		RetryAnnotation retryable = find(Library.SPRING, method.method(), method.type());
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
		else if (retryable.namesRefusals()) {
			logger.warn(
					"@Retryable on {} includes CallNotPermittedException in vain: a circuit breaker that refuses ends the retry of the method that it guards."
							+ " Remove it from the includes",
					method.describe());
		}
		else if (isRetriedFurtherOut(beanName, method)) {
			checkRetriedFurtherOut(retryable, method);
		}
	}

	/** By default the guard is outside of this retry, and hears of its outcome alone. */
	private void checkGuardedBesideSpringRetry(String beanName, GuardedMethod method) {
		RetryAnnotation retryable = find(Library.SPRING_RETRY, method.method(), method.type());
		if (retryable == null || !this.reported.add(List.of(Library.SPRING_RETRY, method))) {
			return;
		}
		if (failsUnretried(method) || method.kind() instanceof ReactiveReturnKind) {
			logger
				.warn("Spring Retry's @Retryable on {} does not make the call again when it fails: it retries what the method itself throws,"
						+ " not a future, a reactive type, a Callable or a DeferredResult that fails, a suspending function, or a failure in a Result, an Optional or a ResponseEntity."
						+ " Return a plain value, or use Spring Framework's @Retryable, which retries reactive types",
						method.describe());
		}
		else if (isRetriedBySpringRetry(beanName, method)) {
			if (method.fallback() != null) {
				logger.warn(
						"Spring Retry's @Retryable on {} retries nothing: it is outside of the guard, whose fallback answers the first attempt that fails."
								+ " Leave out the order of @EnableRetry, or use Spring Framework's @Retryable",
						method.describe());
			}
			else if (retryable.retriesRefusals()) {
				logger
					.warn("Spring Retry's @Retryable on {} retries the refusals of its circuit breaker, each after its back-off: it is outside of the guard."
							+ " Add noRetryFor = CallNotPermittedException.class, or use Spring Framework's @Retryable",
							method.describe());
			}
		}
	}

	private boolean isRetriedBySpringRetry(String beanName, GuardedMethod method) {
		Object bean = this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getSingleton(beanName) : null;
		while (bean instanceof Advised proxy) {
			if (AdvisorChain.isRetriedBySpringRetry(proxy, method)) {
				return true;
			}
			if (AdvisorChain.isArranged(proxy)) {
				return false;
			}
			bean = AopProxyUtils.getSingletonTarget(bean);
		}
		return false;
	}

	private static void checkRetriedFurtherOut(RetryAnnotation retryable, GuardedMethod method) {
		if (method.fallback() != null) {
			logger.warn(
					"@Retryable on {} retries nothing: the retry is on another proxy than the guard, whose fallback answers the first attempt that fails."
							+ " Let the bean have one proxy",
					method.describe());
		}
		else if (retryable.retriesRefusals()) {
			logger.warn(
					"@Retryable on {} retries the refusals of its circuit breaker, each after its back-off: the retry is on another proxy than the guard."
							+ " Add excludes = CallNotPermittedException.class, or let the bean have one proxy",
					method.describe());
		}
	}

	/** A fallback inside of a retry is told of where its proxy is made. */
	private void checkWoven(String beanName, GuardedMethod method, RetryAnnotation retryable) {
		if (method.fallback() == null && retryable.retriesRefusals() && !retryable.namesRefusals()
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

	/** Checks the methods that call guarded ones of other beans. */
	private void checkCaller(String beanName) {
		List<GuardedMethod> refusing = refusing(beanName);
		Class<?> type = refusing.isEmpty() ? null : AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		if (type == null) {
			return;
		}
		Class<?> userType = ClassUtils.getUserClass(type);
		for (Library library : this.libraries) {
			MethodIntrospector.selectMethods(userType, (Method method) -> find(library, method, userType))
				.forEach((method, retryable) -> checkCaller(retryable, method, userType, refusing));
		}
	}

	private void checkCaller(RetryAnnotation retryable, Method method, Class<?> type, List<GuardedMethod> refusing) {
		Library library = retryable.library();
		if (!retryable.retriesRefusals() || this.reported.contains(List.of(library, method))) {
			return;
		}
		List<String> called = called(method, type, refusing);
		if (!called.isEmpty() && this.reported.add(List.of(library, method))) {
			logger.warn(
					"{} on {} retries refusals, each after its back-off, where it calls a method that a circuit breaker guards: {}."
							+ " Add {} = CallNotPermittedException.class, or move @Retryable to the guarded method",
					library.annotation(), MethodSignatures.qualified(method, type), list(called), library.excluding());
		}
	}

	/** Those that a method calls; all, where its class file is not there. */
	private List<String> called(Method method, Class<?> type, List<GuardedMethod> guarded) {
		Set<OutgoingCallFinder.Call> calls = this.calls.find(method, type);
		return guarded.stream()
			.filter((candidate) -> calls == null
					|| calls.stream().anyMatch((call) -> isCallOf(call, candidate, type.getClassLoader())))
			.map(GuardedMethod::describe)
			.distinct()
			.toList();
	}

	private static boolean isCallOf(OutgoingCallFinder.Call call, GuardedMethod guarded,
			@Nullable ClassLoader classLoader) {
		if (!call.name().equals(guarded.method().getName())) {
			return false;
		}
		try {
			Class<?> owner = ClassUtils.forName(ClassUtils.convertResourcePathToClassName(call.owner()), classLoader);
			return (owner.isAssignableFrom(guarded.type()) || guarded.type().isAssignableFrom(owner))
					&& Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(owner))
						.filter((method) -> method.getName().equals(call.name())
								&& Type.getMethodDescriptor(method).equals(call.descriptor()))
						.anyMatch(guarded::is);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	private static String list(List<String> methods) {
		String first = String.join(", ", methods.subList(0, Math.min(NAMED, methods.size())));
		return (methods.size() > NAMED) ? first + " and " + (methods.size() - NAMED) + " more" : first;
	}

	/**
	 * The guarded methods of the beans that a bean was given, unless a fallback answers
	 * for them.
	 */
	private List<GuardedMethod> refusing(String beanName) {
		return Arrays.stream(this.beanFactory.getDependenciesForBean(beanName))
			.filter((dependency) -> !dependency.equals(beanName))
			.flatMap((dependency) -> this.guarded.getOrDefault(dependency, List.of()).stream())
			.filter((method) -> method.fallback() == null)
			.toList();
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

	/** The annotation, where it does something. */
	private @Nullable RetryAnnotation find(Library library, Method method, Class<?> type) {
		return this.libraries.contains(library) ? RetryAnnotation.find(library, method, type) : null;
	}

}
