package dev.breaker.spring.aop;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.RegistryListener;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Makes the breakers of annotations that have a {@code key}: one for each value, called
 * {@code name:value} and configured as {@code name}. There are never more of them than
 * the limit, whatever the keys are. At the limit the one that was not used for longest
 * makes room, if it is closed and has neither failed nor slow calls in its window, so
 * that nothing is forgotten with it; where there is no such breaker, further keys share
 * one called {@code name:_overflow}.
 *
 * <p>
 * Safe for use by many threads. To find a breaker that is there takes no lock; one lock
 * guards their number, and with it the queue.
 */
public final class KeyedBreakers implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(KeyedBreakers.class);

	/** How many breakers at most are looked at to make room for one. */
	private static final int MOST_LOOKED_AT = 1_000;

	/** How long, in nanoseconds, the next look waits after a long one that was vain. */
	private static final long PAUSE = 10_000_000;

	private static final int LONG_LOOK = 100;

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final int max;

	private final LongSupplier clock;

	private final Map<String, KeyedGroup> groups = new ConcurrentHashMap<>();

	// Shared by the contexts that share a registry: a breaker that one of them made is
	// seen by all.
	private final LongAdder overflowCalls;

	private final List<KeyedBreakers> family;

	private final RegistryListener forgetRemoved = new RegistryListener() {

		@Override
		public void onRemoved(CircuitBreaker breaker) {
			forget(breaker);
		}

	};

	private final ReentrantLock lock = new ReentrantLock();

	// By the time of their last use that is known here: one that was used since is put
	// back in its place when its turn comes.
	private final PriorityQueue<KeyedBreaker> queue = new PriorityQueue<>(
			Comparator.comparingLong((KeyedBreaker keyed) -> keyed.queued));

	private int size;

	private long vainUntil;

	private boolean vain;

	/**
	 * Makes an empty holder.
	 * @param registry where the breakers are made
	 * @param configs their configs
	 * @param max how many there may be, 1 or more
	 */
	public KeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, int max) {
		this(registry, configs, max, System::nanoTime, null);
	}

	/**
	 * Makes an empty holder beside that of a parent context.
	 * @param registry where the breakers are made
	 * @param configs their configs
	 * @param max how many there may be, 1 or more
	 * @param parent the holder of the parent context for the same registry
	 */
	public KeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, int max, KeyedBreakers parent) {
		this(registry, configs, max, System::nanoTime, parent);
	}

	KeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, int max, LongSupplier clock) {
		this(registry, configs, max, clock, null);
	}

	private KeyedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, int max, LongSupplier clock,
			@Nullable KeyedBreakers parent) {
		this.family = (parent != null) ? parent.family : new CopyOnWriteArrayList<>();
		this.overflowCalls = (parent != null) ? parent.overflowCalls : new LongAdder();
		this.registry = registry;
		this.configs = configs;
		this.max = max;
		this.clock = clock;
		this.family.add(this);
		registry.addRegistryListener(this.forgetRemoved);
	}

	/** Leaves nothing of itself in a registry that outlives the context. */
	@Override
	public void destroy() {
		this.registry.removeRegistryListener(this.forgetRemoved);
		this.lock.lock();
		try {
			this.queue.forEach((keyed) -> this.registry.remove(keyed.breaker.name()));
			this.queue.clear();
			this.size = 0;
			this.groups.values().forEach((group) -> group.breakers.clear());
		}
		finally {
			this.lock.unlock();
		}
		this.family.remove(this);
	}

	/**
	 * The name under which a breaker is configured and measured.
	 * @param breakerName the name of any breaker
	 * @return the annotation's name where the breaker was made here for a key, else the
	 * name itself
	 */
	public String baseName(String breakerName) {
		for (KeyedBreakers each : this.family) {
			String name = each.ownBaseName(breakerName);
			if (!name.equals(breakerName)) {
				return name;
			}
		}
		return breakerName;
	}

	private String ownBaseName(String breakerName) {
		for (int colon = breakerName.indexOf(':'); colon >= 0; colon = breakerName.indexOf(':', colon + 1)) {
			String start = breakerName.substring(0, colon);
			if (this.groups.containsKey(start)) {
				return start;
			}
		}
		return breakerName;
	}

	/**
	 * How many calls had to share a breaker with other keys, since the limit was reached
	 * and no breaker could make room.
	 * @return a number of calls
	 */
	public long overflowCalls() {
		return this.overflowCalls.sum();
	}

	KeyedGroup group(String name) {
		return this.groups.computeIfAbsent(name, (n) -> new KeyedGroup(n, this.configs.get(n), this));
	}

	long now() {
		return this.clock.getAsLong();
	}

	CircuitBreaker make(KeyedGroup group, String key) {
		this.lock.lock();
		try {
			KeyedBreaker present = group.breakers.get(key);
			if (present != null) {
				return present.breaker;
			}
			if (this.size >= this.max && !makeRoom()) {
				return overflow(group);
			}
			return add(group, key);
		}
		finally {
			this.lock.unlock();
		}
	}

	private CircuitBreaker add(KeyedGroup group, String key) {
		String name = group.nameOf(key);
		if (this.registry.find(name).isPresent()) {
			// Somebody else's, who may have a reason to keep it.
			return this.registry.get(name, group.config);
		}
		CircuitBreaker breaker = this.registry.get(name, group.config);
		KeyedBreaker keyed = new KeyedBreaker(key, breaker, group, now());
		group.breakers.put(key, keyed);
		this.queue.add(keyed);
		this.size++;
		return breaker;
	}

	private CircuitBreaker overflow(KeyedGroup group) {
		this.overflowCalls.increment();
		if (!group.overflowLogged) {
			group.overflowLogged = true;
			logger.warn(
					"Circuit breaker '{}' has a new key, but there are {} keyed breakers already, the most that breaker.keys.max allows, and none is closed and without failures: further keys share '{}'",
					group.name, this.max, group.overflowName());
		}
		return this.registry.get(group.overflowName(), group.config);
	}

	/** Takes the breaker out that was not used for longest and is clean. */
	private boolean makeRoom() {
		long now = now();
		if (this.vain && now - this.vainUntil < 0) {
			return false;
		}
		int lookedAt = 0;
		while (lookedAt < Math.min(this.size, MOST_LOOKED_AT)) {
			KeyedBreaker oldest = this.queue.remove();
			if (oldest.used() - oldest.queued > 0) {
				requeue(oldest, oldest.used());
			}
			else if (oldest.isClean()) {
				remove(oldest);
				return true;
			}
			else {
				requeue(oldest, now);
				lookedAt++;
			}
		}
		this.vain = lookedAt >= LONG_LOOK;
		this.vainUntil = now + PAUSE;
		return false;
	}

	private void requeue(KeyedBreaker keyed, long time) {
		keyed.queued = time;
		this.queue.add(keyed);
	}

	private void remove(KeyedBreaker keyed) {
		keyed.group.breakers.remove(keyed.key);
		this.size--;
		this.registry.remove(keyed.breaker.name());
	}

	/** Somebody else took it out of the registry. */
	private void forget(CircuitBreaker breaker) {
		String base = ownBaseName(breaker.name());
		KeyedGroup group = this.groups.get(base);
		if (group == null || group.name.equals(breaker.name())) {
			return;
		}
		this.lock.lock();
		try {
			KeyedBreaker keyed = group.breakers.get(breaker.name().substring(base.length() + 1));
			if (keyed != null && keyed.breaker == breaker) {
				group.breakers.remove(keyed.key);
				this.queue.remove(keyed);
				this.size--;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
