package dev.breaker;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one {@link CircuitBreaker} for each name, and one {@link CircuitBreakerGroup}.
 * Safe for use by many threads; a look-up of a breaker that is there takes no lock, and
 * no code of the user's runs under one. What a listener throws is logged, and goes no
 * further.
 *
 * <pre>{@code
 * CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
 * CircuitBreaker payments = registry.get("payments");
 * CircuitBreakerGroup stores = registry.group("stores", CircuitBreakerConfig.ofDefaults(), 100);
 * }</pre>
 */
public final class CircuitBreakerRegistry {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreakerRegistry.class);

	private final CircuitBreakerConfig defaults;

	private final Function<String, ? extends @Nullable CircuitBreakerConfig> configs;

	/** Has the last word on the config of whatever is made here. */
	private final UnaryOperator<CircuitBreakerConfig> adjustment;

	private final ConcurrentHashMap<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();

	private final ConcurrentHashMap<String, CircuitBreakerGroup> groups = new ConcurrentHashMap<>();

	// Guards that a breaker and a listener that come at the same moment meet exactly
	// once. After the lock of a group.
	final SpinLock membership = new SpinLock();

	/** Guarded by the membership. */
	private List<CircuitBreakerListener> listeners = List.of();

	/** Written under the membership. */
	private volatile List<Hearing> registryListeners = List.of();

	private CircuitBreakerRegistry(CircuitBreakerConfig defaults,
			Function<String, ? extends @Nullable CircuitBreakerConfig> configs,
			UnaryOperator<CircuitBreakerConfig> adjustment) {
		this.defaults = defaults;
		this.configs = configs;
		this.adjustment = adjustment;
	}

	/**
	 * Makes an empty registry.
	 * @param defaults the config of breakers that are asked for without one
	 * @return a new registry
	 */
	public static CircuitBreakerRegistry of(CircuitBreakerConfig defaults) {
		return of(defaults, (name) -> null);
	}

	/**
	 * Makes an empty registry that knows the configs of some names.
	 * @param defaults the config of breakers that are asked for without one, and whose
	 * name has none
	 * @param configs gives the config of a breaker that is asked for without one, by its
	 * name; {@code null} for the defaults. What it throws is thrown by
	 * {@link #get(String)}, and no breaker is made
	 * @return a new registry
	 */
	public static CircuitBreakerRegistry of(CircuitBreakerConfig defaults,
			Function<String, ? extends @Nullable CircuitBreakerConfig> configs) {
		return of(defaults, configs, UnaryOperator.identity());
	}

	/**
	 * Makes an empty registry that has the last word on the config of every breaker and
	 * group that it makes, those given in code too: a test puts all of them on one clock.
	 * @param defaults the config of breakers that are asked for without one, and whose
	 * name has none
	 * @param configs gives the config of a breaker that is asked for without one, by its
	 * name; {@code null} for the defaults. What it throws is thrown by
	 * {@link #get(String)}, and no breaker is made
	 * @param adjustment gives the config that a breaker or a group is made with, from the
	 * one that was given. What it throws is thrown, and nothing is made
	 * @return a new registry
	 */
	public static CircuitBreakerRegistry of(CircuitBreakerConfig defaults,
			Function<String, ? extends @Nullable CircuitBreakerConfig> configs,
			UnaryOperator<CircuitBreakerConfig> adjustment) {
		return new CircuitBreakerRegistry(Objects.requireNonNull(defaults, "defaults"),
				Objects.requireNonNull(configs, "configs"), Objects.requireNonNull(adjustment, "adjustment"));
	}

	/**
	 * The config of breakers that are asked for without one, and whose name has none.
	 * @return the defaults that the registry was made with
	 */
	public CircuitBreakerConfig defaults() {
		return this.defaults;
	}

	/**
	 * The breaker of that name, made on first use with the config of the name, or the
	 * defaults. However many threads ask, a name has one instance.
	 * @param name the name, not empty
	 * @return the breaker
	 * @throws IllegalArgumentException if the name is empty
	 */
	public CircuitBreaker get(String name) {
		CircuitBreaker present = this.breakers.get(name);
		if (present != null) {
			return present;
		}
		CircuitBreakerConfig own = this.configs.apply(CircuitBreaker.checkName(name));
		return get(name, (own != null) ? own : this.defaults);
	}

	/**
	 * The breaker of that name, made with the given config on first use. One that is
	 * there already stays as it is: {@link CircuitBreaker#reconfigure} changes it.
	 * @param name the name, not empty
	 * @param config the config of a breaker that is made now
	 * @return the breaker
	 * @throws IllegalArgumentException if the name is empty
	 */
	public CircuitBreaker get(String name, CircuitBreakerConfig config) {
		CircuitBreaker present = this.breakers.get(name);
		while (present == null) {
			CircuitBreaker made = CircuitBreaker.of(name, this.adjustment.apply(config));
			StackEnd.requireFar();
			if (insert(made)) {
				tellAdded(made);
				return made;
			}
			present = this.breakers.get(name);
		}
		return present;
	}

	/**
	 * Looks for a breaker, and makes none.
	 * @param name the name; that of the breaker of a long key also with all of the key
	 * @return the breaker, if there is one
	 */
	public Optional<CircuitBreaker> find(String name) {
		CircuitBreaker present = this.breakers.get(name);
		return Optional.ofNullable((present != null) ? present : findOfKey(name));
	}

	/** Of a key that is cut: its breaker has another name than the key would give it. */
	private @Nullable CircuitBreaker findOfKey(String name) {
		for (int end = name.lastIndexOf(':'); end >= 0; end = name.lastIndexOf(':', end - 1)) {
			String key = name.substring(end + 1);
			CircuitBreakerGroup group = KeyText.isCut(key) ? this.groups.get(name.substring(0, end)) : null;
			CircuitBreaker found = (group != null) ? group.find(key).orElse(null) : null;
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	/**
	 * All breakers, as they are at this moment; those of groups too.
	 * @return an unmodifiable copy, in no order
	 */
	public Collection<CircuitBreaker> all() {
		this.membership.lock();
		try {
			return List.copyOf(this.breakers.values());
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Forgets a breaker; one of a group leaves that, too. The next to ask for the name,
	 * or for the key, gets a new one, and annotated methods that are guarded by the name
	 * go on with that. The old one can still be used; a call made on an old one of a
	 * group is made on the new one of its key.
	 * @param name the name
	 * @return whether there was one
	 */
	public boolean remove(String name) {
		StackEnd.requireFar();
		CircuitBreaker present;
		do {
			present = find(name).orElse(null);
			if (present == null) {
				return false;
			}
		}
		while (!remove(present));
		return true;
	}

	private boolean remove(CircuitBreaker breaker) {
		GroupMember member = breaker.member();
		if (member != null && member.group.remove(member)) {
			return true;
		}
		boolean taken = take(breaker);
		if (taken) {
			tellRemoved(breaker);
		}
		return taken;
	}

	/**
	 * The group of that name, made on first use: a bounded family of breakers, one for
	 * each key. However many threads ask, a name has one group; one that is there already
	 * stays as it is: {@link CircuitBreakerGroup#reconfigure} changes it. A breaker may
	 * have the same name, and is none of the group.
	 * @param name the name, not empty
	 * @param config the config of each of its breakers
	 * @param limit how many keys may have a breaker at a time, 1 or more
	 * @return the group
	 * @throws IllegalArgumentException if the name is empty, or the limit is below 1
	 */
	public CircuitBreakerGroup group(String name, CircuitBreakerConfig config, int limit) {
		CircuitBreakerGroup present = this.groups.get(name);
		if (present != null) {
			return present;
		}
		CircuitBreaker.checkName(name);
		Objects.requireNonNull(config, "config");
		if (limit < 1) {
			throw new IllegalArgumentException("Invalid limit of the circuit breaker group '" + LogText.oneLine(name)
					+ "' (" + limit + "): must be 1 or more");
		}
		ClassWarmUp.runForGroups();
		CircuitBreakerGroup made = new CircuitBreakerGroup(name, this.adjustment.apply(config), limit, this);
		StackEnd.requireFar();
		present = this.groups.putIfAbsent(name, made);
		if (present != null) {
			return present;
		}
		tell((listener) -> listener.onGroupAdded(made));
		return made;
	}

	/**
	 * Looks for a group, and makes none.
	 * @param name the name
	 * @return the group, if there is one
	 */
	public Optional<CircuitBreakerGroup> findGroup(String name) {
		return Optional.ofNullable(this.groups.get(name));
	}

	/**
	 * All groups, as they are at this moment.
	 * @return an unmodifiable copy, in no order
	 */
	public Collection<CircuitBreakerGroup> groups() {
		return List.copyOf(this.groups.values());
	}

	/**
	 * Forgets a group and its breakers. The next to ask for the name gets a new one; the
	 * old one can still be used, apart from this registry.
	 * @param name the name
	 * @return whether there was one
	 */
	public boolean removeGroup(String name) {
		StackEnd.requireFar();
		CircuitBreakerGroup removed = this.groups.remove(name);
		if (removed == null) {
			return false;
		}
		removed.unregister();
		tell((listener) -> listener.onGroupRemoved(removed));
		return true;
	}

	/**
	 * Adds a listener to every breaker, those made later too.
	 * @param listener the listener
	 */
	public void addListener(CircuitBreakerListener listener) {
		Objects.requireNonNull(listener, "listener");
		Listeners.lookAt(listener);
		StackEnd.requireFar();
		List<CircuitBreakerListener> added = List.of(listener);
		this.membership.lock();
		try {
			this.listeners = Listeners.with(this.listeners, added);
			for (CircuitBreaker breaker : this.breakers.values()) {
				breaker.attach(added);
			}
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Takes a listener from every breaker: that very one, whatever it equals.
	 * @param listener the listener
	 */
	public void removeListener(CircuitBreakerListener listener) {
		StackEnd.requireFar();
		this.membership.lock();
		try {
			List<CircuitBreakerListener> fewer = Listeners.without(this.listeners, listener);
			if (fewer == this.listeners) {
				return;
			}
			this.listeners = fewer;
			for (CircuitBreaker breaker : this.breakers.values()) {
				breaker.detach(List.of(listener));
			}
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Puts listeners in the place of one, at every breaker in one step: whatever happens
	 * is heard either by that one or by those. Does nothing where it was not added.
	 * @param listener the listener that goes
	 * @param replacements the listeners that come
	 */
	public void replaceListener(CircuitBreakerListener listener, List<? extends CircuitBreakerListener> replacements) {
		List<CircuitBreakerListener> others = List.copyOf(replacements);
		for (CircuitBreakerListener other : others) {
			Listeners.lookAt(other);
		}
		StackEnd.requireFar();
		this.membership.lock();
		try {
			List<CircuitBreakerListener> replaced = Listeners.replacing(this.listeners, listener, others);
			if (replaced == this.listeners) {
				return;
			}
			this.listeners = replaced;
			for (CircuitBreaker breaker : this.breakers.values()) {
				breaker.replaceListener(listener, others);
			}
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Adds a listener for breakers and groups that come and go. It hears those that are
	 * there at once.
	 * @param listener the listener
	 */
	public void addRegistryListener(CircuitBreakerRegistryListener listener) {
		Hearing hearing = new Hearing(Objects.requireNonNull(listener, "listener"));
		this.membership.lock();
		try {
			this.registryListeners = Listeners.with(this.registryListeners, List.of(hearing));
		}
		finally {
			this.membership.held = 0;
		}
		for (CircuitBreakerGroup group : groups()) {
			hearing.tell((hears) -> hears.onGroupAdded(group));
		}
		for (CircuitBreaker breaker : all()) {
			hearing.tell((hears) -> hears.onAdded(breaker));
		}
	}

	/**
	 * Takes a listener back: that very one, whatever it equals.
	 * @param listener the listener
	 */
	public void removeRegistryListener(CircuitBreakerRegistryListener listener) {
		this.membership.lock();
		try {
			for (Hearing hearing : this.registryListeners) {
				if (hearing.listener == listener) {
					this.registryListeners = Listeners.without(this.registryListeners, hearing);
					return;
				}
			}
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Puts a breaker in, unless its name is taken. The end of the stack is to be far, and
	 * {@link #tellAdded} to follow, under no lock.
	 */
	boolean insert(CircuitBreaker breaker) {
		// Near the end of a stack there may be no room to link a lambda among the steps.
		this.membership.lock();
		try {
			if (this.breakers.putIfAbsent(breaker.name(), breaker) != null) {
				return false;
			}
			breaker.attach(this.listeners);
			return true;
		}
		finally {
			this.membership.held = 0;
		}
	}

	/**
	 * Takes a breaker out, if it is there. The end of the stack is to be far, and
	 * {@link #tellRemoved} to follow, under no lock.
	 */
	boolean take(CircuitBreaker breaker) {
		this.membership.lock();
		try {
			if (!this.breakers.remove(breaker.name(), breaker)) {
				return false;
			}
			breaker.detach(this.listeners);
			return true;
		}
		finally {
			this.membership.held = 0;
		}
	}

	void tellAdded(CircuitBreaker breaker) {
		tell((listener) -> listener.onAdded(breaker));
	}

	void tellRemoved(CircuitBreaker breaker) {
		tell((listener) -> listener.onRemoved(breaker));
	}

	private void tell(Consumer<CircuitBreakerRegistryListener> news) {
		for (Hearing hearing : this.registryListeners) {
			hearing.tell(news);
		}
	}

	/** A listener of this registry, and whether it has thrown. */
	private static final class Hearing {

		private final CircuitBreakerRegistryListener listener;

		private volatile boolean complained;

		Hearing(CircuitBreakerRegistryListener listener) {
			this.listener = listener;
		}

		void tell(Consumer<CircuitBreakerRegistryListener> news) {
			try {
				news.accept(this.listener);
			}
			catch (Throwable ex) {
				if (!this.complained) {
					this.complained = true;
					HookFailures.log(logger,
							"A listener of the circuit breaker registry failed; its further failures are not logged: {}",
							this.listener.getClass(), ex);
				}
			}
		}

	}

}
