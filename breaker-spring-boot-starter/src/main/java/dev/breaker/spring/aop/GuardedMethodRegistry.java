package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.LogText;
import dev.breaker.spring.aop.RetryAnnotation.Library;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.FallbackListener;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.FallbackResolver;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException.Problem;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Holds the annotated methods of all beans, with their breakers and fallbacks, worked out
 * at start. What an annotation asks for and cannot have stops the application then, also
 * for beans that are lazy, scoped or prototypes, as far as their types are known. Safe
 * for use by many threads.
 */
public final class GuardedMethodRegistry implements SmartInitializingSingleton, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(GuardedMethodRegistry.class);

	private static final String NULL_BEAN = "org.springframework.beans.factory.support.NullBean";

	/** There in a test with {@code @MockitoBean}, {@code @TestBean} and their kin. */
	private static final String BEAN_OVERRIDES = "org.springframework.test.context.bean.override.internalBeanOverrideRegistry";

	private final ConfigurableListableBeanFactory beanFactory;

	private final NestingFinder nesting;

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final int maxKeys;

	private final FallbackResolver fallbacks;

	private final AnnotatedTypes annotatedTypes;

	private final CircuitBreakerBeanPostProcessor guards;

	private final boolean weaving;

	private final UninterceptedMethods unintercepted;

	private final Map<Class<?>, List<GuardedMethod>> ofClasses = new ConcurrentHashMap<>();

	private final Map<Class<?>, List<SelfInvocation>> selfInvocations = new ConcurrentHashMap<>();

	private final Map<Subject, List<GuardedMethod>> known = new ConcurrentHashMap<>();

	/** Those of beans that were not given out: they are refused each time. */
	private final Set<Subject> refused = ConcurrentHashMap.newKeySet();

	private final Map<String, NamedBreaker> namedBreakers = new ConcurrentHashMap<>();

	private final SharedNames sharedNames;

	private final CircuitBreakerRegistryListener forgetRemoved = new CircuitBreakerRegistryListener() {

		@Override
		public void onRemoved(CircuitBreaker breaker) {
			NamedBreaker named = GuardedMethodRegistry.this.namedBreakers.get(breaker.name());
			if (named != null) {
				named.forget(breaker);
			}
		}

		@Override
		public void onGroupRemoved(CircuitBreakerGroup group) {
			NamedBreaker named = GuardedMethodRegistry.this.namedBreakers.get(group.name());
			if (named != null) {
				named.forget(group);
			}
		}

	};

	/** The beans with guards, and the methods of these, until the start is over. */
	private final Map<String, List<GuardedMethod>> guardedBeans = new ConcurrentHashMap<>();

	private volatile boolean started;

	/**
	 * Makes a registry, which finds the methods of all beans at start.
	 * @param beanFactory has the beans
	 * @param registry has the breakers
	 * @param configs their configs
	 * @param maxKeys how many keys of a name may have a breaker at a time, 1 or more
	 * @param strict whether annotated methods with calls that are not guarded stop the
	 * application
	 * @param guards puts the guards on beans
	 * @param fallbackListeners are told of fallbacks that ran
	 */
	public GuardedMethodRegistry(ConfigurableListableBeanFactory beanFactory, CircuitBreakerRegistry registry,
			BreakerConfigs configs, int maxKeys, boolean strict, CircuitBreakerBeanPostProcessor guards,
			ObjectProvider<FallbackListener> fallbackListeners) {
		this.beanFactory = beanFactory;
		this.nesting = new NestingFinder(beanFactory);
		this.registry = registry;
		this.configs = configs;
		this.maxKeys = maxKeys;
		this.guards = guards;
		this.annotatedTypes = guards.annotatedTypes();
		this.weaving = guards.isWeaving();
		this.unintercepted = new UninterceptedMethods(strict, this.weaving);
		registry.addRegistryListener(this.forgetRemoved);
		this.fallbacks = new FallbackResolver(beanFactory, fallbackListeners);
		GuardedMethodRegistry ancestor = (beanFactory.getParentBeanFactory() instanceof ListableBeanFactory parent)
				? parent.getBeanProvider(GuardedMethodRegistry.class, false).getIfUnique() : null;
		this.sharedNames = (ancestor != null && ancestor.registry == registry) ? ancestor.sharedNames
				: new SharedNames();
		this.sharedNames.add(this);
	}

	/**
	 * The breakers that annotations name.
	 * @return an unmodifiable copy, sorted
	 */
	public Set<String> breakerNames() {
		afterSingletonsInstantiated();
		return Collections.unmodifiableSet(new TreeSet<>(this.namedBreakers.keySet()));
	}

	/**
	 * What the annotations do that are known so far: those of all beans whose classes are
	 * known, and of those that were made, in this context and in the others that share
	 * its circuit breakers, its parents and their children.
	 * @return an unmodifiable copy, sorted by method, then by breaker
	 */
	public List<MethodBinding> bindings() {
		afterSingletonsInstantiated();
		Set<MethodBinding> bindings = new LinkedHashSet<>();
		for (GuardedMethodRegistry context : this.sharedNames.contexts()) {
			if (context.started) {
				context.addBindings(bindings);
			}
		}
		return bindings.stream()
			.sorted(Comparator.comparing(MethodBinding::method).thenComparing(MethodBinding::breaker))
			.toList();
	}

	private void addBindings(Set<MethodBinding> bindings) {
		this.known.forEach((subject, methods) -> {
			methods.forEach((method) -> bindings.add(MethodBinding.of(method, this.unintercepted.reason(method))));
			AnnotatedMethodFinder.leftOut(subject)
				.forEach((method) -> bindings.add(MethodBinding.unguarded(method, nameOrText(method))));
			AnnotatedMethodFinder.inheritedFinals(subject, this.weaving)
				.forEach((method) -> bindings.add(MethodBinding.inheritedFinal(method, nameOrText(method))));
		});
	}

	/** A name that no guard needs may have no value. */
	private String nameOrText(AnnotatedMethod method) {
		try {
			return name(method);
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			return method.annotation().name();
		}
	}

	/**
	 * The beans that were not made while the context started and whose classes are not
	 * known before, so that their annotations are not either. Called once, when the
	 * context has started.
	 * @return their names, sorted
	 */
	public Set<String> beansToCome() {
		Set<String> beansToCome = new TreeSet<>();
		Set<String> made = this.guards.takeMade();
		for (String beanName : definedBeans()) {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
			boolean known = type != null && !Modifier.isAbstract(type.getModifiers()) && type != Object.class;
			boolean ofSpring = type != null && type.getName().startsWith("org.springframework.");
			if (!known && !ofSpring && !made.contains(beanName) && !isNull(beanName)) {
				beansToCome.add(beanName);
			}
		}
		return beansToCome;
	}

	/**
	 * Warns of each {@code @Retryable} that does not do beside a circuit breaker what it
	 * seems to. Called once, when the context has started.
	 */
	public void reportRetries() {
		List<Library> libraries = RetryableChecker.libraries(this.beanFactory);
		if (libraries.isEmpty()) {
			return;
		}
		Map<String, List<GuardedMethod>> guarded = new LinkedHashMap<>();
		for (String beanName : definedBeans()) {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
			if (type != null && this.annotatedTypes.mention(type)) {
				guarded.put(beanName, ofBean(beanName));
			}
		}
		if (!guarded.isEmpty()) {
			new RetryableChecker(this.beanFactory, guarded, libraries).check();
		}
	}

	/** Whether the bean is null, which Spring does not give to post-processors. */
	private boolean isNull(String beanName) {
		Object singleton = this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getSingleton(beanName)
				: null;
		return singleton != null && singleton.getClass().getName().equals(NULL_BEAN);
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.started) {
			return;
		}
		this.started = true;
		Problems problems = new Problems();
		for (String beanName : definedBeans()) {
			lookAt(beanName, AutoProxyUtils.determineTargetClass(this.beanFactory, beanName), problems);
			reportReplaced(beanName, problems);
		}
		for (Map.Entry<String, List<GuardedMethod>> bean : this.guardedBeans.entrySet()) {
			findNesting(bean.getKey(), bean.getValue(), this.nesting);
		}
		this.guardedBeans.clear();
		for (String beanName : this.beanFactory.getSingletonNames()) {
			if (!this.beanFactory.containsBeanDefinition(beanName)) {
				lookAt(beanName, AutoProxyUtils.determineTargetClass(this.beanFactory, beanName), problems);
			}
		}
		boolean anyFallback = false;
		for (List<GuardedMethod> methods : this.known.values()) {
			for (GuardedMethod method : methods) {
				resolve(method, problems);
				anyFallback = anyFallback || method.fallback() != null;
			}
		}
		if (anyFallback && problems.isEmpty()) {
			FallbackCycles.find(this.known.values(), this::ofBean, problems);
		}
		findSelfInvocations(this.ofClasses.keySet(), problems);
		if (!problems.isEmpty()) {
			throw problems.toException();
		}
		for (NamedBreaker named : this.namedBreakers.values()) {
			named.removeIdle();
		}
		if (this.weaving) {
			reportUnwoven();
		}
	}

	/** Looks for what is of other beans, now that all of them are known. */
	private static void resolve(GuardedMethod method, Problems problems) {
		if (method.hasKey()) {
			problems.run(method::checkBeansOfKey);
		}
		FallbackMethod fallback = method.fallback();
		if (fallback != null) {
			problems.run(fallback::resolve);
		}
	}

	private List<GuardedMethod> ofBean(String beanName) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		return (type != null) ? this.known.getOrDefault(Subject.ofType(type), List.of()) : List.of();
	}

	/** Looks through each class once. */
	private void findSelfInvocations(Set<Class<?>> types, Problems problems) {
		SelfInvocationFinder finder = new SelfInvocationFinder();
		List<SelfInvocation> found = new ArrayList<>();
		for (Class<?> type : types) {
			List<SelfInvocation> ofType = this.selfInvocations.get(type);
			if (ofType == null) {
				ofType = finder.find(type, this.ofClasses.getOrDefault(type, List.of()));
				this.selfInvocations.put(type, ofType);
			}
			found.addAll(ofType);
		}
		if (!found.isEmpty()) {
			this.unintercepted.addSelfInvoked(found, problems);
		}
	}

	/** A proxy guards fewer calls than an aspect would. */
	private void reportUnwoven() {
		Set<String> unwoven = new TreeSet<>();
		Set<String> unseen = new TreeSet<>();
		for (List<GuardedMethod> methods : this.known.values()) {
			methods.stream()
				.filter((method) -> !method.isWoven() && !method.type().isInterface())
				.forEach((method) -> (method.isAnnotatedFurtherUp() ? unseen : unwoven).add(method.describe()));
		}
		reportUnwoven(unseen,
				"Repeat the annotation on them: AspectJ does not see the one on the method that they override or implement");
		reportUnwoven(unwoven,
				"Include their classes in META-INF/aop.xml and start with -javaagent:aspectjweaver.jar, or weave them when they are built; AspectJ sees no annotation that stands on a subclass, and suspending functions are left to proxies");
	}

	private static void reportUnwoven(Set<String> methods, String remedy) {
		if (!methods.isEmpty()) {
			logger.warn(
					"{} is aspectj, and these methods with @CircuitBreaker are not woven: {}. Only calls through the proxies of their beans are guarded. {}",
					BreakerProperties.MODE, String.join(", ", methods), remedy);
		}
	}

	/**
	 * The guard of a method that is woven. Works it out anew for each call of this
	 * method.
	 * @param method the method whose body is to be run
	 * @param type the class of the object that it is run on, or the class of a static
	 * method
	 * @return what guards its calls, or {@code null} where no annotation holds for it, a
	 * proxy guards it, or the class overrides it by a method that is woven, or annotated,
	 * itself
	 * @throws InvalidCircuitBreakerAnnotationException if an annotation of the class asks
	 * for what it cannot have; the classes of beans are looked at when the context starts
	 */
	public @Nullable MethodInterceptor wovenGuard(Method method, Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		GuardedMethod guarded = find(method, guardedMethods(userType));
		if (guarded == null) {
			// Overridden: only a method of the class can call it, by super.
			Method overriding = AopUtils.getMostSpecificMethod(method, userType);
			GuardedMethod override = overriding.equals(method) ? null : find(overriding, guardedMethods(userType));
			guarded = find(method, guardedMethods(method.getDeclaringClass()));
			// One that inherits the annotation is guarded where its object is behind a
			// proxy. The guard here steps aside then.
			if (override != null && (override.isWoven() || guarded == null
					|| !override.declaration().equals(guarded.declaration()))) {
				return null;
			}
		}
		return (guarded != null && guarded.isWoven()) ? guarded.interceptor() : null;
	}

	private static @Nullable GuardedMethod find(Method method, List<GuardedMethod> methods) {
		for (GuardedMethod guarded : methods) {
			if (guarded.method().equals(method)) {
				return guarded;
			}
		}
		return null;
	}

	/**
	 * The guarded methods of a class whose calls may be made before the start is over.
	 */
	private List<GuardedMethod> guardedMethods(Class<?> type) {
		Problems problems = new Problems();
		List<GuardedMethod> methods = find(Subject.ofType(type), problems);
		for (GuardedMethod guarded : methods) {
			if (this.started) {
				resolve(guarded, problems);
			}
		}
		if (!problems.isEmpty()) {
			throw problems.toException();
		}
		return methods;
	}

	/** Leaves nothing of itself in a registry that outlives the context. */
	@Override
	public void destroy() {
		this.registry.removeRegistryListener(this.forgetRemoved);
		this.sharedNames.removeAll(this, this.namedBreakers.values());
		this.namedBreakers.values().forEach(NamedBreaker::removeGroup);
	}

	private List<String> definedBeans() {
		List<String> defined = new ArrayList<>();
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			if (!this.beanFactory.getBeanDefinition(beanName).isAbstract()) {
				defined.add(beanName);
			}
		}
		return defined;
	}

	private void lookAt(String beanName, @Nullable Class<?> type, Problems problems) {
		if (type == null || !this.annotatedTypes.mention(type)) {
			return;
		}
		List<GuardedMethod> methods = find(beanName, type, problems);
		if (methods.isEmpty()) {
			return;
		}
		boolean defined = this.beanFactory.containsBeanDefinition(beanName);
		for (NamedBreaker breaker : breakers(methods)) {
			breaker.found(beanName);
			if (defined && !this.beanFactory.getMergedBeanDefinition(beanName).isSingleton()) {
				breaker.nests();
			}
		}
		Object singleton = this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getSingleton(beanName)
				: null;
		if (singleton == null || !type.isInstance(singleton) || singleton instanceof AopInfrastructureBean
				|| isGuarded(singleton) || methods.stream().allMatch(GuardedMethod::isWoven)) {
			return;
		}
		if (isOverriddenByTest(beanName)) {
			this.unintercepted.addOverridden(beanName, methods);
			return;
		}
		this.unintercepted.addUnproxied(beanName, type, defined, methods, problems);
	}

	/** Another post-processor may give an object of another class in place of a bean. */
	private void reportReplaced(String beanName, Problems problems) {
		Class<?> declared = this.beanFactory.getMergedBeanDefinition(beanName).getResolvableType().resolve();
		if (declared == null || FactoryBean.class.isAssignableFrom(declared) || !this.annotatedTypes.mention(declared)
				|| this.guardedBeans.containsKey(beanName) || !this.beanFactory.containsSingleton(beanName)
				|| isNull(beanName)) {
			return;
		}
		Object singleton = this.beanFactory.getSingleton(beanName);
		if (singleton == null || declared.isInstance(singleton) || isGuarded(singleton)
				|| isOverriddenByTest(beanName)) {
			return;
		}
		List<String> unguarded = AnnotatedMethodFinder.of(Subject.ofType(declared), this.weaving, (problem) -> {
		}).stream().filter((method) -> !method.woven()).map(AnnotatedMethod::describe).toList();
		if (!unguarded.isEmpty()) {
			this.unintercepted.addReplaced(beanName, declared, singleton.getClass(), unguarded, problems);
		}
	}

	/**
	 * Whether a test has put an object of its own in the place of a bean, such as a mock:
	 * Spring registers it as it is.
	 */
	private boolean isOverriddenByTest(String beanName) {
		return this.beanFactory.containsSingleton(BEAN_OVERRIDES) && this.beanFactory.containsBeanDefinition(beanName)
				&& !this.guards.wasMade(beanName);
	}

	private static boolean isGuarded(Object bean) {
		Object object = bean;
		while (object instanceof Advised proxy) {
			if (AdvisorChain.isArranged(proxy)) {
				return true;
			}
			object = AopProxyUtils.getSingletonTarget(object);
		}
		return false;
	}

	/**
	 * An object of a bean was made, and has its guards.
	 * @param canNest whether it is known already that a call of one of its methods can
	 * come back to one of them
	 */
	void made(String beanName, List<GuardedMethod> methods, boolean canNest) {
		for (NamedBreaker breaker : breakers(methods)) {
			breaker.made(beanName);
			if (canNest) {
				breaker.nests();
			}
		}
		if (this.started) {
			findNesting(beanName, methods, this.nesting);
		}
		else {
			this.guardedBeans.put(beanName, methods);
		}
	}

	private static void findNesting(String beanName, List<GuardedMethod> methods, NestingFinder finder) {
		Set<NamedBreaker> breakers = breakers(methods);
		for (NamedBreaker breaker : breakers) {
			if (!breaker.canNest()) {
				if (finder.canNest(beanName, methods)) {
					breakers.forEach(NamedBreaker::nests);
				}
				return;
			}
		}
	}

	private static Set<NamedBreaker> breakers(List<GuardedMethod> methods) {
		Set<NamedBreaker> breakers = new HashSet<>();
		for (GuardedMethod method : methods) {
			breakers.add(method.named());
		}
		return breakers;
	}

	/**
	 * The guarded methods of a subject.
	 * @throws InvalidCircuitBreakerAnnotationException with the problems of all beans,
	 * where the subject has one
	 */
	List<GuardedMethod> of(Subject subject) {
		List<GuardedMethod> methods = this.known.get(subject);
		Class<?> type = subject.type();
		// A look at all beans, for the problems of another one, does not read their code
		boolean read = !this.started || type == null || this.selfInvocations.containsKey(type);
		if (methods != null && read && !this.refused.contains(subject)) {
			return methods;
		}
		Problems problems = new Problems();
		methods = find(subject, problems);
		if (this.started && type != null) {
			findSelfInvocations(Set.of(type), problems);
		}
		if (!problems.isEmpty()) {
			this.known.remove(subject);
			this.refused.add(subject);
			throw withAllOthers(problems);
		}
		return methods;
	}

	/** The guarded method of a type, of a bean that was made or is yet to be made. */
	Optional<GuardedMethod> of(Class<?> type, Predicate<Method> wanted) {
		List<GuardedMethod> ofType = of(Subject.ofType(type));
		return Stream.concat(ofType.stream(), this.known.values().stream().flatMap(List::stream))
			.filter((method) -> method.type() == type && wanted.test(method.method()))
			.findFirst();
	}

	/**
	 * The problems of a bean, with those of all other beans as far as their types are
	 * known.
	 */
	InvalidCircuitBreakerAnnotationException withAllProblems(InvalidCircuitBreakerAnnotationException ofBean) {
		Problems problems = new Problems();
		problems.addAll(ofBean);
		return withAllOthers(problems);
	}

	private InvalidCircuitBreakerAnnotationException withAllOthers(Problems problems) {
		for (String beanName : definedBeans()) {
			Class<?> type;
			try {
				type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
			}
			catch (RuntimeException | LinkageError ex) {
				// Not one of an annotation: the next start shows it.
				continue;
			}
			if (type == null || !this.annotatedTypes.mention(type)) {
				continue;
			}
			List<GuardedMethod> methods = find(beanName, type, problems);
			if (!methods.stream().allMatch(GuardedMethod::isWoven)) {
				problems.run(() -> this.guards.requireExtensible(type));
			}
			for (GuardedMethod method : methods) {
				FallbackMethod fallback = method.fallback();
				if (fallback != null && isKnown(fallback.otherBean())) {
					problems.run(fallback::resolve);
				}
			}
		}
		if (this.unintercepted.isStrict()) {
			findSelfInvocations(this.ofClasses.keySet(), problems);
		}
		return problems.toException();
	}

	/** Whether the methods of another bean are known. */
	private boolean isKnown(@Nullable String beanName) {
		return beanName != null
				&& (!this.beanFactory.containsBean(beanName) || this.beanFactory.containsSingleton(beanName));
	}

	private List<GuardedMethod> find(String beanName, Class<?> type, Problems problems) {
		// What the declared type lacks, the class may have: it is known when it is made.
		return find(Subject.ofType(type), isDeclaredOnly(beanName, type) ? new Problems() : problems);
	}

	/**
	 * Whether of a bean no more is known than that a method, which was not called yet,
	 * returns that type.
	 */
	private boolean isDeclaredOnly(String beanName, Class<?> type) {
		String scoped = ScopedProxyUtils.getTargetBeanName(beanName);
		if (this.beanFactory.containsBeanDefinition(scoped)) {
			Class<?> scopedType = AutoProxyUtils.determineTargetClass(this.beanFactory, scoped);
			return scopedType == null || isDeclaredOnly(scoped, scopedType);
		}
		if (!Modifier.isAbstract(type.getModifiers()) || !this.beanFactory.containsBeanDefinition(beanName)
				|| this.beanFactory.containsSingleton(beanName) || this.beanFactory.isFactoryBean(beanName)) {
			return false;
		}
		BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(beanName);
		return definition.getFactoryMethodName() != null
				|| (definition instanceof RootBeanDefinition root && root.getResolvedFactoryMethod() != null);
	}

	private List<GuardedMethod> find(Subject subject, Problems problems) {
		List<GuardedMethod> known = this.known.get(subject);
		if (known != null) {
			return known;
		}
		// Others may have had the same problem before
		Problems own = new Problems();
		List<GuardedMethod> methods = new ArrayList<>();
		for (AnnotatedMethod annotated : AnnotatedMethodFinder.of(subject, this.weaving, own)) {
			GuardedMethod method = resolve(annotated, own);
			if (method != null) {
				methods.add(method);
			}
		}
		Class<?> type = subject.type();
		if (type != null) {
			List<AnnotatedMethod> finals = AnnotatedMethodFinder.inheritedFinals(subject, this.weaving);
			if (!finals.isEmpty()) {
				this.unintercepted.addInheritedFinals(type, finals, own);
			}
			if (this.ofClasses.putIfAbsent(type, List.copyOf(methods)) == null && own.isEmpty()) {
				reportIgnoredFallbacks(methods);
			}
		}
		if (own.isEmpty()) {
			this.known.put(subject, List.copyOf(methods));
		}
		problems.addAll(own);
		return methods;
	}

	/**
	 * Warns of methods that have the name of a fallback and never run. Not of one that is
	 * the fallback of another method, nor where an annotation on the class names methods
	 * for many.
	 */
	private static void reportIgnoredFallbacks(List<GuardedMethod> methods) {
		Set<Method> used = new HashSet<>();
		for (GuardedMethod method : methods) {
			used.add(method.method());
			FallbackMethod fallback = method.fallback();
			if (fallback != null && fallback.otherBean() == null) {
				used.addAll(fallback.methods());
			}
		}
		for (GuardedMethod method : methods) {
			FallbackMethod fallback = method.fallback();
			if (fallback == null || !method.isAnnotatedItself()) {
				continue;
			}
			Map<Method, String> ignored = new LinkedHashMap<>(fallback.ignored());
			// Overloads of the guarded method have its name for a reason of their own.
			ignored.keySet()
				.removeIf((each) -> used.contains(each) || each.getName().equals(method.method().getName()));
			if (!ignored.isEmpty()) {
				logger.warn(
						"Methods that have the name of the fallback of {} never run as such, since they do not fit: {}. Change their signatures, or their names",
						method.describe(), String.join("; ", ignored.values()));
				used.addAll(ignored.keySet());
			}
		}
	}

	private @Nullable GuardedMethod resolve(AnnotatedMethod annotated, Problems problems) {
		// By hand: a lambda would load what it returns with this class, at each start.
		ReturnKind kind = null;
		try {
			kind = ReturnKinds.of(annotated.method(), annotated.type());
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			problems.addAll(ex);
		}
		String name = null;
		try {
			name = name(annotated);
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			problems.addAll(ex);
		}
		String fallbackMethod = annotated.annotation().fallbackMethod();
		FallbackMethod fallback = null;
		if (!fallbackMethod.isEmpty()) {
			try {
				fallback = this.fallbacks.resolve((name != null) ? name : "", annotated.method(), annotated.type(),
						fallbackMethod, (kind != null) ? kind : ReturnKinds.VALUE);
			}
			catch (InvalidCircuitBreakerAnnotationException ex) {
				problems.addAll(ex);
			}
		}
		String key = annotated.annotation().key();
		KeyExpression expression = null;
		if (!key.isEmpty()) {
			try {
				expression = KeyExpression.of(annotated, this.beanFactory);
			}
			catch (InvalidCircuitBreakerAnnotationException ex) {
				problems.addAll(ex);
			}
		}
		try {
			checkTimeLimit(annotated, kind, name);
		}
		catch (InvalidCircuitBreakerAnnotationException ex) {
			problems.addAll(ex);
		}
		if (name == null || (expression == null && !key.isEmpty())) {
			return null;
		}
		NamedBreaker named = named(name);
		this.sharedNames.add(named);
		if (this.configs.httpClientBreakers().contains(name)) {
			// A client that the method calls may be guarded by the name, too.
			named.nests();
		}
		if (expression != null) {
			named.useGroup();
		}
		else {
			named.useBreaker();
		}
		if (kind == null || (fallback == null && !fallbackMethod.isEmpty())) {
			return null;
		}
		if (annotated.woven() || (this.weaving && WovenBodies.include(annotated.declaration()))) {
			// An override calls what it overrides.
			named.nests();
		}
		return new GuardedMethod(annotated, kind, named, expression, fallback, this.beanFactory);
	}

	private NamedBreaker named(String name) {
		NamedBreaker present = this.namedBreakers.get(name);
		if (present == null) {
			NamedBreaker made = new NamedBreaker(name, this.registry, this.configs, this.maxKeys);
			present = this.namedBreakers.putIfAbsent(name, made);
			return (present != null) ? present : made;
		}
		return present;
	}

	private void checkTimeLimit(AnnotatedMethod annotated, @Nullable ReturnKind kind, @Nullable String name) {
		if (name == null || kind == null || kind.limitsTime()) {
			return;
		}
		String remedy = "Set the timeouts of the client that the method uses, such as spring.http.clients.read-timeout, and take the limit away (time-limit: none); or return a CompletableFuture or a reactive type.";
		Duration limit = this.configs.get(name).timeLimit();
		if (limit != null) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The circuit breaker \"%s\" on %s has a time-limit (%s), and a call that returns %s cannot be ended from outside."
						.formatted(name, annotated.describe(), limit, kind.describe()),
					remedy);
		}
		this.configs.refuseTimeLimit(name,
				"a call of " + annotated.describe() + ", which returns " + kind.describe() + ",", remedy);
	}

	private String name(AnnotatedMethod annotated) {
		String text = annotated.annotation().name();
		String name;
		try {
			name = this.beanFactory.resolveEmbeddedValue(text);
		}
		catch (IllegalArgumentException ex) {
			throw unresolved(annotated, ex.getMessage());
		}
		// Some contexts leave a placeholder without a value as it is.
		if (name != null && name.contains("${")) {
			throw unresolved(annotated, "there is no such property");
		}
		if (!StringUtils.hasText(name)) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The circuit breaker's name on %s is empty%s.".formatted(annotated.describe(),
							text.isEmpty() ? "" : " (\"" + text + "\")"),
					"Give the name under which the breaker is configured, as in @CircuitBreaker(name = \"payments\").");
		}
		if (!name.equals(name.strip())) {
			throw new InvalidCircuitBreakerAnnotationException(
					"The circuit breaker's name \"%s\" on %s begins or ends with a blank."
						.formatted(LogText.escaped(name), annotated.describe()),
					"Write \"%s\", or remove the blank from the property of the placeholder.".formatted(name.strip()));
		}
		return name;
	}

	private static InvalidCircuitBreakerAnnotationException unresolved(AnnotatedMethod annotated,
			@Nullable String reason) {
		return new InvalidCircuitBreakerAnnotationException(
				"The circuit breaker's name \"%s\" on %s cannot be resolved: %s"
					.formatted(annotated.annotation().name(), annotated.describe(), reason),
				"Set the property, or correct the placeholder.");
	}

	/**
	 * Collects what annotations ask for and cannot have, each once, so that one start
	 * shows all of it.
	 */
	private static final class Problems implements Consumer<Problem> {

		private final Set<Problem> problems = new LinkedHashSet<>();

		@Override
		public void accept(Problem problem) {
			this.problems.add(problem);
		}

		void addAll(Problems others) {
			this.problems.addAll(others.problems);
		}

		void addAll(InvalidCircuitBreakerAnnotationException ex) {
			this.problems.addAll(ex.problems());
		}

		/** Runs a check, which may add a problem. */
		void run(Runnable check) {
			try {
				check.run();
			}
			catch (InvalidCircuitBreakerAnnotationException ex) {
				addAll(ex);
			}
		}

		boolean isEmpty() {
			return this.problems.isEmpty();
		}

		InvalidCircuitBreakerAnnotationException toException() {
			return new InvalidCircuitBreakerAnnotationException(List.copyOf(this.problems));
		}

	}

}
