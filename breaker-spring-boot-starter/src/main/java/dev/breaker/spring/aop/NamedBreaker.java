package dev.breaker.spring.aop;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.fallback.RefusalFinder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all annotations of one name share: the breaker, or the group of breakers of its
 * keys, and whether a call can be inside of another. It can where the name guards more
 * than one method, or more than one object has the method, or {@link NestingFinder} finds
 * that a call can come back to its method, or {@link SharedNames another context} guards
 * by the name; other calls do not look for one around them. Safe for use by many threads.
 */
final class NamedBreaker implements Supplier<CircuitBreaker> {

	private static final Logger logger = LoggerFactory.getLogger(NamedBreaker.class);

	private final String name;

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final int maxKeys;

	/** The registry's breaker of that name; null until it is looked up, or removed. */
	private final AtomicReference<@Nullable CircuitBreaker> breaker = new AtomicReference<>();

	/** As the breaker, for calls with a key. */
	private final AtomicReference<@Nullable CircuitBreakerGroup> group = new AtomicReference<>();

	/** Whether an annotation of that name has a key. */
	private final AtomicBoolean withKey = new AtomicBoolean();

	/** Whether an annotation of that name has no key. */
	private volatile boolean withoutKey;

	/** Whether there was no group of that name before. */
	private volatile boolean groupMade;

	private volatile boolean canNest;

	/** Whether an annotation of that name has a fallback. */
	private volatile boolean fallsBack;

	private final Set<GuardedMethod> methods = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean nestedRefusalLogged = new AtomicBoolean();

	private final UnreadFutures unread = new UnreadFutures();

	private @Nullable String bean;

	private boolean made;

	/**
	 * Makes no breaker yet.
	 * @param name the name of the breaker, or of the group of its keys
	 * @param registry where they are made
	 * @param configs has their config
	 * @param maxKeys how many keys may have a breaker at a time
	 */
	NamedBreaker(String name, CircuitBreakerRegistry registry, BreakerConfigs configs, int maxKeys) {
		this.name = name;
		this.registry = registry;
		this.configs = configs;
		this.maxKeys = maxKeys;
	}

	String name() {
		return this.name;
	}

	/** An annotation has no key: its breaker is there from the start, and measured. */
	void useBreaker() {
		this.withoutKey = true;
		breaker();
	}

	/** An annotation has a key: the breakers of its calls are those of a group. */
	void useGroup() {
		if (this.withKey.compareAndSet(false, true)) {
			this.groupMade = this.registry.findGroup(this.name).isEmpty();
		}
		lookForGroup();
	}

	/**
	 * Removes the breaker that was made for a configured name before it was known that
	 * all its calls have keys: no call would ever reach it.
	 */
	void removeIdle() {
		if (this.withKey.get() && !this.withoutKey
				&& this.registry.find(this.name).filter((breaker) -> isUntouched(breaker.snapshot())).isPresent()) {
			this.registry.remove(this.name);
		}
	}

	private static boolean isUntouched(Snapshot snapshot) {
		return snapshot.lastChange() == null && snapshot.successfulCallsTotal() + snapshot.failedCallsTotal()
				+ snapshot.ignoredCallsTotal() + snapshot.notPermittedCallsTotal() + snapshot.wouldRefuseTotal() == 0;
	}

	/** Removes the group that was made here: the registry may outlive the context. */
	void removeGroup() {
		if (this.groupMade) {
			this.registry.removeGroup(this.name);
		}
	}

	/** The breaker of a call without a key that begins now. */
	@Override
	public CircuitBreaker get() {
		return breaker();
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

	/** Forgets a breaker that was removed: calls go on with the one made next. */
	void forget(CircuitBreaker removed) {
		if (this.breaker.compareAndSet(removed, null)) {
			release();
		}
	}

	/** Whether calls without a key go to that breaker. */
	boolean isPresent(CircuitBreaker breaker) {
		return this.breaker.get() == breaker;
	}

	/** Lets all interceptors look the breaker up again. */
	private void release() {
		this.methods.forEach((method) -> method.interceptor().release());
	}

	CircuitBreaker breaker(String key) {
		CircuitBreakerGroup present = this.group.get();
		CircuitBreakerGroup found = (present != null) ? present : lookForGroup();
		if (!this.unread.isEmpty() && found.find(key).isEmpty() && found.size() >= found.limit()) {
			this.unread.look();
		}
		return found.get(key);
	}

	UnreadFutures unread() {
		return this.unread;
	}

	private CircuitBreakerGroup lookForGroup() {
		CircuitBreakerGroup found = this.registry.group(this.name, this.configs.get(this.name), this.maxKeys);
		this.group.set(found);
		if (this.registry.findGroup(this.name).orElse(null) != found) {
			// It was removed meanwhile, before there was anything to forget.
			forget(found);
		}
		return found;
	}

	/** Forgets a group that was removed: calls go on with the one made next. */
	void forget(CircuitBreakerGroup removed) {
		this.group.compareAndSet(removed, null);
	}

	void guards(GuardedMethod method) {
		this.methods.add(method);
		if (method.fallback() != null) {
			this.fallsBack = true;
		}
		for (GuardedMethod other : this.methods) {
			if (!other.method().equals(method.method())) {
				nests();
			}
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

	boolean fallsBack() {
		return this.fallsBack;
	}

	/** An admitted call ended in an exception. */
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
				"Circuit breaker '{}' refused a call that was made on another thread by a probe of its own: the call of {} came back with the refusal, so the probe counts as nothing, and the breaker may stay HALF_OPEN. It also guards: {}. Give the two ends breakers of different names, or raise permitted-number-of-calls-in-half-open-state. This is logged once",
				LogText.oneLine(this.name), method, others.isEmpty() ? "no other method" : String.join(", ", others));
	}

}
