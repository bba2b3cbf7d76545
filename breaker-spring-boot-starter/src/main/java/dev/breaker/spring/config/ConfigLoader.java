package dev.breaker.spring.config;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpOutcomeRule;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching;
import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching.CacheOverride;
import org.springframework.core.env.Environment;

/**
 * Reads the {@code breaker.*} properties, at start and whenever they change, and single
 * properties that are given at run time. Not safe for use by several threads.
 */
final class ConfigLoader {

	private final Environment environment;

	private final ConfigurableListableBeanFactory beanFactory;

	private final List<CircuitBreakerConfigCustomizer> customizers;

	/** What code changes of names since the start, on top of the customizers. */
	private final Map<String, List<UnaryOperator<CircuitBreakerConfig>>> customizations = new LinkedHashMap<>();

	private final @Nullable BreakerClock clock;

	/** The same for all readings, so that a class has the same predicate in all. */
	private final PredicateResolver predicates;

	private final SimilarClassNames classNames;

	private boolean leftoversReported;

	/** Read at start alone. */
	private List<HttpServerEntry> httpRejects = List.of();

	ConfigLoader(Environment environment, ConfigurableListableBeanFactory beanFactory,
			List<CircuitBreakerConfigCustomizer> customizers, @Nullable BreakerClock clock) {
		this.environment = environment;
		this.beanFactory = beanFactory;
		this.customizers = customizers;
		this.clock = clock;
		this.predicates = new PredicateResolver(beanFactory);
		this.classNames = new SimilarClassNames(beanFactory.getBeanClassLoader(),
				AutoConfigurationPackages.has(beanFactory) ? AutoConfigurationPackages.get(beanFactory) : List.of());
	}

	/**
	 * Reads the environment, and applies the customizers.
	 * @throws InvalidBreakerConfigurationException when a property cannot be used
	 */
	LoadedConfigs load() {
		return load(null);
	}

	/**
	 * As {@link #load()}, with the HTTP clients of the start: they are guarded as long as
	 * the application runs.
	 * @throws InvalidBreakerConfigurationException when a property cannot be used
	 */
	LoadedConfigs reload(List<HttpClientEntry> httpClients) {
		return load(httpClients);
	}

	private LoadedConfigs load(@Nullable List<HttpClientEntry> httpClientsOfStart) {
		// Thousands of look-ups in sources that do not change meanwhile.
		CacheOverride caching = ConfigurationPropertyCaching.get(this.environment).override();
		try {
			return read(httpClientsOfStart);
		}
		finally {
			caching.close();
		}
	}

	private LoadedConfigs read(@Nullable List<HttpClientEntry> httpClientsOfStart) {
		ConfigProblems problems = new ConfigProblems();
		BreakerPropertySources sources = new BreakerPropertySources(this.environment,
				this.beanFactory.getBeanClassLoader());
		ValueReader values = new ValueReader(sources, this.predicates, this.classNames, problems);
		Map<String, String> switches = mayHaveSwitches(sources)
				? SwitchValidator.check(values, problems, this.beanFactory.getBeanClassLoader())
				: new LinkedHashMap<>();
		Levels levels = ConfigKeyScanner.read(sources, problems);
		if (!this.leftoversReported) {
			this.leftoversReported = true;
			Resilience4jKeys.reportLeftovers(sources, this.beanFactory.getBeanClassLoader());
		}
		Inheritance inheritance = new Inheritance(levels, values, problems);
		List<HttpClientEntry> httpClients = (httpClientsOfStart != null) ? httpClientsOfStart : List.of();
		if (sources.maySay(Level.HTTP)) {
			if (httpClientsOfStart == null) {
				httpClients = HttpEntryReader.clients(sources, this.predicates, this.classNames, problems);
				this.httpRejects = HttpEntryReader.rejects(sources, this.predicates, this.classNames, problems);
			}
			HttpEntryReader.describe(sources, switches);
		}
		ConfigReader reader = new ConfigReader(sources, this.predicates, values, problems);
		LikelyMistakeFinder mistakes = new LikelyMistakeFinder();
		ProbeChecker probes = new ProbeChecker(this.beanFactory, problems);
		for (Level config : levels.configs()) {
			LayeredProperties effective = reader.read(inheritance.chain(config));
			reader.check(effective);
			mistakes.look(effective);
			probes.check(effective);
		}
		LayeredProperties ofDefaults = reader.read(List.of(Level.DEFAULT));
		mistakes.look(ofDefaults);
		probes.check(ofDefaults);
		CircuitBreakerConfig defaults = reader.build(ofDefaults);
		Map<String, LayeredProperties> properties = new LinkedHashMap<>();
		Map<String, CircuitBreakerConfig> configs = new LinkedHashMap<>();
		for (Level instance : levels.instances()) {
			LayeredProperties effective = reader.read(inheritance.chain(instance));
			properties.put(instance.name(), effective);
			mistakes.look(effective);
			probes.check(effective);
			configs.put(instance.name(), reader.build(effective));
		}
		problems.throwIfAny();
		Set<String> instanceNames = Collections.unmodifiableSet(new LinkedHashSet<>(configs.keySet()));
		Map<String, CircuitBreakerConfig> ofProperties = Map.copyOf(configs);
		Customizers customized = Customizers.apply(this.customizers, configs, defaults);
		for (Map.Entry<String, CircuitBreakerConfig> each : configs.entrySet()) {
			String name = each.getKey();
			probes.check(name, ofProperties.getOrDefault(name, defaults), each.getValue());
		}
		problems.throwIfAny();
		Origins origins = new Origins(ofDefaults, properties);
		customized.addTo(origins);
		for (Map.Entry<String, List<UnaryOperator<CircuitBreakerConfig>>> customizations : this.customizations
			.entrySet()) {
			String name = customizations.getKey();
			for (UnaryOperator<CircuitBreakerConfig> each : customizations.getValue()) {
				CircuitBreakerConfig before = configs.getOrDefault(name, defaults);
				CircuitBreakerConfig after = Customizers.apply(name, each, before);
				configs.put(name, after);
				origins.putCode(name, before, after);
			}
		}
		IneffectiveSettingFinder ineffective = new IneffectiveSettingFinder();
		ineffective.look(ofDefaults, defaults);
		for (Map.Entry<String, CircuitBreakerConfig> each : configs.entrySet()) {
			ineffective.look(properties.getOrDefault(each.getKey(), ofDefaults), each.getValue());
		}
		List<String> warnings = new ArrayList<>(ineffective.describe());
		warnings.addAll(mistakes.describe());
		for (HttpClientEntry client : httpClients) {
			configs.put(client.breaker(), ofHttpClient(configs.getOrDefault(client.breaker(), defaults)));
		}
		BreakerClock clockOfAll = this.clock;
		if (clockOfAll != null) {
			defaults = clockOfAll.applyTo(defaults);
			configs.replaceAll((name, config) -> clockOfAll.applyTo(config));
		}
		return new LoadedConfigs(defaults, instanceNames, configs, List.copyOf(httpClients), customized,
				List.copyOf(warnings), switches, origins);
	}

	/** Whether anything stands beside the configs and the instances. */
	private static boolean mayHaveSwitches(BreakerPropertySources sources) {
		Set<String> sections = sources.elementsBelow(Level.ROOT);
		return sections == null || !Set.of(Level.CONFIGS, Level.INSTANCES).containsAll(sections);
	}

	/** Has a rule for what guards of clients tell, whatever exceptions it records. */
	private static CircuitBreakerConfig ofHttpClient(CircuitBreakerConfig config) {
		return (config.outcomeRule() != null) ? config
				: config.toBuilder().outcomeRule(HttpOutcomeRule.DEFAULT).build();
	}

	/**
	 * Reads properties that are given at run time.
	 * @throws InvalidBreakerConfigurationException when one of them cannot be used
	 */
	LayeredProperties read(Map<String, ?> given) {
		LayeredProperties read = new ChangeReader(this.predicates, this.classNames,
				this.beanFactory.getBeanClassLoader())
			.read(given);
		ConfigProblems problems = new ConfigProblems();
		new ProbeChecker(this.beanFactory, problems).check(read);
		problems.throwIfAny();
		return read;
	}

	/** A config as it is customized, as the next reading would have it. */
	CircuitBreakerConfig customized(CircuitBreakerConfig config, UnaryOperator<CircuitBreakerConfig> customization,
			boolean ofHttpClient) {
		CircuitBreakerConfig customized = customization.apply(config);
		customized = ofHttpClient ? ofHttpClient(customized) : customized;
		return (this.clock != null) ? this.clock.applyTo(customized) : customized;
	}

	/** Customizes the config of a name in each reading from now on. */
	void customize(String name, UnaryOperator<CircuitBreakerConfig> customization) {
		this.customizations.computeIfAbsent(name, (newName) -> new ArrayList<>()).add(customization);
	}

	/** The entries of {@code breaker.http.server.reject} at start. */
	List<HttpServerEntry> httpRejects() {
		return this.httpRejects;
	}

	@Nullable BreakerClock clock() {
		return this.clock;
	}

	PredicateResolver predicates() {
		return this.predicates;
	}

	/** The time that is shown to people. */
	Instant now() {
		return (this.clock != null) ? this.clock.clock().instant() : Instant.now();
	}

}
