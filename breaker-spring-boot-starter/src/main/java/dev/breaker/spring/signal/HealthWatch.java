package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.StateChange;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * Looks at the health contributors that {@code open-when-down} of breakers and groups
 * names, at once and then each {@code health-interval}, and signals those breakers while
 * a contributor is down. Each contributor is looked at on a thread of its own, one look
 * at a time; no call waits for it. A signal lives for three intervals, or for two and as
 * long as the look took where that is longer: until the next look can have ended, and no
 * longer, so that a contributor that does not answer any more keeps no breaker open.
 * Without any such config there is no thread.
 *
 * <p>
 * What a parent context can find is looked at there, whatever context the breaker is of;
 * what is found in none is a WARN of the outermost context, at the second look.
 *
 * <p>
 * A config that code gives to one breaker or group alone is found with the next change of
 * state of that breaker.
 *
 * <p>
 * Safe for use by many threads.
 */
public final class HealthWatch implements SmartLifecycle, CircuitBreakerRegistryListener, DisposableBean {

	private static final String SOURCE = "health of ";

	/** Of the time that a signal lives; a third one, or a longer look, comes to them. */
	private static final int TTL_INTERVALS = 2;

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final HealthLook look;

	private final boolean virtualThreads;

	private final NamedSignals signals;

	private final @Nullable HealthWatch inherited;

	/** Those of child contexts. */
	private final List<HealthWatch> children = new CopyOnWriteArrayList<>();

	private final Runnable refresh = this::refresh;

	private final CircuitBreakerListener changes = new CircuitBreakerListener() {

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			refreshFor(breaker);
		}

	};

	private final Map<Looked, Watch> watches = new ConcurrentHashMap<>();

	/** Which breakers have which signals, whatever the interval of the looks. */
	private final Set<Told> told = ConcurrentHashMap.newKeySet();

	/** Guards the scheduler, which the first watch makes. */
	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable SimpleAsyncTaskScheduler scheduler;

	private volatile boolean running;

	/**
	 * Creates a watch that looks at nothing before it is started.
	 * @param registry the breakers
	 * @param configs tells of changes of configs
	 * @param sources have the contributors; of two with the same name the first is meant
	 * @param virtualThreads whether looks run on virtual threads
	 * @param inherited what looks at the contributors that a parent context can find;
	 * {@code null} where the registry is of this context
	 */
	public HealthWatch(CircuitBreakerRegistry registry, BreakerConfigs configs, List<HealthSource> sources,
			boolean virtualThreads, @Nullable HealthWatch inherited) {
		this.registry = registry;
		this.configs = configs;
		this.look = new HealthLook(sources);
		this.virtualThreads = virtualThreads;
		this.signals = new NamedSignals(registry);
		this.inherited = inherited;
		if (inherited != null) {
			inherited.children.add(this);
		}
	}

	@Override
	public void start() {
		this.running = true;
		this.registry.addListener(this.changes);
		this.registry.addRegistryListener(this);
		this.configs.addChangeListener(this.refresh);
		if (this.inherited != null) {
			this.configs.addChangeListener(this.inherited.refresh);
		}
		refresh();
	}

	@Override
	public void stop() {
		this.running = false;
		this.configs.removeChangeListener(this.refresh);
		if (this.inherited != null) {
			this.configs.removeChangeListener(this.inherited.refresh);
		}
		this.registry.removeRegistryListener(this);
		this.registry.removeListener(this.changes);
		this.lock.lock();
		try {
			if (this.scheduler != null) {
				this.scheduler.close();
				this.scheduler = null;
			}
			this.watches.clear();
		}
		finally {
			this.lock.unlock();
		}
		takeBack();
	}

	/** The breakers may be those of a parent context, and go on. */
	private void takeBack() {
		for (Told each : Set.copyOf(this.told)) {
			if (this.told.remove(each)) {
				this.signals.clear(each.name(), SOURCE + each.contributor());
			}
		}
	}

	@Override
	public void destroy() {
		if (this.inherited != null) {
			this.inherited.children.remove(this);
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void onAdded(CircuitBreaker breaker) {
		if (breaker.group() == null && !breaker.config().openWhenDown().isEmpty()) {
			refresh();
		}
	}

	@Override
	public void onGroupAdded(CircuitBreakerGroup group) {
		if (!group.config().openWhenDown().isEmpty()) {
			refresh();
		}
	}

	/** Its config may be another one, which no change at run time has told. */
	private void refreshFor(CircuitBreaker breaker) {
		Set<Looked> wanted = new LinkedHashSet<>();
		forEachWanted(breaker.config(), breaker.name(), (looked, name) -> wanted.add(looked));
		if (!this.watches.keySet().containsAll(wanted)) {
			refresh();
		}
	}

	/** Begins to look at what is wanted and not looked at. */
	private void refresh() {
		if (!this.running) {
			return;
		}
		Set<Looked> wanted = new LinkedHashSet<>();
		forEachWanted((looked, name) -> wanted.add(looked));
		wanted.forEach((looked) -> this.watches.computeIfAbsent(looked, Watch::new).begin());
	}

	private void forEachWanted(BiConsumer<Looked, String> action) {
		for (CircuitBreaker breaker : this.registry.all()) {
			if (breaker.group() == null) {
				forEachWanted(breaker.config(), breaker.name(), action);
			}
		}
		for (CircuitBreakerGroup group : this.registry.groups()) {
			forEachWanted(group.config(), group.name(), action);
		}
	}

	private void forEachWanted(CircuitBreakerConfig config, String name, BiConsumer<Looked, String> action) {
		for (String contributor : config.openWhenDown()) {
			if (isOwn(contributor)) {
				action.accept(new Looked(contributor, config.healthInterval()), name);
			}
		}
	}

	/** What is found in no context is missed by the outermost one. */
	private boolean isOwn(String contributor) {
		HealthWatch parent = this.inherited;
		return parent == null || (this.look.knows(contributor) && !parent.knows(contributor));
	}

	/** Whether it is found here, or in a parent context. */
	private boolean knows(String contributor) {
		return this.look.knows(contributor) || (this.inherited != null && this.inherited.knows(contributor));
	}

	/** Whether it is found here, or in a child context that has its beans. */
	private boolean isFoundBelow(String contributor) {
		return this.running && (this.look.knows(contributor)
				|| this.children.stream().anyMatch((child) -> child.isFoundBelow(contributor)));
	}

	/** A child context that has not started may find more then. */
	private boolean isComplete() {
		return this.running && this.children.stream().allMatch(HealthWatch::isComplete);
	}

	private Stream<String> contributors() {
		return Stream.concat(this.look.names(), this.children.stream().flatMap(HealthWatch::contributors));
	}

	private void schedule(Watch watch, Duration delay) {
		this.lock.lock();
		try {
			if (this.running) {
				SimpleAsyncTaskScheduler present = this.scheduler;
				if (present == null) {
					present = new SimpleAsyncTaskScheduler();
					present.setThreadNamePrefix("breaker-health-");
					present.setVirtualThreads(this.virtualThreads);
					present.setDaemon(true);
					this.scheduler = present;
				}
				@Nullable ScheduledFuture<?> unused = present.schedule(watch, present.getClock().instant().plus(delay));
			}
		}
		catch (TaskRejectedException ex) {
			// The context closes.
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What is looked at, and how often.
	 */
	private record Looked(String contributor, Duration interval) {
	}

	/**
	 * That a contributor is down, and who was told.
	 */
	private record Told(String contributor, String name) {
	}

	/**
	 * Looks at one contributor again and again, as long as a breaker wants it.
	 */
	private final class Watch implements Runnable {

		private final Looked looked;

		private final String source;

		private boolean begun;

		/** Whether the look before found no contributor. Of the one run at a time. */
		private boolean missed;

		/**
		 * Whether a look has found it: it is gone with its context then, and no mistake.
		 */
		private boolean found;

		Watch(Looked looked) {
			this.looked = looked;
			this.source = SOURCE + looked.contributor();
		}

		void begin() {
			HealthWatch.this.lock.lock();
			try {
				if (this.begun) {
					return;
				}
				this.begun = true;
			}
			finally {
				HealthWatch.this.lock.unlock();
			}
			schedule(this, Duration.ZERO);
		}

		@Override
		public void run() {
			boolean goesOn = true;
			try {
				goesOn = lookOnce();
			}
			catch (Throwable ex) {
				HookFailures.log(logger, "A look at health contributor '{}' failed",
						LogText.oneLine(this.looked.contributor()), ex);
			}
			if (!goesOn && HealthWatch.this.watches.remove(this.looked, this)) {
				// It may have been wanted again meanwhile.
				refresh();
			}
			else if (HealthWatch.this.watches.get(this.looked) == this) {
				schedule(this, this.looked.interval());
			}
		}

		/** Whether any breaker wants the look. */
		private boolean lookOnce() {
			boolean isWanted = !names(this.looked::equals).isEmpty();
			long began = System.nanoTime();
			String trouble = isWanted ? HealthWatch.this.look.trouble(this.looked.contributor()) : null;
			Duration taken = Duration.ofNanos(System.nanoTime() - began);
			if (HealthWatch.this.running) {
				if (isWanted) {
					reportIfMissing();
				}
				// Breakers may have come or gone while the contributor took its time.
				tell(isWanted ? names(this.looked::equals) : Set.of(), trouble, taken);
				if (!HealthWatch.this.running) {
					takeBack();
				}
			}
			return isWanted;
		}

		/** Not at the first look: the context that has it may be about to start. */
		private void reportIfMissing() {
			String contributor = this.looked.contributor();
			this.found |= isFoundBelow(contributor);
			boolean missing = !this.found && isComplete();
			if (missing && this.missed) {
				HealthWatch.this.look.reportMissing(contributor, contributors());
			}
			this.missed = missing;
		}

		/** Breakers that want looks at another interval now are told by these. */
		private void tell(Set<String> own, @Nullable String trouble, Duration taken) {
			Set<String> named = names((each) -> each.contributor().equals(this.looked.contributor()));
			if (trouble != null) {
				for (String name : own) {
					HealthWatch.this.told.add(new Told(this.looked.contributor(), name));
					signal(name, trouble, taken);
				}
			}
			for (Told each : Set.copyOf(HealthWatch.this.told)) {
				boolean holds = own.contains(each.name()) ? trouble != null : named.contains(each.name());
				if (each.contributor().equals(this.looked.contributor()) && !holds
						&& HealthWatch.this.told.remove(each)) {
					HealthWatch.this.signals.clear(each.name(), this.source);
				}
			}
		}

		/**
		 * Where the breaker wants looks at another interval by the time it is told, those
		 * have told it before, and will not do so again for that long.
		 */
		private void signal(String name, String trouble, Duration taken) {
			Duration present = this.looked.interval();
			Duration interval;
			do {
				interval = present;
				HealthWatch.this.signals.signal(name, this.source, trouble, ttl(interval, taken));
				present = interval(name);
			}
			while (present != null && !present.equals(interval));
		}

		/** At which interval a breaker wants to be told; null where it does not. */
		private @Nullable Duration interval(String name) {
			CircuitBreakerRegistry registry = HealthWatch.this.registry;
			CircuitBreakerConfig config = registry.find(name)
				.map(CircuitBreaker::config)
				.or(() -> registry.findGroup(name).map(CircuitBreakerGroup::config))
				.orElse(null);
			return (config != null && config.openWhenDown().contains(this.looked.contributor()))
					? config.healthInterval() : null;
		}

		/** The next look begins an interval later, and may take as long as this one. */
		private static Duration ttl(Duration interval, Duration taken) {
			return interval.multipliedBy(TTL_INTERVALS).plus((taken.compareTo(interval) > 0) ? taken : interval);
		}

		private Set<String> names(Predicate<Looked> which) {
			Set<String> names = new LinkedHashSet<>();
			forEachWanted((each, name) -> {
				if (which.test(each)) {
					names.add(name);
				}
			});
			return names;
		}

	}

}
