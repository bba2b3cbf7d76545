package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.List;

import org.springframework.core.env.EnumerablePropertySource;

/**
 * The names of the properties that a source has.
 */
final class PropertyNames {

	private PropertyNames() {
	}

	/**
	 * The names. Spring Boot's source of a YAML document that is an empty map has one
	 * that is {@code null}, which is left out.
	 */
	static List<String> of(EnumerablePropertySource<?> source) {
		List<String> names = new ArrayList<>();
		for (String name : source.getPropertyNames()) {
			if (name != null) {
				names.add(name);
			}
		}
		return names;
	}

}
