package dev.breaker.spring.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.spring.config.ConfigChange.Made;
import org.jspecify.annotations.Nullable;

/**
 * The configs of one time: what was loaded, what was changed over it, and who changed
 * which property. Immutable; a change makes another one.
 */
final class PresentConfigs {

	/** In place of a name, of breakers that have the defaults. */
	private static final String DEFAULTS = "";

	private final LoadedConfigs loaded;

	private final Map<String, ConfigOverride> overrides;

	private final Map<String, CircuitBreakerConfig> changed;

	private final Map<String, Map<String, Made>> made;

	/** The names that have had a config of their own all the time. */
	private final Set<String> configured;

	private PresentConfigs(LoadedConfigs loaded, Map<String, ConfigOverride> overrides,
			Map<String, CircuitBreakerConfig> changed, Map<String, Map<String, Made>> made, Set<String> configured) {
		this.loaded = loaded;
		this.overrides = overrides;
		this.changed = changed;
		this.made = made;
		this.configured = configured;
	}

	static PresentConfigs of(LoadedConfigs loaded) {
		return new PresentConfigs(loaded, Map.of(), Map.of(), Map.of(), loaded.configs().keySet());
	}

	LoadedConfigs loaded() {
		return this.loaded;
	}

	CircuitBreakerConfig get(String name) {
		CircuitBreakerConfig config = this.changed.get(name);
		return (config != null) ? config : this.loaded.get(name);
	}

	@Nullable ConfigOverride override(String name) {
		return this.overrides.get(name);
	}

	/** The names that have a config of their own. */
	Set<String> names() {
		Set<String> names = new HashSet<>(this.loaded.configs().keySet());
		names.addAll(this.changed.keySet());
		return names;
	}

	/** Every config that a breaker can have been made with, by its name. */
	Map<CircuitBreakerConfig, String> owners() {
		Map<CircuitBreakerConfig, String> owners = new HashMap<>();
		owners.put(this.loaded.defaults(), DEFAULTS);
		addTo(owners, this.loaded.configs());
		addTo(owners, this.changed);
		return owners;
	}

	private static void addTo(Map<CircuitBreakerConfig, String> owners, Map<String, CircuitBreakerConfig> configs) {
		for (Map.Entry<String, CircuitBreakerConfig> each : configs.entrySet()) {
			owners.put(each.getValue(), each.getKey());
		}
	}

	/**
	 * Whether a breaker of a name can have been made with a config by what is said here.
	 * The defaults are of no name that has always had a config of its own: then they were
	 * given in code.
	 * @param owner the name that the config is of; {@code null} where it came from
	 * elsewhere
	 */
	boolean isOf(String name, @Nullable String owner) {
		return owner != null && (owner.equals(name) || (owner.equals(DEFAULTS) && !this.configured.contains(name)));
	}

	/**
	 * The name whose config a breaker has: its own, or that of its group in Spring Cloud.
	 * @param name the name of the breaker
	 * @param owner the name that the config is of which the breaker was made with;
	 * {@code null} where it came from elsewhere
	 * @return the name; {@code null} where the config was given in code
	 */
	@Nullable String source(String name, @Nullable String owner) {
		if (isOf(name, owner)) {
			return name;
		}
		if (owner == null || owner.equals(DEFAULTS)) {
			return null;
		}
		return names().contains(name) ? name : owner;
	}

	/**
	 * The config of a breaker that was made with one that came from here for another
	 * name, such as that of its group in Spring Cloud.
	 * @param name the name of the breaker
	 * @param config the config that the breaker was made with
	 * @param owner the name that the config is of; {@code null} where it came from
	 * elsewhere
	 */
	CircuitBreakerConfig ofOther(String name, CircuitBreakerConfig config, @Nullable String owner) {
		String source = source(name, owner);
		return (source != null) ? get(source) : config;
	}

	/**
	 * Who changed which properties of a breaker last, since the start.
	 * @param name the name of the breaker
	 * @param source the name whose config it has; {@code null} where it has one of its
	 * own
	 */
	Map<String, Made> made(String name, @Nullable String source) {
		if (source == null || source.equals(name)) {
			return made(name);
		}
		Map<String, Made> made = new HashMap<>(made(source));
		ConfigOverride override = override(name);
		if (override != null) {
			Map<String, Made> ofName = new HashMap<>(made(name));
			ofName.keySet().retainAll(override.properties());
			made.putAll(ofName);
		}
		return made;
	}

	private Map<String, Made> made(String name) {
		return this.made.getOrDefault(name, this.made.getOrDefault(DEFAULTS, Map.of()));
	}

	/**
	 * With what the environment says now under what was changed over it.
	 * @throws InvalidBreakerConfigurationException when the two contradict each other
	 */
	PresentConfigs reloaded(LoadedConfigs now, PredicateResolver predicates, Made by) {
		return next(now, this.overrides, predicates, by);
	}

	/**
	 * With another override of a name.
	 * @param given the names of the properties that are new in it
	 * @throws InvalidBreakerConfigurationException when it contradicts the config under
	 * it
	 */
	PresentConfigs with(String name, ConfigOverride override, Collection<String> given, PredicateResolver predicates,
			Made by) {
		Map<String, ConfigOverride> more = new LinkedHashMap<>(this.overrides);
		more.put(name, override);
		PresentConfigs next = next(this.loaded, more, predicates, by);
		// What is over a config of code is no difference of these configs.
		next.note(name, given, made(name), by);
		return next;
	}

	/** Without the override of a name. */
	PresentConfigs without(String name, PredicateResolver predicates, Made by) {
		Map<String, ConfigOverride> fewer = new LinkedHashMap<>(this.overrides);
		fewer.remove(name);
		return next(this.loaded, fewer, predicates, by);
	}

	/**
	 * With another config from the application's code under what was changed over it. It
	 * is no change at run time, wherever it is seen.
	 * @throws InvalidBreakerConfigurationException when the two contradict each other
	 */
	PresentConfigs customized(LoadedConfigs now, PredicateResolver predicates) {
		return following(now, this.overrides, predicates);
	}

	private PresentConfigs following(LoadedConfigs now, Map<String, ConfigOverride> overrides,
			PredicateResolver predicates) {
		ConfigProblems problems = new ConfigProblems();
		Map<String, CircuitBreakerConfig> changed = new HashMap<>();
		overrides.forEach((name, override) -> {
			if (override.isOverEnvironment()) {
				try {
					changed.put(name, changed(name, override, now, predicates));
				}
				catch (InvalidCircuitBreakerConfigException ex) {
					problems.add(override.problem(ex));
				}
			}
		});
		problems.throwIfAny();
		Set<String> configured = new HashSet<>(this.configured);
		configured.retainAll(now.configs().keySet());
		return new PresentConfigs(now, overrides, changed, new HashMap<>(this.made), configured);
	}

	private PresentConfigs next(LoadedConfigs now, Map<String, ConfigOverride> overrides, PredicateResolver predicates,
			Made by) {
		PresentConfigs next = following(now, overrides, predicates);
		next.note(DEFAULTS, ConfigDifference.between(this.loaded.defaults(), now.defaults()).keySet(), made(DEFAULTS),
				by);
		Set<String> names = names();
		names.addAll(next.names());
		names.addAll(this.made.keySet());
		names.remove(DEFAULTS);
		for (String name : names) {
			next.note(name, ConfigDifference.between(get(name), next.get(name)).keySet(), made(name), by);
		}
		return next;
	}

	private CircuitBreakerConfig changed(String name, ConfigOverride override, LoadedConfigs now,
			PredicateResolver predicates) {
		CircuitBreakerConfig base = now.get(name);
		CircuitBreakerConfig present = this.changed.get(name);
		if (present != null && override == this.overrides.get(name) && base == this.loaded.get(name)) {
			return present;
		}
		return override.over(base, predicates);
	}

	/** Notes, while this is made, who changed properties. */
	private void note(String name, Collection<String> properties, Map<String, Made> earlier, Made by) {
		if (!properties.isEmpty()) {
			Map<String, Made> latest = new HashMap<>(earlier);
			latest.putAll(this.made.getOrDefault(name, Map.of()));
			properties.forEach((property) -> latest.put(property, by));
			this.made.put(name, latest);
		}
	}

}
