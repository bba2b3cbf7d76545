package dev.breaker.spring.config;

import java.beans.PropertyDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A property of one of the two properties classes, which are all that says which keys
 * there are.
 *
 * @param key the key below the prefix of its class, in kebab case
 * @param type the type
 * @param setter sets it
 * @param acceptsNone whether {@code none} switches it off
 */
record BoundProperty(ConfigurationPropertyName key, ResolvableType type, Method setter, boolean acceptsNone) {

	static final String BASE_CONFIG = "base-config";

	/** What a config or an instance may say. */
	static final List<BoundProperty> OF_BREAKER = of(CircuitBreakerProperties.class, ConfigurationPropertyName.EMPTY)
		.toList();

	static final BoundProperty BASE = OF_BREAKER.stream()
		.filter((property) -> property.toString().equals(BASE_CONFIG))
		.findFirst()
		.orElseThrow();

	/** What else there is below {@code breaker}. */
	static final List<BoundProperty> SWITCHES = of(BreakerProperties.class, ConfigurationPropertyName.EMPTY).toList();

	private static Stream<BoundProperty> of(Class<?> type, ConfigurationPropertyName prefix) {
		return Arrays.stream(BeanUtils.getPropertyDescriptors(type))
			.filter((descriptor) -> !descriptor.getName().equals("class"))
			.flatMap((descriptor) -> of(type, prefix.append(DataObjectPropertyName.toDashedForm(descriptor.getName())),
					descriptor));
	}

	private static Stream<BoundProperty> of(Class<?> owner, ConfigurationPropertyName key,
			PropertyDescriptor descriptor) {
		Method setter = descriptor.getWriteMethod();
		if (setter == null) {
			return of(Objects.requireNonNull(descriptor.getPropertyType()), key);
		}
		Field field = ReflectionUtils.findField(owner, descriptor.getName());
		return Stream.of(new BoundProperty(key, ResolvableType.forMethodParameter(setter, 0), setter,
				field != null && field.isAnnotationPresent(AcceptsNone.class)));
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

	void set(Object target, @Nullable Object value) {
		ReflectionUtils.invokeMethod(this.setter, target, value);
	}

	@Override
	public String toString() {
		return this.key.toString();
	}

}
