package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The configs and instances that the environment names.
 */
final class Levels {

	private final Map<String, Level> configs = new LinkedHashMap<>();

	private final Map<String, Level> instances = new LinkedHashMap<>();

	private final Map<ConfigurationPropertyName, Level> byPrefix = new HashMap<>();

	Levels() {
		add(Level.DEFAULT);
	}

	/**
	 * Adds a level.
	 * @return the one that is there already under a name that is written in another way,
	 * and to Spring Boot the same
	 */
	@Nullable Level add(Level level) {
		Map<String, Level> byName = level.isInstance() ? this.instances : this.configs;
		Level present = this.byPrefix.getOrDefault(level.prefix(), byName.get(level.name()));
		if (present == null) {
			byName.put(level.name(), level);
			this.byPrefix.put(level.prefix(), level);
		}
		return level.equals(present) ? null : present;
	}

	boolean contains(ConfigurationPropertyName prefix) {
		return this.byPrefix.containsKey(prefix);
	}

	@Nullable Level config(String name) {
		return this.configs.get(name);
	}

	Collection<Level> of(String section) {
		return section.equals(Level.CONFIGS) ? configs() : instances();
	}

	Collection<Level> configs() {
		return this.configs.values();
	}

	Collection<Level> instances() {
		return this.instances.values();
	}

	List<Level> all() {
		List<Level> all = new ArrayList<>(this.configs.values());
		all.addAll(this.instances.values());
		return all;
	}

}
