package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
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

	Levels() {
		this.configs.put(Level.DEFAULT.name(), Level.DEFAULT);
	}

	/**
	 * Adds a level.
	 * @return the one that is there already under a name that is written in another way,
	 * and to Spring Boot the same
	 */
	@Nullable Level add(Level level) {
		for (Level present : (level.isInstance() ? this.instances : this.configs).values()) {
			boolean sameName = present.name().equals(level.name());
			if (sameName || present.prefix().equals(level.prefix())) {
				return (sameName && present.prefix().equals(level.prefix())) ? null : present;
			}
		}
		(level.isInstance() ? this.instances : this.configs).put(level.name(), level);
		return null;
	}

	boolean contains(ConfigurationPropertyName prefix) {
		return all().stream().anyMatch((level) -> level.prefix().equals(prefix));
	}

	@Nullable Level config(String name) {
		return this.configs.get(name);
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
