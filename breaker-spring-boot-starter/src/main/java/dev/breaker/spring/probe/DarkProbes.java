package dev.breaker.spring.probe;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.LogText;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * Runs the dark probes of all breakers whose config names one, from when the context has
 * started until it stops. Each breaker of a key is probed for itself. There is no thread
 * before a breaker with a probe is there; then there is one that waits, and one for each
 * probe that runs.
 *
 * <p>
 * What changes in a breaker is heard. A command that changes its wait and no state, a
 * config that code gives to it alone, and a clock that a test moves by hand are not: they
 * are found when all breakers are looked at again, each 10 seconds where any has a probe.
 */
public final class DarkProbes implements SmartLifecycle, DisposableBean {

	private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final CircuitBreakerRegistry registry;

	private final ProbeFinder finder;

	private final Supplier<SimpleAsyncTaskScheduler> schedulers;

	private final @Nullable DarkProbes inherited;

	private final Map<CircuitBreaker, DarkProbe> probes = new ConcurrentHashMap<>();

	/** What was complained of. */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile boolean running;

	/** Guarded by the lock; null where none is needed. */
	private @Nullable SimpleAsyncTaskScheduler scheduler;

	private final CircuitBreakerListener changes = new CircuitBreakerListener() {

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			look(breaker);
		}

	};

	private final CircuitBreakerRegistryListener membership = new CircuitBreakerRegistryListener() {

		@Override
		public void onAdded(CircuitBreaker breaker) {
			look(breaker);
		}

		@Override
		public void onRemoved(CircuitBreaker breaker) {
			forget(breaker);
		}

	};

	/**
	 * Creates what runs probes.
	 * @param registry the breakers
	 * @param finder finds what probes
	 * @param schedulers makes the scheduler, which this closes
	 * @param inherited what runs the probes that a parent context can find; {@code null}
	 * where the registry is of this context
	 */
	public DarkProbes(CircuitBreakerRegistry registry, ProbeFinder finder,
			Supplier<SimpleAsyncTaskScheduler> schedulers, @Nullable DarkProbes inherited) {
		this.registry = registry;
		this.finder = finder;
		this.schedulers = schedulers;
		this.inherited = inherited;
	}

	@Override
	public void start() {
		this.lock.lock();
		try {
			if (this.running) {
				return;
			}
			this.running = true;
		}
		finally {
			this.lock.unlock();
		}
		this.registry.addListener(this.changes);
		this.registry.addRegistryListener(this.membership);
	}

	/** Sees to it that a breaker is probed when it is due. */
	private void look(CircuitBreaker breaker) {
		String probe = breaker.config().probe();
		if (probe == null || !this.running || !isOwn(probe, breaker) || !isPresent(breaker)) {
			return;
		}
		DarkProbe present = this.probes.get(breaker);
		if (present == null) {
			SimpleAsyncTaskScheduler started = scheduler();
			if (started == null) {
				return;
			}
			present = this.probes.computeIfAbsent(breaker, (key) -> new DarkProbe(key, this.finder, started));
			if (!this.running || !isPresent(breaker)) {
				forget(breaker);
				return;
			}
		}
		present.plan();
	}

	/** What a parent context can find is run there. */
	private boolean isOwn(String probe, CircuitBreaker breaker) {
		DarkProbes parent = this.inherited;
		if (parent != null && parent.finder.knows(probe)) {
			return false;
		}
		boolean known = this.finder.knows(probe);
		if (!known && this.unknown.add(probe)) {
			logger.warn(
					"There is no bean '{}', which is to probe for circuit breaker '{}': unless a child context has it, the breaker does not close by itself. Define a CircuitBreakerProbe of that name",
					LogText.oneLine(probe), LogText.oneLine(breaker.name()));
		}
		return known;
	}

	/** What is heard of breakers that come and go may be heard late. */
	private boolean isPresent(CircuitBreaker breaker) {
		return this.registry.find(breaker.name()).filter((present) -> present == breaker).isPresent();
	}

	private void forget(CircuitBreaker breaker) {
		if (this.running && isPresent(breaker)) {
			return;
		}
		DarkProbe gone = this.probes.remove(breaker);
		if (gone != null) {
			gone.stop();
		}
	}

	/** Null where the context has stopped. */
	private @Nullable SimpleAsyncTaskScheduler scheduler() {
		this.lock.lock();
		try {
			if (this.scheduler == null && this.running) {
				SimpleAsyncTaskScheduler made = this.schedulers.get();
				var unused = made.scheduleAtFixedRate(this::lookAtAll, made.getClock().instant().plus(LOOK_AGAIN),
						LOOK_AGAIN);
				this.scheduler = made;
			}
			return this.scheduler;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Looks at all breakers, whose configs may have changed. */
	public void lookAtAll() {
		this.registry.all().forEach(this::look);
	}

	/** Before the beans go that probe. */
	@Override
	public void stop() {
		SimpleAsyncTaskScheduler ended;
		this.lock.lock();
		try {
			this.running = false;
			ended = this.scheduler;
			this.scheduler = null;
		}
		finally {
			this.lock.unlock();
		}
		this.registry.removeListener(this.changes);
		this.registry.removeRegistryListener(this.membership);
		this.probes.keySet().forEach(this::forget);
		if (ended != null) {
			ended.close();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void destroy() {
		stop();
	}

}
