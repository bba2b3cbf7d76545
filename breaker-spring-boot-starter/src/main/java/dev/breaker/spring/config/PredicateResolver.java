package dev.breaker.spring.config;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.spring.event.ThrowableText;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.function.SingletonSupplier;

/**
 * Resolves the classes that properties name to predicates: the bean of that type, else
 * one new instance a class. Safe for use by many threads.
 */
final class PredicateResolver {

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<Class<?>, TypedPredicate> predicates = new ConcurrentHashMap<>();

	PredicateResolver(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * The predicate of a class. A bean is not created now but by {@link #obtainBeans()},
	 * or at the first call of the predicate: it may depend on beans that are not there
	 * yet.
	 * @param property the name of the property
	 * @throws InvalidCircuitBreakerConfigException when it judges something else, or
	 * there is neither one bean nor a no-argument constructor
	 */
	Predicate<@Nullable Object> of(String property, Class<?> type) {
		if (!judges(property, type)) {
			throw invalid(property, type, "must be a predicate of %s, and is one of %s"
				.formatted(isOfResults(property) ? "results" : "exceptions", acceptedBy(type).getName()));
		}
		TypedPredicate present = this.predicates.get(type);
		if (present == null) {
			// The application's code runs under no lock of the map.
			TypedPredicate made = make(property, type);
			TypedPredicate other = this.predicates.putIfAbsent(type, made);
			present = (other != null) ? other : made;
		}
		return present;
	}

	private TypedPredicate make(String property, Class<?> type) {
		String[] beans = beans(type);
		return switch (beans.length) {
			case 0 -> new TypedPredicate(type, acceptedBy(type), SingletonSupplier.of(newInstance(property, type)));
			case 1 -> new TypedPredicate(type, acceptedBy(type),
					SingletonSupplier.of(() -> this.beanFactory.getBean(beans[0])));
			default ->
				throw invalid(property, type, "must have one bean of its type, and has " + String.join(", ", beans));
		};
	}

	/**
	 * Whether a property can name a class. Looks at no more than its signature.
	 */
	boolean fits(String property, Class<?> type) {
		return judges(property, type)
				&& (beans(type).length == 1 || (!Modifier.isAbstract(type.getModifiers()) && hasConstructor(type)));
	}

	private static boolean hasConstructor(Class<?> type) {
		return Arrays.stream(type.getDeclaredConstructors())
			.anyMatch((constructor) -> constructor.getParameterCount() == 0);
	}

	private String[] beans(Class<?> type) {
		return Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, type, true, false))
			.filter((name) -> !ScopedProxyUtils.isScopedTarget(name))
			.toArray(String[]::new);
	}

	/**
	 * An exception can be of any interface, but not of any class. What is thrown is no
	 * result.
	 */
	private static boolean judges(String property, Class<?> type) {
		Class<?> accepted = acceptedBy(type);
		boolean ofExceptions = Throwable.class.isAssignableFrom(accepted);
		return isOfResults(property) ? !ofExceptions
				: ofExceptions || accepted.isAssignableFrom(Throwable.class) || accepted.isInterface();
	}

	private static boolean isOfResults(String property) {
		return property.equals("recordResultPredicate");
	}

	/** What a predicate is one of. */
	static Class<?> acceptedBy(Class<?> type) {
		return ResolvableType.forClass(type).as(Predicate.class).getGeneric(0).resolve(Object.class);
	}

	private static Object newInstance(String property, Class<?> type) {
		try {
			return BeanUtils.instantiateClass(type.getDeclaredConstructor());
		}
		catch (NoSuchMethodException ex) {
			throw invalid(property, type, "must be the type of a bean, or have a no-argument constructor");
		}
		catch (BeanInstantiationException | LinkageError ex) {
			throw invalid(property, type, "must be the type of a bean, or have a no-argument constructor that works: "
					+ ThrowableText.of((ex.getCause() != null) ? ex.getCause() : ex));
		}
	}

	private static InvalidCircuitBreakerConfigException invalid(String property, Class<?> type, String requirement) {
		return new InvalidCircuitBreakerConfigException(property, type.getName(), requirement);
	}

	/** A bean that cannot be created is forgotten, so that it does not fail again. */
	void obtainBeans() {
		for (TypedPredicate predicate : List.copyOf(this.predicates.values())) {
			boolean obtained = false;
			try {
				predicate.delegate().obtain();
				obtained = true;
			}
			finally {
				if (!obtained) {
					this.predicates.remove(predicate.type());
				}
			}
		}
	}

	/**
	 * A predicate of {@code IOException} is no match for any other exception, instead of
	 * failing on it. One that fails is named, as the breaker knows no more than that a
	 * rule did.
	 */
	record TypedPredicate(Class<?> type, Class<?> accepted,
			SingletonSupplier<?> delegate) implements Predicate<@Nullable Object> {

		@Override
		@SuppressWarnings("unchecked")
		public boolean test(@Nullable Object value) {
			if (value != null && !this.accepted.isInstance(value)) {
				return false;
			}
			try {
				return ((Predicate<@Nullable Object>) this.delegate.obtain()).test(value);
			}
			catch (VirtualMachineError ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new IllegalStateException("The predicate %s failed".formatted(this.type.getName()), ex);
			}
		}

		@Override
		public String toString() {
			return this.type.getName();
		}

	}

}
