package dev.breaker.spring.restore;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.ExportedState;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.PlainText;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.StandingCommand;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import dev.breaker.spring.restore.SavedState.Kind;
import dev.breaker.spring.restore.SavedState.Owner;
import dev.breaker.spring.restore.StateFile.UnusableFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps the states of circuit breakers in a file over a restart. It reads the file when
 * the registry has been made, before any bean gets hold of it, and restores each breaker
 * when that is made; the breakers of keys are made with their group. It writes the file
 * as the context stops, and after each change of state, by a thread of its own. Without a
 * file it does nothing. Safe for use by many threads.
 *
 * <p>
 * What is written are the breakers whose state is none that they would begin with anyway:
 * those that are open or half-open, those that a command holds where they are, and the
 * commands that hold for keys without a breaker. One that is open only since another
 * breaker is, is told again by that one, and is not written: it would count as open for a
 * reason of its own, and tell others. A state whose breaker is not there yet is written
 * as it was read, as long as it can still be restored.
 */
public final class StateKeeper implements BeanPostProcessor, SmartLifecycle, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(StateKeeper.class);

	/** What is logged of states comes by one logger. */
	private static final Logger news = LoggerFactory.getLogger(CircuitBreaker.class);

	private static final String THREAD = "breaker-restore";

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** How the source of a signal begins that another breaker gives. */
	private static final String OTHER_BREAKER = "circuit breaker ";

	/**
	 * So long an outage at least waits for its breaker, which knows whether it still
	 * holds: the wait of its config is not known before.
	 */
	private static final Duration LEAST_KEPT = Duration.ofDays(1);

	private final @Nullable StateFile file;

	/** States whose breakers are not there yet. */
	private final Map<Owner, SavedState> pending = new ConcurrentHashMap<>();

	/** One write at a time. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Semaphore changes = new Semaphore(0);

	private volatile @Nullable CircuitBreakerRegistry registry;

	/** Writes what changes; another one, or none, ends it. */
	private volatile @Nullable Thread writer;

	private volatile boolean running;

	/** Whether the last write failed. Guarded by the lock. */
	private boolean failed;

	private final CircuitBreakerListener changed = new CircuitBreakerListener() {

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			StateKeeper.this.changes.release();
		}

	};

	private final CircuitBreakerRegistryListener restored = new CircuitBreakerRegistryListener() {

		@Override
		public void onAdded(CircuitBreaker breaker) {
			if (breaker.group() == null) {
				SavedState saved = StateKeeper.this.pending.remove(new Owner(Kind.BREAKER, breaker.name(), null));
				if (saved != null) {
					breaker.restore(saved.state());
				}
			}
		}

		@Override
		public void onGroupAdded(CircuitBreakerGroup group) {
			restore(group);
		}

	};

	/**
	 * Creates a keeper.
	 * @param path the file; {@code null} where nothing is kept
	 * @param application the name of the application, whose file it must be; empty where
	 * it has none
	 */
	public StateKeeper(@Nullable Path path, String application) {
		this.file = (path != null) ? new StateFile(path, application) : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof CircuitBreakerRegistry made && this.file != null && this.registry == null) {
			begin(made, this.file);
		}
		return bean;
	}

	private void begin(CircuitBreakerRegistry made, StateFile from) {
		try {
			from.read().forEach((saved) -> this.pending.put(saved.owner(), saved));
		}
		catch (UnusableFileException ex) {
			HookFailures.log(logger,
					"No state of a circuit breaker is restored: the file '{}' of \"breaker.restore.file\" {}. {}",
					LogText.oneLine(from.toString()), String.valueOf(ex.getMessage()),
					ex.isForeign() ? "Nothing is written to it either: name another file, or remove this one"
							: "It is replaced when a state changes, or the application stops");
			if (ex.isForeign()) {
				return;
			}
		}
		this.registry = made;
		made.addListener(this.changed);
		made.addRegistryListener(this.restored);
		startThread();
	}

	/**
	 * The keys first, so that each tells what it goes on from, then the command that
	 * holds for those made later.
	 */
	private void restore(CircuitBreakerGroup group) {
		SavedState standing = this.pending.remove(new Owner(Kind.GROUP, group.name(), null));
		ExportedState ofAll = (standing != null && holds(standing.state(), group)) ? standing.state() : null;
		for (SavedState saved : List.copyOf(this.pending.values())) {
			String key = saved.owner().key();
			if (key != null && saved.owner().name().equals(group.name()) && this.pending.remove(saved.owner(), saved)) {
				// What single keys were told gives way to what all of them were told.
				group.restore(key, (ofAll != null) ? ofAll : saved.state());
			}
		}
		if (ofAll != null && group.restore(ofAll)) {
			log(group);
		}
	}

	private static boolean holds(ExportedState state, CircuitBreakerGroup group) {
		Duration left = state.left();
		Duration passed = Duration.between(state.at(), now(group));
		return state.command() != null
				&& (left == null || (passed.isNegative() ? !left.isZero() : left.compareTo(passed) > 0));
	}

	/** Keys that come later tell nothing: to them it is what they begin with. */
	private static void log(CircuitBreakerGroup group) {
		group.standingCommand().ifPresent((standing) -> {
			StateCommand command = standing.command();
			String actor = command.actor();
			String comment = command.comment();
			Duration hold = command.hold();
			try {
				news.atLevel(command.state().refuses() ? Level.WARN : Level.INFO)
					.log("Circuit breakers '{}' of all keys: {} ({}){}{}{}. It holds for keys that come later, too",
							LogText.oneLine(group.name()), command.state(), Reason.RESTORED,
							(actor != null) ? " by " + LogText.oneLine(actor) : "",
							(hold != null) ? " for " + PlainText.duration(hold) : " until another command",
							(comment != null) ? ": " + LogText.oneLine(comment) : "");
			}
			catch (Throwable ex) {
				// An appender of the application's must not stop it.
			}
		});
	}

	private static Instant now(CircuitBreakerGroup group) {
		try {
			return group.config().clock().instant();
		}
		catch (Throwable ex) {
			// A clock of the application's own
			return Instant.now();
		}
	}

	private void startThread() {
		Thread thread = new Thread(this::writeChanges, THREAD);
		thread.setDaemon(true);
		this.writer = thread;
		thread.start();
	}

	private void writeChanges() {
		Thread me = Thread.currentThread();
		while (true) {
			this.changes.acquireUninterruptibly();
			if (this.writer != me) {
				// It may have been meant for the one that came after it.
				this.changes.release();
				return;
			}
			// One write is for all that changed until then.
			this.changes.drainPermits();
			write(me);
		}
	}

	/**
	 * Writes the states.
	 * @param by the writer, or {@code null} as the context stops: what comes later must
	 * not be written, as breakers go with the beans that made them
	 */
	private void write(@Nullable Thread by) {
		// An interrupt would close the file.
		boolean interrupted = Thread.interrupted();
		try {
			if (!this.lock.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
				logger.warn("The states of circuit breakers are not written to '{}' (breaker.restore.file):"
						+ " the write before has taken more than {}", this.file, PATIENCE);
				return;
			}
			try {
				writeInTurn(by);
			}
			finally {
				this.lock.unlock();
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void writeInTurn(@Nullable Thread by) {
		CircuitBreakerRegistry breakers = this.registry;
		StateFile to = this.file;
		if (breakers == null || to == null || by != this.writer) {
			return;
		}
		try {
			to.write(states(breakers));
			this.failed = false;
		}
		catch (Throwable ex) {
			if (!this.failed) {
				this.failed = true;
				HookFailures.log(logger,
						"The states of circuit breakers cannot be written to '{}' (breaker.restore.file), and are not restored after a restart. Further failures are not logged until one write succeeds",
						LogText.oneLine(to.toString()), ex);
			}
		}
	}

	private Collection<SavedState> states(CircuitBreakerRegistry breakers) {
		List<SavedState> states = new ArrayList<>();
		for (CircuitBreakerGroup group : breakers.groups()) {
			group.standingCommand().ifPresent((standing) -> states.add(standing(group, standing)));
		}
		for (CircuitBreaker breaker : breakers.all()) {
			CircuitBreakerGroup group = breaker.group();
			String key = breaker.key();
			ExportedState state = breaker.export();
			// The breaker that keys share has no key: it is made anew where it is needed.
			if (isWorthKeeping(state) && !isOpenedByOthers(breaker, state) && (group == null || key != null)) {
				states.add(new SavedState((group != null) ? new Owner(Kind.KEY, group.name(), key)
						: new Owner(Kind.BREAKER, breaker.name(), null), state));
			}
		}
		for (SavedState saved : this.pending.values()) {
			if (canBeRestored(saved.state(), breakers)) {
				states.add(saved);
			}
		}
		return states;
	}

	private static SavedState standing(CircuitBreakerGroup group, StandingCommand standing) {
		Instant now = now(group);
		Instant until = standing.until();
		Duration left = null;
		if (until != null) {
			left = until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
		}
		return new SavedState(new Owner(Kind.GROUP, group.name(), null),
				new ExportedState(standing.command().state(), now, now, left, 0, standing.command()));
	}

	private static boolean isWorthKeeping(ExportedState state) {
		return switch (state.state()) {
			case CLOSED -> false;
			case OPEN, HALF_OPEN -> true;
			// What a breaker begins with, it begins with again.
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> state.command() != null;
		};
	}

	private static boolean isOpenedByOthers(CircuitBreaker breaker, ExportedState state) {
		Snapshot snapshot = breaker.snapshot();
		StateChange last = snapshot.lastChange();
		String source = (last != null && last.reason() == Reason.SIGNAL) ? last.actor() : null;
		return state.state() == State.OPEN && state.command() == null && source != null
				&& source.startsWith(OTHER_BREAKER) && !snapshot.signals().isEmpty()
				&& snapshot.signals().stream().allMatch((signal) -> signal.source().startsWith(OTHER_BREAKER));
	}

	private static boolean canBeRestored(ExportedState state, CircuitBreakerRegistry breakers) {
		boolean isOutage = state.state() == State.OPEN || state.state() == State.HALF_OPEN;
		Duration left = state.left();
		if (left == null && !isOutage) {
			return true;
		}
		Duration kept = (left == null || (isOutage && left.compareTo(LEAST_KEPT) < 0)) ? LEAST_KEPT : left;
		try {
			return state.at().plus(kept).isAfter(breakers.defaults().clock().instant());
		}
		catch (DateTimeException | ArithmeticException ex) {
			// Its end is beyond all instants.
			return true;
		}
	}

	/** After what serves requests has stopped, and before any bean goes. */
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	@Override
	public void start() {
		this.running = true;
		if (this.registry != null && this.writer == null) {
			startThread();
		}
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.registry != null && this.writer != null) {
			endThread();
			write(null);
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** A context that did not start writes nothing more. */
	@Override
	public void destroy() {
		endThread();
		CircuitBreakerRegistry made = this.registry;
		if (made != null) {
			this.registry = null;
			made.removeListener(this.changed);
			made.removeRegistryListener(this.restored);
		}
	}

	private void endThread() {
		this.writer = null;
		this.changes.release();
	}

}
