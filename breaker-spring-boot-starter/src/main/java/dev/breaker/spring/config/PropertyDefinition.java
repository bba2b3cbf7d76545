package dev.breaker.spring.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * A property of one of the properties records, whose components are all that says which
 * keys there are.
 *
 * @param name the name of the component
 * @param key the key below the prefix of its record, in kebab case
 * @param type the type
 * @param acceptsNone whether {@code none} switches it off
 * @param range the range of a switch, where it has one
 */
record PropertyDefinition(String name, ConfigurationPropertyName key, ResolvableType type, boolean acceptsNone,
		@Nullable Range range) {

	static final String BASE_CONFIG = "base-config";

	/** The properties of a config or an instance. */
	static final List<PropertyDefinition> OF_BREAKER = of(CircuitBreakerProperties.class,
			ConfigurationPropertyName.EMPTY)
		.toList();

	/** The same, by their keys in uniform form. */
	private static final Map<String, PropertyDefinition> OF_BREAKER_BY_KEY = OF_BREAKER.stream()
		.collect(Collectors.toMap((property) -> property.key().getLastElement(Form.UNIFORM), Function.identity()));

	static final PropertyDefinition BASE = OF_BREAKER.stream()
		.filter((property) -> property.toString().equals(BASE_CONFIG))
		.findFirst()
		.orElseThrow();

	/** The properties of an entry of {@code breaker.http.clients}. */
	static final List<PropertyDefinition> OF_HTTP_CLIENT = of(HttpClientEntry.class, ConfigurationPropertyName.EMPTY)
		.toList();

	/** The properties of an entry of {@code breaker.http.server.reject}. */
	static final List<PropertyDefinition> OF_HTTP_REJECT = of(HttpServerEntry.class, ConfigurationPropertyName.EMPTY)
		.toList();

	/** What else there is below {@code breaker}. */
	static final List<PropertyDefinition> SWITCHES = of(BreakerProperties.class, ConfigurationPropertyName.EMPTY)
		.toList();

	/** The property of a predicate is called as its builder method, and this. */
	private static final String PREDICATE = "Predicate";

	private static final Map<String, Method> BUILDER_METHODS = Arrays
		.stream(CircuitBreakerConfig.Builder.class.getMethods())
		.filter((method) -> method.getReturnType() == CircuitBreakerConfig.Builder.class)
		.collect(Collectors.toMap(Method::getName, Function.identity()));

	/**
	 * The property of a config or an instance whose key begins with an element.
	 * @param element the element in uniform form
	 */
	static @Nullable PropertyDefinition ofBreaker(String element) {
		return OF_BREAKER_BY_KEY.get(element);
	}

	private static Stream<PropertyDefinition> of(Class<?> type, ConfigurationPropertyName prefix) {
		return Arrays.stream(type.getRecordComponents())
			.sorted(Comparator.comparing(RecordComponent::getName))
			.flatMap((component) -> of(component,
					prefix.append(DataObjectPropertyName.toDashedForm(component.getName()))));
	}

	private static Stream<PropertyDefinition> of(RecordComponent component, ConfigurationPropertyName key) {
		if (component.getType().isRecord()) {
			return of(component.getType(), key);
		}
		return Stream
			.of(new PropertyDefinition(component.getName(), key, ResolvableType.forType(component.getGenericType()),
					component.isAnnotationPresent(AcceptsNone.class), component.getAnnotation(Range.class)));
	}

	boolean isList() {
		return Collection.class.isAssignableFrom(this.type.resolve(Object.class));
	}

	/**
	 * The type of the value, or of a list's elements.
	 */
	ResolvableType element() {
		return isList() ? this.type.asCollection().getGeneric(0) : this.type;
	}

	/**
	 * The class of the value, or of a list's elements.
	 */
	Class<?> elementType() {
		return ClassUtils.resolvePrimitiveIfNecessary(element().resolve(Object.class));
	}

	/**
	 * Whether a key below the prefix is this property, or an element of it.
	 */
	boolean matches(ConfigurationPropertyName name) {
		return this.key.equals(name)
				|| (isList() && this.key.isParentOf(name) && name.isNumericIndex(name.getNumberOfElements() - 1));
	}

	/**
	 * Whether the builder has a method for this property of a breaker alone.
	 */
	boolean isOfBuilder() {
		return BUILDER_METHODS.containsKey(builderMethodName());
	}

	private Method builderMethod() {
		return Objects.requireNonNull(BUILDER_METHODS.get(builderMethodName()));
	}

	private String builderMethodName() {
		return this.name.endsWith(PREDICATE) ? this.name.substring(0, this.name.length() - PREDICATE.length())
				: this.name;
	}

	/**
	 * Sets the property of a breaker by the builder method of the same name.
	 * @param value what the method takes
	 */
	void set(CircuitBreakerConfig.Builder builder, Object value) {
		ReflectionUtils.invokeMethod(builderMethod(), builder, value);
	}

	/**
	 * Switches the property of a breaker off. Where the builder has no method for it, off
	 * is no class, or no rule.
	 */
	void switchOff(CircuitBreakerConfig.Builder builder) {
		Method without = BUILDER_METHODS.get("without" + StringUtils.capitalize(this.name));
		if (without != null) {
			ReflectionUtils.invokeMethod(without, builder);
			return;
		}
		Class<?> taken = builderMethod().getParameterTypes()[0];
		Object none = taken.isArray() ? Array.newInstance(taken.getComponentType(), 0) : null;
		ReflectionUtils.invokeMethod(builderMethod(), builder, none);
	}

	@Override
	public String toString() {
		return this.key.toString();
	}

	/**
	 * {@code none} switches the property off, where it was inherited too.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.RECORD_COMPONENT)
	@interface AcceptsNone {

	}

	/**
	 * The lowest and the highest value of a switch.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.RECORD_COMPONENT)
	@interface Range {

		int min();

		int max() default Integer.MAX_VALUE;

	}

}
