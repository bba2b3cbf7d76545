package dev.breaker.spring.aop;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.State;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.fallback.RefusalFinder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all annotations of one name share: the breaker, or the breakers of its keys, and
 * whether a call can come to be inside of another. That can be so where it guards more
 * than one method, or more than one object has the method, or one reaches itself through
 * its proxy; only there calls pay for knowing. Safe for use by many threads.
 */
final class NamedBreaker {

	private static final Logger logger = LoggerFactory.getLogger(NamedBreaker.class);

	private final String name;

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	/** The registry's breaker of that name; null until it is asked for, or removed. */
	private final AtomicReference<@Nullable CircuitBreaker> breaker = new AtomicReference<>();

	/** Null where no annotation of that name has a key. */
	private volatile @Nullable KeyedBreakers keyed;

	/** As the breaker, for calls with a key. */
	private final AtomicReference<@Nullable CircuitBreakerGroup> group = new AtomicReference<>();

	private volatile boolean canNest;

	private final Set<GuardedMethod> methods = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean nestedRefusalLogged = new AtomicBoolean();

	private @Nullable String bean;

	private boolean made;

	NamedBreaker(String name, CircuitBreakerRegistry registry, BreakerConfigs configs) {
		this.name = name;
		this.registry = registry;
		this.configs = configs;
	}

	/** Calls have keys: their breakers are those of a group. */
	void use(KeyedBreakers keyed) {
		this.keyed = keyed;
		lookForGroup(keyed);
	}

	CircuitBreaker breaker() {
		CircuitBreaker present = this.breaker.get();
		return (present != null) ? present : look();
	}

	private CircuitBreaker look() {
		CircuitBreaker found = this.registry.get(this.name, this.configs.get(this.name));
		this.breaker.set(found);
		if (this.registry.find(this.name).orElse(null) != found) {
			// It was removed meanwhile, before there was anything to forget.
			forget(found);
		}
		return found;
	}

	/** The registry has removed that breaker: calls go on with the one it then makes. */
	void forget(CircuitBreaker removed) {
		if (this.breaker.compareAndSet(removed, null)) {
			release();
		}
	}

	/** Whether calls without a key go to that breaker. */
	boolean isPresent(CircuitBreaker breaker) {
		return this.breaker.get() == breaker;
	}

	/** What interceptors hold has changed. */
	private void release() {
		this.methods.forEach((method) -> method.interceptor().release());
	}

	CircuitBreaker breaker(String key) {
		CircuitBreakerGroup present = this.group.get();
		return ((present != null) ? present : lookForGroup(Objects.requireNonNull(this.keyed))).get(key);
	}

	private CircuitBreakerGroup lookForGroup(KeyedBreakers keyed) {
		CircuitBreakerGroup found = keyed.group(this.name);
		this.group.set(found);
		if (this.registry.findGroup(this.name).orElse(null) != found) {
			// It was removed meanwhile, before there was anything to forget.
			forget(found);
		}
		return found;
	}

	/** The registry has removed that group: calls go on with the one it then makes. */
	void forget(CircuitBreakerGroup removed) {
		this.group.compareAndSet(removed, null);
	}

	void guards(GuardedMethod method) {
		this.methods.add(method);
		if (this.methods.stream().map(GuardedMethod::method).distinct().count() > 1) {
			nests();
		}
	}

	/** A bean has, or will have, methods that this breaker guards. */
	synchronized void found(String beanName) {
		if (this.bean == null) {
			this.bean = beanName;
		}
		else if (!this.bean.equals(beanName)) {
			nests();
		}
	}

	/** An object of a bean has methods that this breaker guards. */
	synchronized void made(String beanName) {
		found(beanName);
		if (this.made) {
			nests();
		}
		this.made = true;
	}

	/** A guarded method can be called by way of another one. */
	void nests() {
		if (!this.canNest) {
			this.canNest = true;
			release();
		}
	}

	boolean canNest() {
		return this.canNest;
	}

	/** A call that was admitted ended so. */
	void ended(CircuitBreaker breaker, String method, Throwable thrown) {
		CallNotPermittedException refusal = RefusalFinder.in(thrown);
		if (refusal == null || refusal.state() != State.HALF_OPEN
				|| !refusal.circuitBreakerName().equals(breaker.name())
				|| !this.nestedRefusalLogged.compareAndSet(false, true)) {
			return;
		}
		Set<String> others = this.methods.stream()
			.map(GuardedMethod::describe)
			.filter((other) -> !other.equals(method))
			.collect(Collectors.toCollection(TreeSet::new));
		HookFailures.log(logger,
				"Circuit breaker '{}' refused a call that was made on another thread by a probe of its own: the call of {} came back with the refusal, so the probe proves nothing, and the breaker may stay HALF_OPEN. It also guards: {}. Give the two ends breakers of different names, or raise permitted-number-of-calls-in-half-open-state. This is logged once",
				LogText.oneLine(this.name), method, others.isEmpty() ? "no other method" : String.join(", ", others));
	}

}
