package dev.breaker.spring.signal;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * Looks at the health contributors that {@code open-when-down} of breakers and groups
 * names, at once and then each {@code health-interval}, and signals those breakers while
 * a contributor is down. Each contributor is looked at on a thread of its own, one look
 * at a time; no call waits for it. A signal lives for three intervals, so that a
 * contributor that does not answer any more keeps no breaker open. Without any such
 * config there is no thread.
 *
 * <p>
 * Safe for use by many threads.
 */
public final class HealthWatch implements SmartLifecycle, CircuitBreakerRegistryListener {

	private static final String SOURCE = "health of ";

	private static final int TTL_INTERVALS = 3;

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final HealthLook look;

	private final boolean virtualThreads;

	private final NamedSignals signals;

	private final Runnable refresh = this::refresh;

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
	 */
	public HealthWatch(CircuitBreakerRegistry registry, BreakerConfigs configs, List<HealthSource> sources,
			boolean virtualThreads) {
		this.registry = registry;
		this.configs = configs;
		this.look = new HealthLook(sources);
		this.virtualThreads = virtualThreads;
		this.signals = new NamedSignals(registry);
	}

	@Override
	public void start() {
		this.running = true;
		this.registry.addRegistryListener(this);
		this.configs.addChangeListener(this.refresh);
		refresh();
	}

	@Override
	public void stop() {
		this.running = false;
		this.configs.removeChangeListener(this.refresh);
		this.registry.removeRegistryListener(this);
		this.lock.lock();
		try {
			if (this.scheduler != null) {
				this.scheduler.close();
				this.scheduler = null;
			}
			this.watches.clear();
			this.told.clear();
		}
		finally {
			this.lock.unlock();
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

	/** Begins to look at what is wanted and not looked at. */
	private void refresh() {
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

	private static void forEachWanted(CircuitBreakerConfig config, String name, BiConsumer<Looked, String> action) {
		for (String contributor : config.openWhenDown()) {
			action.accept(new Looked(contributor, config.healthInterval()), name);
		}
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
			String trouble = isWanted ? HealthWatch.this.look.trouble(this.looked.contributor()) : null;
			if (HealthWatch.this.running) {
				// Breakers may have come or gone while the contributor took its time.
				tell(isWanted ? names(this.looked::equals) : Set.of(), trouble);
			}
			return isWanted;
		}

		/** Breakers that want looks at another interval now are told by these. */
		private void tell(Set<String> own, @Nullable String trouble) {
			Set<String> named = names((each) -> each.contributor().equals(this.looked.contributor()));
			if (trouble != null) {
				for (String name : own) {
					HealthWatch.this.told.add(new Told(this.looked.contributor(), name));
					HealthWatch.this.signals.signal(name, this.source, trouble,
							this.looked.interval().multipliedBy(TTL_INTERVALS));
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
