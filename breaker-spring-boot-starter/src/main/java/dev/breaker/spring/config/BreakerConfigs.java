package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching.CacheOverride;
import org.springframework.core.env.Environment;

/**
 * The effective config of each breaker name. Immutable after start, and safe for use by
 * many threads.
 */
public final class BreakerConfigs implements SmartInitializingSingleton {

	private final CircuitBreakerConfig defaults;

	private final Set<String> instanceNames;

	/** By each name that is in the properties or of a customizer. */
	private final Map<String, CircuitBreakerConfig> configs;

	private final Customizers customizers;

	private final PredicateResolver predicates;

	private final List<String> ineffective;

	private BreakerConfigs(CircuitBreakerConfig defaults, Set<String> instanceNames,
			Map<String, CircuitBreakerConfig> configs, Customizers customizers, PredicateResolver predicates,
			List<String> ineffective) {
		this.defaults = defaults;
		this.instanceNames = Collections.unmodifiableSet(instanceNames);
		this.configs = configs;
		this.customizers = customizers;
		this.predicates = predicates;
		this.ineffective = ineffective;
	}

	/**
	 * Reads the {@code breaker.*} properties.
	 * @param environment where they are
	 * @param beanFactory where predicates that properties name by class are looked for
	 * @param customizers change the configs, in this order
	 * @param clock the clock of all of them; {@code null} where each has its own clocks
	 * @return the configs
	 * @throws RuntimeException when a property cannot be used; the failure analysis tells
	 * which, and where it is
	 */
	public static BreakerConfigs load(Environment environment, ConfigurableListableBeanFactory beanFactory,
			List<CircuitBreakerConfigCustomizer> customizers, @Nullable BreakerClock clock) {
		// Thousands of look-ups in sources that do not change meanwhile.
		CacheOverride caching = ConfigurationPropertyCaching.get(environment).override();
		try {
			return read(environment, beanFactory, customizers, clock);
		}
		finally {
			caching.close();
		}
	}

	private static BreakerConfigs read(Environment environment, ConfigurableListableBeanFactory beanFactory,
			List<CircuitBreakerConfigCustomizer> customizers, @Nullable BreakerClock clock) {
		ConfigProblems problems = new ConfigProblems();
		BreakerPropertySources sources = new BreakerPropertySources(environment, beanFactory.getBeanClassLoader());
		SimilarClassNames classNames = new SimilarClassNames(beanFactory.getBeanClassLoader(),
				AutoConfigurationPackages.has(beanFactory) ? AutoConfigurationPackages.get(beanFactory) : List.of());
		PredicateResolver predicates = new PredicateResolver(beanFactory);
		ValueReader values = new ValueReader(sources, predicates, classNames, problems);
		SwitchValidator.check(values, problems, beanFactory.getBeanClassLoader());
		Levels levels = ConfigKeyScanner.read(sources, problems);
		Resilience4jKeys.reportLeftovers(sources, beanFactory.getBeanClassLoader());
		Inheritance inheritance = new Inheritance(levels, values, problems);
		ConfigReader reader = new ConfigReader(sources, predicates, values, problems);
		for (Level config : levels.configs()) {
			reader.check(reader.read(inheritance.chain(config)));
		}
		LayeredProperties ofDefaults = reader.read(List.of(Level.DEFAULT));
		CircuitBreakerConfig defaults = reader.build(ofDefaults);
		Map<String, LayeredProperties> properties = new LinkedHashMap<>();
		Map<String, CircuitBreakerConfig> configs = new LinkedHashMap<>();
		for (Level instance : levels.instances()) {
			LayeredProperties effective = reader.read(inheritance.chain(instance));
			properties.put(instance.name(), effective);
			configs.put(instance.name(), reader.build(effective));
		}
		problems.throwIfAny();
		Set<String> instanceNames = new LinkedHashSet<>(configs.keySet());
		Customizers customized = Customizers.apply(customizers, configs, defaults);
		IneffectiveSettingFinder ineffective = new IneffectiveSettingFinder();
		ineffective.look(ofDefaults, defaults);
		configs.forEach((name, config) -> ineffective.look(properties.getOrDefault(name, ofDefaults), config));
		if (clock != null) {
			defaults = clock.applyTo(defaults);
			configs.replaceAll((name, config) -> clock.applyTo(config));
		}
		return new BreakerConfigs(defaults, instanceNames, configs, customized, predicates, ineffective.describe());
	}

	/**
	 * The config of breakers that neither the properties nor a customizer name.
	 * @return what {@code breaker.configs.default} says, and defaults
	 */
	public CircuitBreakerConfig defaults() {
		return this.defaults;
	}

	/**
	 * The config of a breaker: merged from its levels and customized.
	 * @param name the exact name
	 * @return the config; that of {@code default} for a name that nothing configures
	 */
	public CircuitBreakerConfig get(String name) {
		return this.configs.getOrDefault(name, this.defaults);
	}

	/**
	 * Whether the properties have this instance.
	 * @param name the exact name
	 * @return whether there is a {@code breaker.instances.NAME}
	 */
	public boolean isConfigured(String name) {
		return this.instanceNames.contains(name);
	}

	/**
	 * The names below {@code breaker.instances}.
	 * @return the names, unmodifiable
	 */
	public Set<String> instanceNames() {
		return this.instanceNames;
	}

	/**
	 * The names that have a config of their own.
	 * @return those below {@code breaker.instances} and those of customizers,
	 * unmodifiable
	 */
	public Set<String> names() {
		return Collections.unmodifiableSet(this.configs.keySet());
	}

	/**
	 * Makes each breaker that the properties name, unless the registry has it already, or
	 * a group of that name. A name that only a customizer knows makes none.
	 * @param registry where to make them
	 */
	public void addTo(CircuitBreakerRegistry registry) {
		this.instanceNames.stream()
			.filter((name) -> registry.findGroup(name).isEmpty())
			.forEach((name) -> registry.get(name, get(name)));
	}

	/**
	 * Warns of each customizer whose breaker nothing else names.
	 * @param named the names of the breakers that annotations and the application made
	 */
	public void reportUnmatchedCustomizers(Set<String> named) {
		Set<String> all = new TreeSet<>(this.instanceNames);
		all.addAll(named);
		this.customizers.reportUnmatched(all);
	}

	/**
	 * Warns of values that change nothing.
	 * @param inherited the configs of the parent context, which reports those it shares
	 */
	public void reportIneffectiveSettings(@Nullable BreakerConfigs inherited) {
		List<String> texts = new ArrayList<>(this.ineffective);
		if (inherited != null) {
			texts.removeAll(inherited.ineffective);
		}
		IneffectiveSettingFinder.report(texts);
	}

	/**
	 * Obtains the beans that are predicates, now that they may depend on any other bean.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.predicates.obtainBeans();
	}

}
