package dev.breaker;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * Keeps one {@link CircuitBreaker} for each name. Safe for use by many threads; a look-up
 * of a breaker that is there takes no lock.
 */
public final class CircuitBreakerRegistry {

	private final CircuitBreakerConfig defaults;

	private final ConcurrentHashMap<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();

	// Guards that a breaker and a listener that come at the same moment meet exactly
	// once.
	private final Object membership = new Object();

	private final List<CircuitBreakerListener> listeners = new CopyOnWriteArrayList<>();

	private final List<RegistryListener> registryListeners = new CopyOnWriteArrayList<>();

	private CircuitBreakerRegistry(CircuitBreakerConfig defaults) {
		this.defaults = defaults;
	}

	/**
	 * Makes an empty registry.
	 * @param defaults the config of breakers that are asked for without one
	 * @return a new registry
	 */
	public static CircuitBreakerRegistry of(CircuitBreakerConfig defaults) {
		return new CircuitBreakerRegistry(Objects.requireNonNull(defaults, "defaults"));
	}

	/**
	 * The breaker of that name, made with the defaults on first use. However many threads
	 * ask, a name has one instance.
	 * @param name the name
	 * @return the breaker
	 */
	public CircuitBreaker get(String name) {
		return get(name, this.defaults);
	}

	/**
	 * The breaker of that name, made with the given config on first use. One that is
	 * there already stays as it is: {@link CircuitBreaker#reconfigure} changes it.
	 * @param name the name
	 * @param config the config of a breaker that is made now
	 * @return the breaker
	 */
	public CircuitBreaker get(String name, CircuitBreakerConfig config) {
		CircuitBreaker present = this.breakers.get(name);
		return (present != null) ? present : add(CircuitBreaker.of(name, config));
	}

	private CircuitBreaker add(CircuitBreaker made) {
		synchronized (this.membership) {
			CircuitBreaker present = this.breakers.putIfAbsent(made.name(), made);
			if (present != null) {
				return present;
			}
			this.listeners.forEach(made::addListener);
		}
		this.registryListeners.forEach((listener) -> listener.onAdded(made));
		return made;
	}

	/**
	 * Looks for a breaker, and makes none.
	 * @param name the name
	 * @return the breaker, if there is one
	 */
	public Optional<CircuitBreaker> find(String name) {
		return Optional.ofNullable(this.breakers.get(name));
	}

	/**
	 * All breakers, as they are at this moment.
	 * @return an unmodifiable copy, in no order
	 */
	public Collection<CircuitBreaker> all() {
		return List.copyOf(this.breakers.values());
	}

	/**
	 * Forgets a breaker. Whoever holds it can still use it; the next to ask for the name
	 * gets a new one.
	 * @param name the name
	 * @return whether there was one
	 */
	public boolean remove(String name) {
		@Nullable CircuitBreaker removed;
		synchronized (this.membership) {
			removed = this.breakers.remove(name);
			if (removed == null) {
				return false;
			}
			this.listeners.forEach(removed::removeListener);
		}
		CircuitBreaker gone = removed;
		this.registryListeners.forEach((listener) -> listener.onRemoved(gone));
		return true;
	}

	/**
	 * Adds a listener to every breaker, those made later too.
	 * @param listener the listener
	 */
	public void addListener(CircuitBreakerListener listener) {
		synchronized (this.membership) {
			this.listeners.add(listener);
			this.breakers.values().forEach((breaker) -> breaker.addListener(listener));
		}
	}

	/**
	 * Takes a listener from every breaker.
	 * @param listener the listener
	 */
	public void removeListener(CircuitBreakerListener listener) {
		synchronized (this.membership) {
			if (this.listeners.remove(listener)) {
				this.breakers.values().forEach((breaker) -> breaker.removeListener(listener));
			}
		}
	}

	/**
	 * Puts listeners in the place of one, at every breaker in one step: whatever happens
	 * is heard either by that one or by those. Does nothing where it was not added.
	 * @param listener the listener that goes
	 * @param replacements the listeners that come
	 */
	public void replaceListener(CircuitBreakerListener listener, List<? extends CircuitBreakerListener> replacements) {
		synchronized (this.membership) {
			if (this.listeners.remove(listener)) {
				this.listeners.addAll(replacements);
				this.breakers.values().forEach((breaker) -> breaker.replaceListener(listener, replacements));
			}
		}
	}

	/**
	 * Adds a listener for breakers that come and go. It hears those that are there at
	 * once.
	 * @param listener the listener
	 */
	public void addRegistryListener(RegistryListener listener) {
		this.registryListeners.add(listener);
		this.breakers.values().forEach(listener::onAdded);
	}

	/**
	 * Takes a listener back.
	 * @param listener the listener
	 */
	public void removeRegistryListener(RegistryListener listener) {
		this.registryListeners.remove(listener);
	}

}
