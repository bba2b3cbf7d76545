package dev.breaker.spring.config;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;

/**
 * Conversion finds a class, but does not see whether it is a
 * {@code Class<? extends Throwable>} that is wanted.
 */
final class ValueCheck implements BindHandler {

	@Override
	public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			Object result) {
		Class<?> wanted = wanted(target.getType());
		for (Object element : (result instanceof Collection<?> elements) ? elements : List.of(result)) {
			if (element instanceof Class<?> type && wanted != null && !wanted.isAssignableFrom(type)) {
				throw new IllegalArgumentException("%s is no %s".formatted(type.getName(), wanted.getName()));
			}
		}
		ConfigurationProperty property = context.getConfigurationProperty();
		if (result instanceof Integer whole && property != null && property.getValue() instanceof Number written
				&& written.doubleValue() != whole.doubleValue()) {
			throw new IllegalArgumentException(written + " is not a whole number");
		}
		return result;
	}

	/**
	 * What the classes that a property names must be, or {@code null} where it names
	 * none.
	 */
	static @Nullable Class<?> wanted(ResolvableType type) {
		ResolvableType element = type.asCollection().hasGenerics() ? type.asCollection().getGeneric(0) : type;
		return (element.resolve() == Class.class) ? element.getGeneric(0).resolve() : null;
	}

}
