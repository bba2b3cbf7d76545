package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.Advisor;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;

/**
 * Puts guards on the annotated methods of beans: on the proxy that a bean has already, or
 * on one of its own. It comes after Spring's auto-proxy creator, so that a bean has one
 * proxy, and before the processors that hand beans to schedulers and message listeners.
 */
public final class CircuitBreakerBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private static final long serialVersionUID = 1L;

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreakerBeanPostProcessor.class);

	private final transient AnnotatedTypes annotatedTypes;

	private final transient AdvisorChain chain;

	// Marks proxies that need guards, until these are in place.
	private final transient Advisor placeholder;

	private final boolean weaving;

	private transient volatile @Nullable GuardedMethodRegistry guardedMethods;

	private final transient Map<String, Boolean> earlyReferences = new ConcurrentHashMap<>();

	private transient volatile @Nullable Set<String> made = ConcurrentHashMap.newKeySet();

	private final transient Set<Method> retriedReported = ConcurrentHashMap.newKeySet();

	/**
	 * Makes a post-processor.
	 * @param order the order of the guards among the advisors of a bean
	 * @param orderGiven whether the application gave that order
	 * @param weaving whether an aspect guards the methods that it is woven into
	 */
	public CircuitBreakerBeanPostProcessor(int order, boolean orderGiven, boolean weaving) {
		this.weaving = weaving;
		this.annotatedTypes = new AnnotatedTypes();
		this.chain = new AdvisorChain(order, !orderGiven);
		MethodInterceptor none = MethodInvocation::proceed;
		this.placeholder = new DefaultPointcutAdvisor(new AnnotatedTypesPointcut(this.annotatedTypes, weaving), none);
		this.advisor = this.placeholder;
		setOrder(Ordered.LOWEST_PRECEDENCE - 1);
		setBeforeExistingAdvisors(true);
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		this.earlyReferences.put(beanName, Boolean.TRUE);
		// One of beans that need each other: a call may come back to it.
		return guard(bean, beanName, true);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Set<String> made = this.made;
		if (made != null && !(bean instanceof FactoryBean<?>)) {
			made.add(beanName);
		}
		return (this.earlyReferences.remove(beanName) != null) ? bean : guard(bean, beanName, false);
	}

	/**
	 * The beans that were made so far, products of factories by the name of their
	 * factory. Nothing is kept of beans that are made after this call.
	 */
	Set<String> takeMade() {
		Set<String> made = this.made;
		this.made = null;
		return (made != null) ? made : Set.of();
	}

	/** Whether a bean was made so far, while the context starts. */
	boolean wasMade(String beanName) {
		Set<String> made = this.made;
		return made != null && made.contains(beanName);
	}

	private Object guard(Object bean, String beanName, boolean inCycle) {
		if (bean instanceof FactoryBean<?> && bean instanceof Advised) {
			// Its products are guarded, each once.
			return bean;
		}
		try {
			Object processed = super.postProcessAfterInitialization(bean, beanName);
			if (processed instanceof Advised proxy && proxy.indexOf(this.placeholder) >= 0) {
				List<GuardedMethod> methods = arrange(proxy, processed);
				guardedMethods().made(beanName, methods, inCycle || proxy.isExposeProxy());
			}
			return processed;
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			throw guardedMethods().withAllProblems(ex);
		}
	}

	private List<GuardedMethod> arrange(Advised proxy, Object bean) {
		List<GuardedMethod> methods = guardedMethods().of(Subject.ofBean(bean));
		if (this.weaving) {
			methods = methods.stream().filter((method) -> !method.isWoven()).toList();
		}
		this.chain.arrange(proxy, methods, this.placeholder);
		for (GuardedMethod method : methods) {
			requireReachable(method, bean);
		}
		return methods;
	}

	/** Puts the guards in place again, after other post-processors changed the proxy. */
	void rearrange(Object bean) {
		if (!(bean instanceof Advised proxy)) {
			return;
		}
		if (!proxy.isFrozen() && AdvisorChain.isArranged(proxy)) {
			List<GuardedMethod> methods = arrange(proxy, bean);
			if (logger.isDebugEnabled()) {
				methods.forEach((method) -> logger.debug("Advice on {}, from the outermost: {}", method.describe(),
						AdvisorChain.describe(proxy, method)));
			}
		}
		if (this.weaving) {
			reportRetried(proxy, Subject.ofBean(bean));
		}
	}

	/** A fallback inside of a retry answers before there is anything to retry. */
	private void reportRetried(Advised proxy, Subject subject) {
		if (!this.annotatedTypes.mention(subject.type())) {
			return;
		}
		for (GuardedMethod method : guardedMethods().of(subject)) {
			if (method.isWoven() && method.fallback() != null && AdvisorChain.isRetried(proxy, method)
					&& this.retriedReported.add(method.method())) {
				logger.warn(
						"{} is woven and has both @Retryable and a fallback: the breaker and its fallback are inside of the retry, so that the fallback answers the first attempt that fails, and nothing is retried. Put @Retryable on a method that calls this one and leave the fallback to it, or set {}=proxy",
						method.describe(), BreakerProperties.MODE);
			}
		}
	}

	// Kept, since a look-up by type goes through all beans while they are being made.
	private GuardedMethodRegistry guardedMethods() {
		GuardedMethodRegistry methods = this.guardedMethods;
		if (methods == null) {
			methods = find(Objects.requireNonNull(this.beanFactory));
			this.guardedMethods = methods;
		}
		return methods;
	}

	/** Makes no factory to learn its type: that may need the bean that is being made. */
	private static GuardedMethodRegistry find(ConfigurableListableBeanFactory beanFactory) {
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, GuardedMethodRegistry.class,
				true, false);
		if (names.length == 0) {
			throw new NoSuchBeanDefinitionException(GuardedMethodRegistry.class);
		}
		return beanFactory.getBean(names[0], GuardedMethodRegistry.class);
	}

	@Override
	protected void customizeProxyFactory(ProxyFactory proxyFactory) {
		Class<?> type = proxyFactory.getTargetClass();
		if (type != null && proxyFactory.isProxyTargetClass() && isFinal(type)) {
			throw finalClass(type);
		}
	}

	/** Refuses a type whose beans cannot be guarded, before there is one. */
	void requireExtensible(Class<?> type) {
		if (isProxyTargetClass() && isFinal(type)) {
			throw finalClass(type);
		}
	}

	private static boolean isFinal(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) && !java.lang.reflect.Proxy.isProxyClass(type)
				&& !ClassUtils.isLambdaClass(type);
	}

	private static InvalidCircuitBreakerAnnotationException finalClass(Class<?> type) {
		return new InvalidCircuitBreakerAnnotationException(
				"@CircuitBreaker would do nothing for the methods of %s: the class is final, and no proxy can extend it."
					.formatted(type.getName()),
				"Make the class one that can be extended, or let it implement an interface and set spring.aop.proxy-target-class=false.");
	}

	private static void requireReachable(GuardedMethod guarded, Object bean) {
		Method method = guarded.method();
		if (AopUtils.isJdkDynamicProxy(bean)) {
			if (!guarded.type().isInterface() && !isInInterface(guarded, bean)) {
				throw new InvalidCircuitBreakerAnnotationException(
						"@CircuitBreaker would do nothing for %s: the bean is proxied by its interfaces, and none of them has the method."
							.formatted(guarded.describe()),
						"Declare the method in an interface, or set spring.aop.proxy-target-class=true; with spring.aop.auto=false also proxyTargetClass = true of the annotation that makes the proxy, as @EnableAsync.");
			}
		}
		else if (!Modifier.isPublic(method.getModifiers()) && !Modifier.isProtected(method.getModifiers())
				&& bean.getClass().getClassLoader() != method.getDeclaringClass().getClassLoader()) {
			throw new InvalidCircuitBreakerAnnotationException(
					"@CircuitBreaker would do nothing for %s: the method is package-private, and the proxy belongs to another class loader."
						.formatted(guarded.describe()),
					"Make the method public or protected.");
		}
	}

	private static boolean isInInterface(GuardedMethod guarded, Object bean) {
		for (Class<?> type : bean.getClass().getInterfaces()) {
			for (Method method : type.getMethods()) {
				if (guarded.is(method)) {
					return true;
				}
			}
		}
		return false;
	}

	AnnotatedTypes annotatedTypes() {
		return this.annotatedTypes;
	}

	boolean isWeaving() {
		return this.weaving;
	}

	/**
	 * Selects the types that bear the annotation somewhere, but for those all of whose
	 * annotated methods are woven. All of these are equal, in words too, by which Spring
	 * finds the proxy class that it made for another context: such classes stay for good.
	 */
	private static final class AnnotatedTypesPointcut implements Pointcut, ClassFilter {

		private final AnnotatedTypes annotatedTypes;

		private final boolean weaving;

		AnnotatedTypesPointcut(AnnotatedTypes annotatedTypes, boolean weaving) {
			this.annotatedTypes = annotatedTypes;
			this.weaving = weaving;
		}

		@Override
		public ClassFilter getClassFilter() {
			return this;
		}

		@Override
		public boolean matches(Class<?> type) {
			return this.annotatedTypes.mention(type) && !(this.weaving && isWoven(type));
		}

		private static boolean isWoven(Class<?> type) {
			List<Problem> problems = new ArrayList<>();
			List<AnnotatedMethod> methods = AnnotatedMethodFinder.of(Subject.ofType(type), true, problems::add);
			return problems.isEmpty() && !methods.isEmpty() && methods.stream().allMatch(AnnotatedMethod::woven);
		}

		@Override
		public MethodMatcher getMethodMatcher() {
			return MethodMatcher.TRUE;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof AnnotatedTypesPointcut;
		}

		@Override
		public int hashCode() {
			return AnnotatedTypesPointcut.class.hashCode();
		}

		@Override
		public String toString() {
			return "types with @CircuitBreaker";
		}

	}

}
