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
 * Refuses what conversion lets pass: a class that is no
 * {@code Class<? extends Throwable>} though that is wanted, a fraction for a whole
 * number, a number for a constant.
 */
final class ValueCheck implements BindHandler {

	static final ValueCheck INSTANCE = new ValueCheck();

	private ValueCheck() {
	}

	@Override
	public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			Object result) {
		Class<?> wanted = wanted(target.getType());
		ConfigurationProperty property = context.getConfigurationProperty();
		Object written = (property != null) ? property.getValue() : null;
		for (Object element : (result instanceof Collection<?> elements) ? elements : List.of(result)) {
			if (element instanceof Class<?> type && wanted != null && !wanted.isAssignableFrom(type)) {
				throw new IllegalArgumentException("%s is no %s".formatted(type.getName(), wanted.getName()));
			}
			if (element instanceof Enum<?> && written instanceof Number) {
				throw new IllegalArgumentException(written + " is no name");
			}
		}
		if (result instanceof Integer whole && written instanceof Number number
				&& number.doubleValue() != whole.doubleValue()) {
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
