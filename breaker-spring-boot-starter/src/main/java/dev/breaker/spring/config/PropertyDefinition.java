package dev.breaker.spring.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import dev.breaker.CircuitBreakerConfig;
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
 * @param component the component
 * @param key the key below the prefix of its record, in kebab case
 * @param type the type
 */
record PropertyDefinition(RecordComponent component, ConfigurationPropertyName key, ResolvableType type) {

	static final String BASE_CONFIG = "base-config";

	/** The properties of a config or an instance. */
	static final List<PropertyDefinition> OF_BREAKER = of(CircuitBreakerProperties.class);

	/** The same, by their keys in uniform form. */
	private static final Map<String, PropertyDefinition> OF_BREAKER_BY_KEY = byKey(OF_BREAKER);

	static final PropertyDefinition BASE = Objects.requireNonNull(OF_BREAKER_BY_KEY.get("baseconfig"));

	/** The property of a predicate is called as its builder method, and this. */
	private static final String PREDICATE = "Predicate";

	private static final Map<String, Method> BUILDER_METHODS = builderMethods();

	private static Map<String, PropertyDefinition> byKey(List<PropertyDefinition> properties) {
		Map<String, PropertyDefinition> byKey = new HashMap<>();
		for (PropertyDefinition property : properties) {
			byKey.put(property.key().getLastElement(Form.UNIFORM), property);
		}
		return byKey;
	}

	private static Map<String, Method> builderMethods() {
		Map<String, Method> methods = new HashMap<>();
		for (Method method : CircuitBreakerConfig.Builder.class.getMethods()) {
			if (method.getReturnType() == CircuitBreakerConfig.Builder.class) {
				methods.put(method.getName(), method);
			}
		}
		return methods;
	}

	/**
	 * The property of a config or an instance whose key begins with an element.
	 * @param element the element in uniform form
	 */
	static @Nullable PropertyDefinition ofBreaker(String element) {
		return OF_BREAKER_BY_KEY.get(element);
	}

	/**
	 * The properties of a record and of the records in it, sorted by name.
	 */
	static List<PropertyDefinition> of(Class<?> type) {
		List<PropertyDefinition> properties = new ArrayList<>();
		add(type, ConfigurationPropertyName.EMPTY, properties);
		return List.copyOf(properties);
	}

	private static void add(Class<?> type, ConfigurationPropertyName prefix, List<PropertyDefinition> properties) {
		Map<String, RecordComponent> sorted = new TreeMap<>();
		for (RecordComponent component : type.getRecordComponents()) {
			sorted.put(component.getName(), component);
		}
		for (RecordComponent component : sorted.values()) {
			ConfigurationPropertyName key = prefix.append(DataObjectPropertyName.toDashedForm(component.getName()));
			if (component.getType().isRecord()) {
				add(component.getType(), key, properties);
			}
			else {
				properties
					.add(new PropertyDefinition(component, key, ResolvableType.forType(component.getGenericType())));
			}
		}
	}

	/**
	 * The name of the component.
	 */
	String name() {
		return this.component.getName();
	}

	/**
	 * Whether {@code none} switches the property off. Asked where {@code none} is written
	 * alone, as annotations are expensive to read.
	 */
	boolean acceptsNone() {
		return this.component.isAnnotationPresent(AcceptsNone.class);
	}

	/**
	 * The range of a switch, where it has one.
	 */
	@Nullable Range range() {
		return this.component.getAnnotation(Range.class);
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
		String name = name();
		return name.endsWith(PREDICATE) ? name.substring(0, name.length() - PREDICATE.length()) : name;
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
		Method without = BUILDER_METHODS.get("without" + StringUtils.capitalize(name()));
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
