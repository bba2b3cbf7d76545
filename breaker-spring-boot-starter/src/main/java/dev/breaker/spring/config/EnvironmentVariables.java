package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.env.PropertySourceInfo;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.StringUtils;

/**
 * Environment variables have neither dots nor dashes, so that
 * {@code BREAKER_INSTANCES_A_B_…} may mean several things. Which of them are properties
 * is found out by asking Spring Boot for every key there is. Variables outside of
 * {@code BREAKER_CONFIGS_} and {@code BREAKER_INSTANCES_} are left alone: a container
 * platform sets some that are named after a service.
 */
final class EnvironmentVariables {

	private static final List<String> SECTIONS = List.of(Level.CONFIGS, Level.INSTANCES);

	private final ConfigurationPropertySource source;

	private final String root;

	/** Those that are to be properties of ours, as a rule none. */
	private final List<String> names;

	EnvironmentVariables(ConfigurationPropertySource source, SystemEnvironmentPropertySource underlying) {
		this.source = source;
		String prefix = (underlying instanceof PropertySourceInfo info) ? info.getPrefix() : null;
		this.root = (StringUtils.hasText(prefix) ? prefix.toUpperCase(Locale.ROOT) + "_" : "") + "BREAKER_";
		this.names = Arrays.stream(underlying.getPropertyNames()).filter(this::isOurs).toList();
	}

	/**
	 * Adds the names of one word that only variables give.
	 */
	void addNames(Levels levels) {
		if (this.names.isEmpty()) {
			return;
		}
		for (String section : SECTIONS) {
			for (BoundProperty property : BoundProperty.OF_BREAKER) {
				Pattern pattern = Pattern.compile(Pattern.quote(this.root + variable(section)) + "_([A-Z][A-Z0-9]*)_(?:"
						+ variable(property.toString()) + "|" + property.toString().replace('-', '_') + ")(?:_[0-9]+)?",
						Pattern.CASE_INSENSITIVE);
				for (String name : this.names) {
					Matcher matcher = pattern.matcher(name);
					if (matcher.matches()) {
						add(levels, Level.ROOT.append(section).append(matcher.group(1).toLowerCase(Locale.ROOT)));
					}
				}
			}
		}
	}

	private void add(Levels levels, ConfigurationPropertyName prefix) {
		if (!levels.contains(prefix)) {
			levels.add(Level.of(prefix));
		}
	}

	void check(Levels levels, Problems problems) {
		if (this.names.isEmpty()) {
			return;
		}
		Set<String> known = new HashSet<>();
		List<String> candidates = new ArrayList<>();
		for (Level level : levels.all()) {
			for (BoundProperty property : BoundProperty.OF_BREAKER) {
				ConfigurationPropertyName key = level.key(property);
				candidates.add(variable(key));
				boolean found = addKnown(key, known);
				for (int i = 0; found || i == 0; i++) {
					found = property.isList() && addKnown(key.append("[" + i + "]"), known);
				}
			}
		}
		for (String name : this.names) {
			if (!known.contains(name)) {
				problems.add(problem(name, candidates));
			}
		}
	}

	private boolean addKnown(ConfigurationPropertyName key, Set<String> known) {
		ConfigurationProperty property = this.source.getConfigurationProperty(key);
		if (property == null) {
			return false;
		}
		if (property.getOrigin() instanceof PropertySourceOrigin origin) {
			known.add(origin.getPropertyName());
		}
		return true;
	}

	private boolean isOurs(String name) {
		return SECTIONS.stream().anyMatch((section) -> {
			String start = this.root + variable(section) + "_";
			return name.regionMatches(true, 0, start, 0, start.length());
		});
	}

	private Problem problem(String name, List<String> candidates) {
		ConfigurationProperty property = this.source
			.getConfigurationProperty(ConfigurationPropertyName.adapt(name.toLowerCase(Locale.ROOT), '_'));
		String nearest = Nearest.of(name, candidates);
		return new Problem(name, (property != null) ? property.getValue() : null,
				(property != null) ? property.getOrigin() : null, "is not the environment variable of a property",
				"Instead of \"%s\": did you mean \"%s\"?".formatted(name,
						(nearest != null) ? nearest : this.root + "INSTANCES_NAME_PROPERTY"));
	}

	private String variable(ConfigurationPropertyName key) {
		StringBuilder variable = new StringBuilder(this.root);
		for (int i = 1; i < key.getNumberOfElements(); i++) {
			variable.append((i > 1) ? "_" : "").append(variable(key.getElement(i, Form.UNIFORM)));
		}
		return variable.toString();
	}

	private static String variable(String element) {
		return element.replace("-", "").toUpperCase(Locale.ROOT);
	}

}
