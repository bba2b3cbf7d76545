package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackListener;
import dev.breaker.spring.fallback.FallbackResolver;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import dev.breaker.spring.fallback.MethodSignatures;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.KotlinDetector;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image what guarded methods find by reflection: themselves, their
 * fallbacks, and what their keys read.
 */
final class GuardedMethodHints implements BeanRegistrationAotProcessor {

	private final AnnotatedTypes annotatedTypes = new AnnotatedTypes();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Set<AnnotatedMethod> methods = new LinkedHashSet<>();
		for (Class<?> type : types(bean)) {
			if (this.annotatedTypes.mention(type)) {
				// The start tells of what cannot be guarded
				methods.addAll(AnnotatedMethodFinder.of(Subject.ofType(type), true, (problem) -> {
				}));
			}
		}
		ConfigurableListableBeanFactory beanFactory = bean.getBeanFactory();
		return methods.isEmpty() ? null : (context, code) -> register(context.getRuntimeHints(), methods, beanFactory);
	}

	/** The class of the bean and, where it is a factory, that of its product. */
	private static Set<Class<?>> types(RegisteredBean bean) {
		Set<Class<?>> types = new LinkedHashSet<>(List.of(ClassUtils.getUserClass(bean.getBeanClass())));
		Class<?> product = bean.getBeanFactory().containsBean(bean.getBeanName())
				? bean.getBeanFactory().getType(bean.getBeanName(), false) : null;
		if (product != null) {
			types.add(ClassUtils.getUserClass(product));
		}
		return types;
	}

	private static void register(RuntimeHints hints, Set<AnnotatedMethod> methods,
			ConfigurableListableBeanFactory beanFactory) {
		hints.proxies().registerJdkProxy(CircuitBreaker.class);
		registerKinds(hints, beanFactory.getBeanClassLoader());
		FallbackResolver fallbacks = new FallbackResolver(beanFactory,
				beanFactory.getBeanProvider(FallbackListener.class));
		for (AnnotatedMethod method : methods) {
			registerHierarchy(hints.reflection(), method.type());
			hints.reflection().registerMethod(method.method(), ExecutableMode.INVOKE);
			registerValueClass(hints.reflection(), method);
			try {
				registerFallback(hints.reflection(), method, fallbacks);
				if (!method.annotation().key().isEmpty()) {
					new KeyHints(method, beanFactory, hints.reflection()).register();
				}
			}
			catch (InvalidCircuitBreakerAnnotationException ex) {
				// The start tells of it
			}
		}
	}

	/** What kinds of return types reach by reflection. */
	private static void registerKinds(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (String type : List.of("org.springframework.web.context.request.async.WebAsyncTask", "kotlin.Result")) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, type,
						(hint) -> hint.withMembers(MemberCategory.INVOKE_DECLARED_METHODS));
		}
		String request = "org.springframework.web.context.request.async.AsyncWebRequest";
		if (ClassUtils.isPresent(request, classLoader)) {
			hints.proxies().registerJdkProxy(TypeReference.of(request));
		}
	}

	/**
	 * What puts a plain value into the value class that a suspending function returns.
	 */
	private static void registerValueClass(ReflectionHints hints, AnnotatedMethod method) {
		if (KotlinDetector.isSuspendingFunction(method.method())) {
			Class<?> returned = MethodSignatures.returnType(method.method(), method.type()).resolve(Object.class);
			for (Method declared : returned.getDeclaredMethods()) {
				if (declared.getName().equals("box-impl")) {
					hints.registerMethod(declared, ExecutableMode.INVOKE);
				}
			}
		}
	}

	private static void registerHierarchy(ReflectionHints hints, Class<?> type) {
		for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
			hints.registerType(c);
		}
		for (Class<?> inherited : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			hints.registerType(inherited);
		}
	}

	private static void registerFallback(ReflectionHints hints, AnnotatedMethod method, FallbackResolver fallbacks) {
		String fallbackMethod = method.annotation().fallbackMethod();
		if (!fallbackMethod.isEmpty()) {
			fallbacks
				.resolve(method.annotation().name(), method.method(), method.type(), fallbackMethod,
						ReturnKinds.of(method.method(), method.type()))
				.methods()
				.forEach((fallback) -> hints.registerMethod(fallback, ExecutableMode.INVOKE));
		}
	}

}
