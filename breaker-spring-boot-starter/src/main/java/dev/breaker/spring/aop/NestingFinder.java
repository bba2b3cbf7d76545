package dev.breaker.spring.aop;

import java.lang.reflect.Field;
import java.lang.reflect.MalformedParameterizedTypeException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.NativeDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Tells whether a call of a bean's guarded method can come back to a guarded method of
 * the bean. It can where
 * <ul>
 * <li>a guarded method is a default method, which calls others of its interface;</li>
 * <li>a guarded method takes a callback: a type with one abstract method, also as a type
 * argument or in an array;</li>
 * <li>the bean has a way back: by the beans that it was given, and by the fields of their
 * classes and of those that they hold, something is reached that can be the bean, that
 * finds beans ({@link BeanFactory}, or a provider of the bean) or that calls listeners
 * ({@link ApplicationEventPublisher}).</li>
 * </ul>
 * Only classes of the application are gone through, those whose packages begin as that of
 * a guarded class, by two names: where a library begins, the way ends. Static calls are
 * not seen. What was found out is kept for beans that are made later. Safe for use by
 * many threads.
 */
final class NestingFinder {

	private static final List<String> LIBRARIES = List.of("java.", "javax.", "jdk.", "jakarta.", "kotlin.", "kotlinx.",
			"org.springframework.");

	private static final String CORE = "dev.breaker";

	/** Type variables that are bound by themselves have arguments without end. */
	private static final int DEPTH_OF_ARGUMENTS = 4;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<Class<?>, Set<Class<?>>> typesOfFields = new ConcurrentHashMap<>();

	private volatile Beans latest = new Beans(0, 0, Map.of(), Map.of());

	NestingFinder(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Whether a call can come back.
	 * @param beanName the name of the bean, which was made
	 * @param methods its guarded methods
	 */
	boolean canNest(String beanName, List<GuardedMethod> methods) {
		if (NativeDetector.inNativeImage()) {
			// The fields are known there of no more classes than hints name.
			return true;
		}
		for (GuardedMethod method : methods) {
			if ((method.type().isInterface() && method.method().isDefault()) || takesCallback(method)) {
				return true;
			}
		}
		Set<Class<?>> types = new LinkedHashSet<>();
		for (GuardedMethod method : methods) {
			types.add(method.type());
		}
		return new Search(beanName, types, beans()).findsWayBack();
	}

	private static boolean takesCallback(GuardedMethod guarded) {
		for (Class<?> type : typesOfParameters(guarded.method(), guarded.type())) {
			if (isCallback(type)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isCallback(Class<?> type) {
		try {
			return Modifier.isAbstract(type.getModifiers()) && Arrays.stream(type.getMethods())
				.filter((method) -> Modifier.isAbstract(method.getModifiers())
						&& !ReflectionUtils.isObjectMethod(method))
				.map((method) -> method.getName() + method.getParameterCount())
				.distinct()
				.count() == 1;
		}
		catch (LinkageError ex) {
			// Refers to a class that is not there
			return false;
		}
	}

	private static Set<Class<?>> typesOfParameters(Method method, Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (int i = 0; i < method.getParameterCount(); i++) {
			add(ResolvableType.forMethodParameter(method, i, type), DEPTH_OF_ARGUMENTS, types);
		}
		return types;
	}

	private Set<Class<?>> typesOfFields(Class<?> type) {
		Set<Class<?>> known = this.typesOfFields.get(type);
		if (known == null) {
			known = new LinkedHashSet<>();
			try {
				for (Class<?> c = type; c != null; c = c.getSuperclass()) {
					for (Field field : c.getDeclaredFields()) {
						add(ResolvableType.forField(field, type), DEPTH_OF_ARGUMENTS, known);
					}
				}
			}
			catch (LinkageError | TypeNotPresentException | MalformedParameterizedTypeException ex) {
				// Refers to a class that is not there: no more is known of it
			}
			this.typesOfFields.put(type, known);
		}
		return known;
	}

	/** Adds a type and its type arguments, of an array those of its components. */
	private static void add(ResolvableType type, int depth, Set<Class<?>> types) {
		if (type.isArray()) {
			add(type.getComponentType(), depth, types);
			return;
		}
		types.add(type.resolve(Object.class));
		if (depth > 0 && !(type.getType() instanceof Class<?>)) {
			for (ResolvableType argument : type.getGenerics()) {
				add(argument, depth - 1, types);
			}
		}
	}

	/**
	 * The beans that there are. Once there are more, those are looked at that were not
	 * made before: a bean that is made may say more than it declares.
	 */
	private Beans beans() {
		Beans before = this.latest;
		int definitions = this.beanFactory.getBeanDefinitionCount();
		int singletons = this.beanFactory.getSingletonCount();
		if (before.definitions() == definitions && before.singletons() == singletons) {
			return before;
		}
		Map<String, KnownBean> changed = new HashMap<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			look(name, before, changed);
		}
		for (String name : this.beanFactory.getSingletonNames()) {
			look(name, before, changed);
		}
		Beans beans = before.with(definitions, singletons, changed);
		this.latest = beans;
		return beans;
	}

	private void look(String name, Beans before, Map<String, KnownBean> changed) {
		KnownBean known = before.known().get(name);
		if (known != null && (known.made() || !this.beanFactory.containsSingleton(name))) {
			return;
		}
		Class<?> type = typeOf(name);
		if (type != null) {
			Class<?> userType = ClassUtils.getUserClass(type);
			changed.put(name, new KnownBean(isOfApplication(userType) ? userType : null,
					this.beanFactory.containsSingleton(name)));
		}
	}

	/** The first two names of a package, or the whole of a shorter one. */
	private static String root(Class<?> type) {
		String name = type.getPackageName();
		int second = name.indexOf('.', name.indexOf('.') + 1);
		return (second > 0) ? name.substring(0, second) : name;
	}

	/** Makes no factory to learn what it gives. */
	private @Nullable Class<?> typeOf(String beanName) {
		if (this.beanFactory.containsBeanDefinition(beanName)) {
			BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(beanName);
			Object behindProxy = definition.getAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE);
			if (behindProxy != null || definition.isAbstract()) {
				return (Class<?>) behindProxy;
			}
		}
		return this.beanFactory.getType(beanName, false);
	}

	private static boolean isOfApplication(Class<?> type) {
		return !type.isPrimitive() && !type.isArray() && !isOfLibrary(type.getName())
				&& !type.getPackageName().equals(CORE);
	}

	private static boolean isOfLibrary(String typeName) {
		for (String library : LIBRARIES) {
			if (typeName.startsWith(library)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A bean whose class is known.
	 *
	 * @param type the class; {@code null} where it is none of the application
	 * @param made whether it was made by then
	 */
	private record KnownBean(@Nullable Class<?> type, boolean made) {
	}

	/**
	 * The beans at one time.
	 *
	 * @param definitions how many definitions there were
	 * @param singletons how many beans were made
	 * @param known all whose classes are known
	 * @param types the classes of those of the application
	 * @param ofTypes which of these are of a type, as far as it was asked
	 */
	private record Beans(int definitions, int singletons, Map<String, KnownBean> known, Map<String, Class<?>> types,
			Map<Class<?>, List<String>> ofTypes) {

		Beans(int definitions, int singletons, Map<String, KnownBean> known, Map<String, Class<?>> types) {
			this(definitions, singletons, known, types, new ConcurrentHashMap<>());
		}

		Beans with(int definitions, int singletons, Map<String, KnownBean> changed) {
			Map<String, KnownBean> known = new HashMap<>(this.known);
			known.putAll(changed);
			if (haveSameTypes(changed)) {
				return new Beans(definitions, singletons, known, this.types, this.ofTypes);
			}
			Map<String, Class<?>> types = new HashMap<>();
			for (Map.Entry<String, KnownBean> bean : known.entrySet()) {
				Class<?> type = bean.getValue().type();
				if (type != null) {
					types.put(bean.getKey(), type);
				}
			}
			return new Beans(definitions, singletons, known, types);
		}

		private boolean haveSameTypes(Map<String, KnownBean> changed) {
			for (Map.Entry<String, KnownBean> bean : changed.entrySet()) {
				if (this.types.get(bean.getKey()) != bean.getValue().type()) {
					return false;
				}
			}
			return true;
		}

		List<String> of(Class<?> type) {
			return this.ofTypes.computeIfAbsent(type,
					(wanted) -> this.types.entrySet()
						.stream()
						.filter((bean) -> wanted.isAssignableFrom(bean.getValue()))
						.map(Map.Entry::getKey)
						.toList());
		}

	}

	/** Goes from a bean to all that it reaches. */
	private final class Search {

		private final String beanName;

		private final Set<Class<?>> types;

		private final Set<String> roots = new HashSet<>();

		private final Set<Class<?>> typesHeld = new HashSet<>();

		private final Set<Object> seen = new HashSet<>();

		private final Queue<Class<?>> typesToCome = new ArrayDeque<>();

		private final Queue<String> beansToCome = new ArrayDeque<>();

		private final Beans beans;

		private boolean found;

		Search(String beanName, Set<Class<?>> types, Beans beans) {
			this.beanName = beanName;
			this.beans = beans;
			this.types = types;
			for (Class<?> type : types) {
				this.roots.add(root(ClassUtils.getUserClass(type)));
				this.typesToCome.add(type);
			}
			this.beansToCome.add(beanName);
		}

		boolean findsWayBack() {
			while (!this.found) {
				Class<?> type = this.typesToCome.poll();
				String name = (type == null) ? this.beansToCome.poll() : null;
				if (type != null) {
					for (Class<?> typeOfField : typesOfFields(type)) {
						hold(typeOfField);
					}
				}
				else if (name != null) {
					goThrough(name);
				}
				else {
					return false;
				}
			}
			return true;
		}

		private void goThrough(String name) {
			String configuration = null;
			if (NestingFinder.this.beanFactory.containsBeanDefinition(name)) {
				BeanDefinition definition = NestingFinder.this.beanFactory.getMergedBeanDefinition(name);
				configuration = definition.getFactoryBeanName();
				Method factory = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod()
						: null;
				if (factory != null && isOfApplication(factory.getDeclaringClass())) {
					for (Class<?> typeOfParameter : typesOfParameters(factory, factory.getDeclaringClass())) {
						hold(typeOfParameter);
					}
				}
			}
			for (String given : NestingFinder.this.beanFactory.getDependenciesForBean(name)) {
				// What makes a bean knows more than it gives to the bean.
				if (!given.equals(configuration)) {
					reach(given);
				}
			}
		}

		/** There is something of that type. */
		private void hold(Class<?> type) {
			if (leadsBack(type)) {
				this.found = true;
			}
			else if (isNear(type) && this.typesHeld.add(type)) {
				comeTo(type);
				this.beans.of(type).forEach(this::reach);
			}
		}

		private boolean isNear(Class<?> type) {
			return isOfApplication(type) && this.roots.contains(root(type));
		}

		private boolean leadsBack(Class<?> type) {
			return BeanFactory.class.isAssignableFrom(type) || ApplicationEventPublisher.class.isAssignableFrom(type)
					|| (!type.getName().startsWith("java.") && this.types.stream().anyMatch(type::isAssignableFrom));
		}

		private void reach(String name) {
			Class<?> type = this.beans.types().get(name);
			if (name.equals(this.beanName)) {
				this.found = true;
			}
			else if (type != null && isNear(type) && this.seen.add(name)) {
				this.beansToCome.add(name);
				comeTo(type);
			}
		}

		private void comeTo(Class<?> type) {
			if (this.seen.add(type)) {
				this.typesToCome.add(type);
			}
		}

	}

}
