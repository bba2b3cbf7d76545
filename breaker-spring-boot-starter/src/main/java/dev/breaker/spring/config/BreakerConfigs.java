package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.HookFailures;
import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.LogText;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.config.ConfigChange.Made;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpServerEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * The effective config of each breaker name, and what changes it at run time. A change
 * reaches the breakers at work through {@link CircuitBreaker#reconfigure} and
 * {@link CircuitBreakerGroup#reconfigure}: state, totals, listeners and what is left of a
 * wait stay. It is checked as a whole first, and where any value is bad nothing of it is
 * applied. Of two changes at a time all breakers end with the same one, those made
 * meanwhile too. Safe for use by many threads.
 *
 * <p>
 * A breaker that the application gave a config of its own is changed by name alone, over
 * that config; what the environment says does not reach it. One that was given the config
 * of another name goes on with that of the other name.
 */
public final class BreakerConfigs implements SmartInitializingSingleton, DisposableBean {

	/** Who changed something by {@link #reload()}. */
	private static final String ENVIRONMENT = "environment";

	/** Who changed something without saying who. */
	private static final String APPLICATION = "application";

	private static final String NOT_SET = "not set";

	private static final String TIME_LIMIT = "time-limit";

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final ConfigLoader loader;

	/** What the application started with, and what its code customized since. */
	private volatile LoadedConfigs first;

	/** One change at a time is read and published; it reaches the breakers afterwards. */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile PresentConfigs present;

	private volatile @Nullable CircuitBreakerRegistry registry;

	private volatile boolean started;

	/** By each config that was published, the name that it is of. */
	private final Map<CircuitBreakerConfig, String> owners = Collections.synchronizedMap(new WeakHashMap<>());

	/** By each config that was made of one of the application's own, that one. */
	private final Map<CircuitBreakerConfig, CircuitBreakerConfig> bases = Collections
		.synchronizedMap(new WeakHashMap<>());

	/** The configs without a rule that were reported. */
	private final Set<CircuitBreakerConfig> ruleless = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	/** By the name of its breaker, a call that cannot be ended from outside. */
	private final Map<String, Unlimited> unlimited = new ConcurrentHashMap<>();

	/** A breaker that is made during a change may have the config of before. */
	private final CircuitBreakerRegistryListener keepUpToDate = new CircuitBreakerRegistryListener() {

		@Override
		public void onAdded(CircuitBreaker breaker) {
			if (breaker.group() == null) {
				begin(LivingConfig.of(breaker));
			}
		}

		@Override
		public void onGroupAdded(CircuitBreakerGroup group) {
			begin(LivingConfig.of(group));
		}

	};

	/** Told after each change, when the breakers go on under it. */
	private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

	private BreakerConfigs(ConfigLoader loader) {
		this.loader = loader;
		this.first = loader.load();
		this.present = PresentConfigs.of(this.first);
		this.owners.putAll(this.present.owners());
	}

	/**
	 * Reads the {@code breaker.*} properties.
	 * @param environment where they are
	 * @param beanFactory where predicates that properties name by class are looked for
	 * @param customizers change the configs, in this order
	 * @param clock the clock of all of them; {@code null} where each has its own clocks
	 * @return the configs
	 * @throws InvalidBreakerConfigurationException when a property cannot be used; the
	 * failure analysis tells which, and where it is
	 */
	public static BreakerConfigs load(Environment environment, ConfigurableListableBeanFactory beanFactory,
			List<CircuitBreakerConfigCustomizer> customizers, @Nullable BreakerClock clock) {
		return new BreakerConfigs(new ConfigLoader(environment, beanFactory, customizers, clock));
	}

	/**
	 * The config of breakers that neither the properties nor a customizer name.
	 * @return what {@code breaker.configs.default} says at present, and defaults
	 */
	public CircuitBreakerConfig defaults() {
		return this.present.loaded().defaults();
	}

	/**
	 * The present config of a breaker: merged from its levels, customized, and with what
	 * was changed at run time.
	 * @param name the exact name
	 * @return the config; that of {@code default} for a name that nothing configures
	 */
	public CircuitBreakerConfig get(String name) {
		return this.present.get(name);
	}

	/**
	 * The clock of all breakers.
	 * @return the clock that the configs were read with, {@code null} where each config
	 * has its own
	 */
	public @Nullable BreakerClock clock() {
		return this.loader.clock();
	}

	/**
	 * Whether the properties have this instance.
	 * @param name the exact name
	 * @return whether there is a {@code breaker.instances.NAME}
	 */
	public boolean isConfigured(String name) {
		return instanceNames().contains(name);
	}

	/**
	 * The names below {@code breaker.instances}.
	 * @return the names, unmodifiable
	 */
	public Set<String> instanceNames() {
		return this.present.loaded().instanceNames();
	}

	/**
	 * The names that have a config of their own.
	 * @return those below {@code breaker.instances} and those of customizers,
	 * unmodifiable
	 */
	public Set<String> names() {
		return Collections.unmodifiableSet(this.present.loaded().configs().keySet());
	}

	/**
	 * Which requests of HTTP clients are guarded.
	 * @return the entries of {@code breaker.http.clients}, unmodifiable
	 */
	public List<HttpClientEntry> httpClients() {
		return this.first.httpClients();
	}

	/**
	 * The breakers that guard HTTP clients.
	 * @return their names, or those of the breakers made by key, unmodifiable
	 */
	public Set<String> httpClientBreakers() {
		List<HttpClientEntry> clients = httpClients();
		return clients.isEmpty() ? Set.of()
				: clients.stream().map(HttpClientEntry::breaker).collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Which requests to this application are answered before their handlers run.
	 * @return the entries of {@code breaker.http.server.reject}, unmodifiable
	 */
	public List<HttpServerEntry> httpRejects() {
		return this.loader.httpRejects();
	}

	/**
	 * Makes each breaker that the properties name, unless the registry has it already, or
	 * a group of that name, or HTTP clients use the name with a key. A name that only a
	 * customizer knows makes none. Changes at run time reach the breakers of this
	 * registry from now on.
	 * @param registry where to make them
	 */
	public void addTo(CircuitBreakerRegistry registry) {
		if (this.registry != registry) {
			destroy();
			this.registry = registry;
			registry.addRegistryListener(this.keepUpToDate);
		}
		addInstances(registry);
	}

	private void addInstances(CircuitBreakerRegistry registry) {
		for (String name : instanceNames()) {
			if (registry.findGroup(name).isEmpty() && !isUsedWithKey(name)) {
				registry.get(name, get(name));
			}
		}
	}

	private boolean isUsedWithKey(String name) {
		for (HttpClientEntry client : httpClients()) {
			if (client.key() != null && client.breaker().equals(name)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Reads the {@code breaker.*} properties of the environment again, applies the
	 * customizers, and reconfigures each breaker and group whose config is another one
	 * now; a new instance gets its breaker. What was {@linkplain #change changed} by name
	 * stays over it. Switches, {@code breaker.http.clients}, and the initial states of
	 * breakers that are there are read at start alone: a change of them is a WARN. With
	 * Spring Cloud this is called when the environment changes.
	 * @throws InvalidBreakerConfigurationException when a property cannot be used;
	 * nothing is applied then
	 */
	public void reload() {
		PresentConfigs before;
		PresentConfigs after;
		Made made;
		this.lock.lock();
		try {
			before = this.present;
			made = made(ENVIRONMENT, null);
			LoadedConfigs now = this.loader.reload(before.loaded().httpClients()).after(before.loaded());
			after = before.reloaded(now, this.loader.predicates(), made);
			checkTimeLimits(TIME_LIMIT, after);
			publish(after);
		}
		finally {
			this.lock.unlock();
		}
		CircuitBreakerRegistry living = this.registry;
		if (living != null) {
			addInstances(living);
		}
		followAll(made);
		report(before.loaded(), after.loaded());
		tellChanged();
	}

	/**
	 * Customizes the config of a name as a {@link CircuitBreakerConfigCustomizer} does,
	 * after these, from now on and whenever the properties are read again. Breakers and
	 * groups of that name that are there, and those made with its config under names that
	 * have none of their own, go on under it. What was {@linkplain #change changed} by
	 * name stays over it.
	 * @param name the exact name
	 * @param customization gives the config, from the one that the properties, the
	 * customizers and earlier customizations gave. What it throws now is thrown, and
	 * nothing is applied; later it is a {@link InvalidBreakerConfigurationException} of
	 * the reading
	 */
	public void customize(String name, UnaryOperator<CircuitBreakerConfig> customization) {
		this.lock.lock();
		try {
			LoadedConfigs loaded = this.present.loaded();
			LoadedConfigs now = loaded.with(name,
					this.loader.customized(loaded.get(name), customization, httpClientBreakers().contains(name)));
			checkTimeLimit(TIME_LIMIT, name, now.get(name));
			PresentConfigs after = this.present.customized(now, this.loader.predicates());
			checkTimeLimits(TIME_LIMIT, after);
			publish(after);
			this.loader.customize(name, customization);
			this.first = this.first.with(name, now.get(name));
		}
		finally {
			this.lock.unlock();
		}
		CircuitBreakerRegistry living = this.registry;
		if (living != null) {
			LivingConfig.named(name, living).forEach((each) -> each.reconfigure(get(name)));
		}
		followAll(null);
		tellChanged();
	}

	/**
	 * Changes the config of one breaker, or of all keys of a group, over what its config
	 * says otherwise. What was changed of the same name earlier stays, property by
	 * property, until {@link #restore} or the end of the application.
	 * @param name the exact name of a breaker or a group that is there
	 * @param properties the properties to change, one or more: keys and values as in a
	 * file, such as {@code "failure-rate-threshold"} and {@code 40}; {@code none}
	 * switches off. {@code base-config} and {@code initial-state} are read at start
	 * alone, and refused
	 * @throws InvalidBreakerConfigurationException when a property cannot be used;
	 * nothing is applied then
	 * @throws NoSuchElementException when there is no breaker and no group of that name
	 * @throws IllegalArgumentException when it is the breaker of a key, whose config is
	 * that of its group, or no property is given
	 */
	public void change(String name, Map<String, ?> properties) {
		change(name, properties, APPLICATION, null);
	}

	/**
	 * As {@link #change(String, Map)}, with what the endpoint and the log say of it.
	 * @param name the exact name of a breaker or a group that is there
	 * @param properties the properties to change
	 * @param actor who changes them
	 * @param reason why; {@code null} where nothing is said
	 * @throws InvalidBreakerConfigurationException when a property cannot be used
	 * @throws NoSuchElementException when there is no breaker and no group of that name
	 * @throws IllegalArgumentException when it is the breaker of a key, or no property is
	 * given
	 */
	public void change(String name, Map<String, ?> properties, String actor, @Nullable String reason) {
		List<LivingConfig> living = living(name);
		if (properties.isEmpty()) {
			throw new IllegalArgumentException("Give at least one property to change of circuit breaker '"
					+ LogText.oneLine(name) + "', or restore its config");
		}
		Made made;
		List<String> warnings;
		this.lock.lock();
		try {
			PresentConfigs before = this.present;
			made = made(actor, reason);
			boolean overEnvironment = living.stream().anyMatch((each) -> isPublished(name, each.config()));
			LayeredProperties given = this.loader.read(properties);
			ConfigOverride override = ConfigOverride.of(name, before.override(name), given, overEnvironment);
			PresentConfigs after = before.with(name, override, given.names(), this.loader.predicates(), made);
			IneffectiveSettingFinder ineffective = new IneffectiveSettingFinder();
			for (LivingConfig each : living) {
				ineffective.look(given, over(override, each.config()));
			}
			if (given.names().contains("timeLimit")) {
				checkTimeLimits(ChangeReader.path(TIME_LIMIT), after);
			}
			publish(after);
			warnings = new ArrayList<>(ineffective.describeChangeOf(name));
			warnings.addAll(new LikelyMistakeFinder().look(given).describe());
		}
		finally {
			this.lock.unlock();
		}
		followAll(made);
		IneffectiveSettingFinder.report(warnings);
		tellChanged();
	}

	/**
	 * The config that a breaker would have with other values of some properties, to be
	 * tried on its {@link CircuitBreaker#outcomes()}. Nothing is changed.
	 * @param breaker the breaker; one of a key, too
	 * @param properties the other values, one or more: keys and values as in a file, over
	 * the present config of the breaker
	 * @return the config
	 * @throws InvalidBreakerConfigurationException when a property cannot be used, or
	 * recorded outcomes can say nothing of it
	 * @throws IllegalArgumentException when no property is given
	 */
	public CircuitBreakerConfig forReplay(CircuitBreaker breaker, Map<String, ?> properties) {
		if (properties.isEmpty()) {
			throw new IllegalArgumentException(
					"Give at least one property to try on circuit breaker '" + LogText.oneLine(breaker.name()) + "'");
		}
		LayeredProperties given;
		this.lock.lock();
		try {
			given = this.loader.read(properties);
		}
		finally {
			this.lock.unlock();
		}
		ReplayedProperties.check(given);
		ConfigOverride override = ConfigOverride.of(breaker.name(), null, given, false);
		try {
			CircuitBreakerConfig tried = override.over(breaker.config(), this.loader.predicates());
			ReplayedProperties.check(given, tried);
			return tried;
		}
		catch (InvalidCircuitBreakerConfigException ex) {
			throw new InvalidBreakerConfigurationException(List.of(override.problem(ex)), null);
		}
	}

	/**
	 * Takes back what was {@linkplain #change changed} of a name at run time: it has the
	 * config that the environment, or the application's code, gives it.
	 * @param name the exact name of a breaker or a group that is there
	 * @throws NoSuchElementException when there is no breaker and no group of that name
	 * @throws IllegalArgumentException when it is the breaker of a key
	 */
	public void restore(String name) {
		restore(name, APPLICATION, null);
	}

	/**
	 * As {@link #restore(String)}, with what the endpoint and the log say of it.
	 * @param name the exact name of a breaker or a group that is there
	 * @param actor who restores it
	 * @param reason why; {@code null} where nothing is said
	 * @throws NoSuchElementException when there is no breaker and no group of that name
	 * @throws IllegalArgumentException when it is the breaker of a key
	 */
	public void restore(String name, String actor, @Nullable String reason) {
		living(name);
		Made made;
		this.lock.lock();
		try {
			made = made(actor, reason);
			publish(this.present.without(name, this.loader.predicates(), made));
		}
		finally {
			this.lock.unlock();
		}
		followAll(made);
		tellChanged();
	}

	/**
	 * Adds what runs after each change, on the thread that makes it, when the breakers go
	 * on under it.
	 * @param listener is called after each reload, change, restoration and customization
	 */
	public void addChangeListener(Runnable listener) {
		this.changeListeners.add(listener);
	}

	/**
	 * Takes a listener back. An unknown one is ignored.
	 * @param listener the listener
	 */
	public void removeChangeListener(Runnable listener) {
		this.changeListeners.remove(listener);
	}

	private void tellChanged() {
		this.changeListeners.forEach(Runnable::run);
	}

	/**
	 * Refuses a time limit in each change of a name from now on, since one of the calls
	 * that its breaker guards cannot be ended from outside.
	 * @param name the name of the breaker, or of the breakers of all keys
	 * @param call what call it is, for the message
	 * @param remedy what to do instead, for the message
	 */
	public void refuseTimeLimit(String name, String call, String remedy) {
		this.unlimited.putIfAbsent(name, new Unlimited(call, remedy));
	}

	private void checkTimeLimit(String key, String name, CircuitBreakerConfig config) {
		Unlimited call = this.unlimited.get(name);
		ConfigProblem problem = (call != null) ? call.problem(key, name, config) : null;
		if (problem != null) {
			throw new InvalidBreakerConfigurationException(List.of(problem), null);
		}
	}

	/** Refuses configs under which such a call would have a time limit. */
	private void checkTimeLimits(String key, PresentConfigs after) {
		CircuitBreakerRegistry registry = this.registry;
		ConfigProblems problems = new ConfigProblems();
		this.unlimited.forEach((name, call) -> {
			List<LivingConfig> named = (registry != null) ? LivingConfig.named(name, registry) : List.of();
			if (named.isEmpty()) {
				problems.addIfAny(call.problem(key, name, after.get(name)));
			}
			named.forEach((each) -> problems.addIfAny(call.problem(key, name, wanted(each, after))));
		});
		problems.throwIfAny();
	}

	/**
	 * How the present config of a breaker differs from the one that the application
	 * started with.
	 * @param breaker the breaker; of one of a key it is the change of its group
	 * @return the change, or {@code null} where there is no difference
	 */
	public @Nullable ConfigChange changeOf(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group != null) ? changeOf(group) : changeOf(LivingConfig.of(breaker));
	}

	/**
	 * How the present config of a group differs from the one that the application started
	 * with.
	 * @param group the group
	 * @return the change, or {@code null} where there is no difference
	 */
	public @Nullable ConfigChange changeOf(CircuitBreakerGroup group) {
		return changeOf(LivingConfig.of(group));
	}

	private @Nullable ConfigChange changeOf(LivingConfig living) {
		String name = living.name();
		CircuitBreakerConfig now = living.config();
		CircuitBreakerConfig given = base(now);
		PresentConfigs present = this.present;
		String source = present.source(name, this.owners.get(given));
		CircuitBreakerConfig atStart = (source != null) ? this.first.get(source) : given;
		Map<String, ConfigDifference.Values> difference = ConfigDifference.between(atStart, now);
		Map<String, Made> made = present.made(name, source);
		Made newest = newest(made.values());
		if (difference.isEmpty() || newest == null) {
			return null;
		}
		Map<String, ConfigChange.Property> properties = new LinkedHashMap<>();
		List<Made> shown = new ArrayList<>();
		for (Map.Entry<String, ConfigDifference.Values> each : difference.entrySet()) {
			Made by = made.getOrDefault(each.getKey(), newest);
			shown.add(by);
			properties.put(each.getKey(),
					new ConfigChange.Property(each.getValue().from(), each.getValue().to(), by.at(), by.by()));
		}
		Made last = newest(shown);
		return (last != null) ? new ConfigChange(last.at(), last.by(), last.reason(), properties) : null;
	}

	/**
	 * The present config of a breaker, property by property.
	 * @param breaker the breaker; one of a key has the config of its group
	 * @return each property with the origin of its value, sorted, unmodifiable
	 */
	public List<ConfigValue> valuesOf(CircuitBreaker breaker) {
		CircuitBreakerConfig config = breaker.config();
		CircuitBreakerConfig given = base(config);
		String owner = this.owners.get(given);
		ConfigChange change = changeOf(breaker);
		Map<String, ConfigChange.Property> changed = (change != null) ? change.properties() : Map.of();
		Map<String, String> origins = (owner != null) ? this.present.loaded().origins().of(owner)
				: Origins.ofCode(given);
		List<ConfigValue> values = new ArrayList<>();
		ConfigDifference.values(config).forEach((property, value) -> {
			ConfigChange.Property at = changed.get(property);
			String origin = origins.getOrDefault(property, ConfigValue.DEFAULT);
			// What the environment says now is where it is written.
			values.add(new ConfigValue(ConfigReader.key(property), value, (at == null || at.by().equals(ENVIRONMENT))
					? origin : "changed at run time by %s at %s".formatted(at.by(), at.at())));
		});
		return List.copyOf(values);
	}

	private static @Nullable Made newest(Iterable<Made> all) {
		Made newest = null;
		for (Made each : all) {
			newest = (newest == null || newest.at().isBefore(each.at())) ? each : newest;
		}
		return newest;
	}

	/** What can be changed by a name. */
	private List<LivingConfig> living(String name) {
		CircuitBreakerRegistry living = this.registry;
		List<LivingConfig> named = (living != null) ? LivingConfig.named(name, living) : List.of();
		if (living != null && named.isEmpty()) {
			CircuitBreakerGroup group = living.find(name).map(CircuitBreaker::group).orElse(null);
			if (group != null) {
				throw new IllegalArgumentException(
						"Circuit breaker '%s' is that of a key, and has the config of its group. Change '%s'"
							.formatted(LogText.oneLine(name), LogText.oneLine(group.name())));
			}
		}
		if (named.isEmpty()) {
			throw new NoSuchElementException("There is no circuit breaker '" + LogText.oneLine(name) + "'");
		}
		return named;
	}

	private Made made(String by, @Nullable String reason) {
		return new Made(this.loader.now(), by, reason);
	}

	/** Puts configs in force for whatever is made from now on, under the lock. */
	private void publish(PresentConfigs next) {
		if (this.started) {
			this.loader.predicates().obtainBeans();
		}
		this.owners.putAll(next.owners());
		this.present = next;
	}

	/**
	 * Brings all breakers and groups to the present configs: that of one name may be that
	 * of others, too.
	 */
	private void followAll(@Nullable Made made) {
		CircuitBreakerRegistry living = this.registry;
		if (living != null) {
			LivingConfig.all(living).forEach((each) -> follow(each, made));
		}
	}

	private void begin(LivingConfig living) {
		CircuitBreakerConfig config = living.config();
		// One of the application's own is as it says, and that of default has many names
		if (!RuleCheck.hasRule(config) && isPublished(living.name(), config) && this.ruleless.add(config)) {
			warnOfNoRule(living);
		}
		follow(living, null);
	}

	/** Warns that calls do not open a breaker, however they fail. */
	private void warnOfNoRule(LivingConfig living) {
		if (isTold(living.name())) {
			return;
		}
		try {
			logger.warn("{} cannot be opened by calls: {}", living.what(), RuleCheck.REMEDY);
		}
		catch (Throwable ex) {
			// An appender of the application's must not stop a breaker.
		}
	}

	/** Whether another breaker tells this one when it opens. */
	private boolean isTold(String name) {
		LoadedConfigs loaded = this.present.loaded();
		return loaded.defaults().propagateTo().contains(name)
				|| loaded.configs().values().stream().anyMatch((config) -> config.propagateTo().contains(name));
	}

	/**
	 * Brings a breaker or a group to the present config.
	 * @param made the change that is the reason, for the log
	 */
	private void follow(LivingConfig living, @Nullable Made made) {
		CircuitBreakerConfig before = living.config();
		PresentConfigs followed;
		do {
			followed = this.present;
			CircuitBreakerConfig wanted = wanted(living, followed);
			if (living.config() != wanted) {
				living.reconfigure(wanted);
			}
		}
		while (followed != this.present);
		if (RuleCheck.hasRule(before) && !RuleCheck.hasRule(living.config())) {
			warnOfNoRule(living);
		}
		if (made != null) {
			log(living, ConfigDifference.between(before, living.config()), made);
		}
	}

	private CircuitBreakerConfig wanted(LivingConfig living, PresentConfigs configs) {
		CircuitBreakerConfig now = living.config();
		if (configs.isOf(living.name(), this.owners.get(now))) {
			return configs.get(living.name());
		}
		ConfigOverride override = configs.override(living.name());
		CircuitBreakerConfig given = base(now);
		CircuitBreakerConfig base = configs.ofOther(living.name(), given, this.owners.get(given));
		if (override == null) {
			return base;
		}
		try {
			CircuitBreakerConfig over = override.over(base, this.loader.predicates());
			if (ConfigDifference.isNone(over, now)) {
				return now;
			}
			this.bases.put(over, base);
			return over;
		}
		catch (InvalidCircuitBreakerConfigException ex) {
			HookFailures.log(logger,
					"{} was made with a config that contradicts what was changed at run time, and keeps it: {}",
					living.what(), LogText.oneLine(String.valueOf(ex.getMessage())));
			return now;
		}
	}

	/** Whether a config came from here for that name, at whatever time. */
	private boolean isPublished(String name, CircuitBreakerConfig config) {
		return this.present.isOf(name, this.owners.get(config));
	}

	/** The config that the application gave in code. */
	private CircuitBreakerConfig base(CircuitBreakerConfig config) {
		return this.bases.getOrDefault(config, config);
	}

	private CircuitBreakerConfig over(ConfigOverride override, CircuitBreakerConfig config) {
		try {
			return override.over(base(config), this.loader.predicates());
		}
		catch (InvalidCircuitBreakerConfigException ex) {
			throw new InvalidBreakerConfigurationException(List.of(override.problem(ex)), null);
		}
	}

	private static void log(LivingConfig living, Map<String, ConfigDifference.Values> difference, Made made) {
		if (difference.isEmpty()) {
			return;
		}
		String reason = made.reason();
		try {
			logger.info("{}: config changed by {}{}: {}", living.what(), LogText.oneLine(made.by()),
					(reason != null) ? " (" + LogText.oneLine(reason) + ")" : "",
					ConfigDifference.describe(difference));
		}
		catch (Throwable ex) {
			// An appender of the application's must not stop a change.
		}
	}

	/**
	 * Warns of what changed, and has no effect: what is read at start alone, and differs
	 * from the start. To take such a change back needs no other start.
	 */
	private void report(LoadedConfigs before, LoadedConfigs after) {
		Map<String, String> ofStart = this.first.switches();
		Set<String> switches = new TreeSet<>(ofStart.keySet());
		switches.addAll(before.switches().keySet());
		switches.addAll(after.switches().keySet());
		for (String key : switches) {
			String was = ofStart.getOrDefault(key, NOT_SET);
			String is = after.switches().getOrDefault(key, NOT_SET);
			if (!was.equals(is) && !is.equals(before.switches().getOrDefault(key, NOT_SET))) {
				logger.warn("\"{}\" changed from {} to {}. It is read at start alone: start the application again", key,
						LogText.oneLine(was), LogText.oneLine(is));
			}
		}
		Set<String> begun = new TreeSet<>(before.configs().keySet());
		begun.retainAll(after.configs().keySet());
		begun.removeIf((name) -> before.get(name).initialState() == after.get(name).initialState());
		if (before.defaults().initialState() != after.defaults().initialState()) {
			begun.add(Level.DEFAULT.name());
		}
		if (!begun.isEmpty()) {
			logger.warn(
					"\"initial-state\" changed of {}. It is for breakers that are made later, such as those of keys:"
							+ " command a state to change those that are there",
					begun.stream().map(LogText::inList).toList());
		}
		List<String> warnings = new ArrayList<>(after.warnings());
		warnings.removeAll(before.warnings());
		IneffectiveSettingFinder.report(warnings);
	}

	/**
	 * Warns of each customizer whose breaker nothing else names.
	 * @param named the names of the breakers that annotations and the application made
	 */
	public void reportUnmatchedCustomizers(Set<String> named) {
		Set<String> all = new TreeSet<>(instanceNames());
		all.addAll(named);
		this.first.customizers().reportUnmatched(all);
	}

	/**
	 * Names that a message lists, each with the one that was probably meant.
	 * @param names the names that nothing goes by
	 * @param meant the names that something goes by
	 * @return the text
	 */
	public static String list(Collection<String> names, Collection<String> meant) {
		return names.stream().map((name) -> {
			String nearest = SimilarNames.of(name, meant);
			return LogText.inList(name)
					+ ((nearest != null) ? " (did you mean '" + LogText.oneLine(nearest) + "'?)" : "");
		}).collect(Collectors.joining(", "));
	}

	/**
	 * Warns of values that are valid, and change nothing or look like a mistake.
	 * @param inherited the configs of the parent context, which reports those it shares
	 */
	public void reportIneffectiveSettings(@Nullable BreakerConfigs inherited) {
		List<String> texts = new ArrayList<>(this.first.warnings());
		if (inherited != null) {
			texts.removeAll(inherited.first.warnings());
		}
		IneffectiveSettingFinder.report(texts);
	}

	/**
	 * Obtains the beans that are predicates, now that they may depend on any other bean.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.lock.lock();
		try {
			this.started = true;
			this.loader.predicates().obtainBeans();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Leaves nothing of itself in a registry that outlives the context. */
	@Override
	public void destroy() {
		CircuitBreakerRegistry living = this.registry;
		if (living != null) {
			this.registry = null;
			living.removeRegistryListener(this.keepUpToDate);
		}
	}

	/**
	 * A call that cannot be ended from outside.
	 */
	private record Unlimited(String call, String remedy) {

		private @Nullable ConfigProblem problem(String key, String name, CircuitBreakerConfig config) {
			return (config.timeLimit() == null) ? null : new ConfigProblem(key, config.timeLimit(), null,
					"is of circuit breaker \"%s\", and %s cannot be ended from outside".formatted(name, this.call),
					this.remedy);
		}

	}

}
