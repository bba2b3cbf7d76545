package dev.breaker.spring.aop;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.fallback.FallbackListener;
import dev.breaker.spring.fallback.FallbackResolver;
import dev.breaker.spring.fallback.MethodFallback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.StringUtils;

/**
 * What every annotated method of every bean means: worked out at start. What an
 * annotation asks for and cannot have stops the application then, also for beans that are
 * lazy, scoped or prototypes, as far as their types are known. Safe for use by many
 * threads.
 */
public final class GuardedMethods implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(GuardedMethods.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final KeyedBreakers keyedBreakers;

	private final FallbackResolver fallbacks;

	private final AnnotatedTypes annotatedTypes;

	private final Map<Subject, List<GuardedMethod>> known = new ConcurrentHashMap<>();

	private final Set<String> breakerNames = new ConcurrentSkipListSet<>();

	private final Set<String> namesWithoutKey = ConcurrentHashMap.newKeySet();

	private volatile boolean started;

	/**
	 * Makes the holder; it finds the methods by itself.
	 * @param beanFactory has the beans
	 * @param registry has the breakers
	 * @param configs their configs
	 * @param keyedBreakers makes the breakers of annotations with a key
	 * @param guards puts the guards on beans
	 * @param fallbackListeners hear of fallbacks that ran
	 */
	public GuardedMethods(ConfigurableListableBeanFactory beanFactory, CircuitBreakerRegistry registry,
			BreakerConfigs configs, KeyedBreakers keyedBreakers, GuardPostProcessor guards,
			ObjectProvider<FallbackListener> fallbackListeners) {
		this.beanFactory = beanFactory;
		this.registry = registry;
		this.configs = configs;
		this.keyedBreakers = keyedBreakers;
		this.annotatedTypes = guards.annotatedTypes();
		this.fallbacks = new FallbackResolver(beanFactory, new FallbackListeners(fallbackListeners));
	}

	/**
	 * The breakers that annotations name.
	 * @return an unmodifiable copy, sorted
	 */
	public Set<String> breakerNames() {
		afterSingletonsInstantiated();
		return Collections.unmodifiableSet(new TreeSet<>(this.breakerNames));
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.started) {
			return;
		}
		this.started = true;
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			if (!this.beanFactory.getBeanDefinition(beanName).isAbstract()) {
				lookAt(beanName);
			}
		}
		for (List<GuardedMethod> methods : this.known.values()) {
			for (GuardedMethod method : methods) {
				MethodFallback fallback = method.fallback();
				if (fallback != null) {
					fallback.resolve();
				}
			}
		}
		this.keyedBreakers.removeIdle(this.namesWithoutKey);
	}

	private void lookAt(String beanName) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		if (type == null || !this.annotatedTypes.mention(type) || of(Subject.ofType(type)).isEmpty()) {
			return;
		}
		Object singleton = this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getSingleton(beanName)
				: null;
		if (singleton != null && type.isInstance(singleton) && !(singleton instanceof AopInfrastructureBean)
				&& !(singleton instanceof Advised)) {
			logger.warn(
					"Bean '{}' of type {} has methods annotated with @CircuitBreaker that are not guarded: it was made before circuit breakers were ready, or is no proxy. Nothing that beans are post-processed with should depend on it",
					beanName, type.getName());
		}
	}

	List<GuardedMethod> of(Subject subject) {
		List<GuardedMethod> methods = this.known.get(subject);
		if (methods == null) {
			methods = AnnotatedMethods.of(subject).stream().map(this::resolve).toList();
			this.known.put(subject, methods);
		}
		return methods;
	}

	private GuardedMethod resolve(AnnotatedMethod annotated) {
		boolean stage = ReturnTypes.isStage(annotated.method(), annotated.type());
		String name = name(annotated);
		MethodFallback fallback = fallback(annotated, name);
		String key = annotated.annotation().key();
		KeyExpression expression = key.isEmpty() ? null : KeyExpression.of(annotated, this.beanFactory);
		this.breakerNames.add(name);
		if (expression != null) {
			return GuardedMethod.keyed(annotated, stage, this.keyedBreakers.group(name), expression, fallback);
		}
		this.namesWithoutKey.add(name);
		return GuardedMethod.of(annotated, stage, this.registry.get(name, this.configs.get(name)), fallback);
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
			throw new InvalidGuardException(
					"The circuit breaker's name on %s is empty%s.".formatted(annotated.describe(),
							text.isEmpty() ? "" : " (\"" + text + "\")"),
					"Give the name under which the breaker is configured, as in @CircuitBreaker(name = \"payments\").");
		}
		return name;
	}

	private static InvalidGuardException unresolved(AnnotatedMethod annotated, @Nullable String reason) {
		return new InvalidGuardException(
				"The circuit breaker's name \"%s\" on %s cannot be resolved: %s"
					.formatted(annotated.annotation().name(), annotated.describe(), reason),
				"Set the property, or correct the placeholder.");
	}

	private @Nullable MethodFallback fallback(AnnotatedMethod annotated, String name) {
		String fallbackMethod = annotated.annotation().fallbackMethod();
		return fallbackMethod.isEmpty() ? null
				: this.fallbacks.resolve(name, annotated.method(), annotated.type(), fallbackMethod);
	}

}
