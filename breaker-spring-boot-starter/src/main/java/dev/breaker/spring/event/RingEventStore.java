package dev.breaker.spring.event;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Keeps the last events of each breaker for operators. Every type of event has a ring of
 * its own, so that a thousand refusals do not push out the change of state that explains
 * them. The breakers of a group share the rings of its name; names beyond the first
 * thousand share one set of rings, so that memory is bounded. The rings of a name go when
 * its breaker, or its group, is removed from the registry.
 *
 * <p>
 * Safe for use by many threads; neither writers nor readers wait.
 */
public final class RingEventStore implements EventStore, SmartInitializingSingleton, DisposableBean {

	private static final int MAX_NAMES = 1000;

	private static final String OTHER_NAMES = "";

	private final CircuitBreakerRegistry registry;

	private final int capacity;

	private final Set<BreakerEvent.Type> types;

	private final List<CircuitBreakerListener> listeners;

	private final StartupNews startupNews;

	private final AtomicLong sequence = new AtomicLong();

	private final Map<String, Map<BreakerEvent.Type, EventRing>> ringsByName = new ConcurrentHashMap<>();

	private final EventStream stream = new EventStream(this);

	private final CircuitBreakerRegistryListener forgetRemoved = new CircuitBreakerRegistryListener() {
		@Override
		public void onRemoved(CircuitBreaker breaker) {
			forgetIfGone(breaker);
		}

		@Override
		public void onGroupRemoved(CircuitBreakerGroup group) {
			forgetIfGone(group.name(), true);
		}
	};

	/**
	 * Creates a store that has missed nothing.
	 * @param registry the breakers to listen to
	 * @param capacity how many events of each type are kept for a name, 1 or more
	 * @param types the types of events that are kept
	 */
	public RingEventStore(CircuitBreakerRegistry registry, int capacity, Set<BreakerEvent.Type> types) {
		this(registry, capacity, types, StartupNews.none());
	}

	/**
	 * Creates a store.
	 * @param registry the breakers to listen to
	 * @param capacity how many events of each type are kept for a name, 1 or more
	 * @param types the types of events that are kept
	 * @param startupNews what happened before all beans are there
	 */
	public RingEventStore(CircuitBreakerRegistry registry, int capacity, Set<BreakerEvent.Type> types,
			StartupNews startupNews) {
		this.registry = registry;
		this.capacity = capacity;
		this.types = Set.copyOf(types);
		this.listeners = types.stream().map(this::listenerFor).toList();
		this.startupNews = startupNews;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.registry.addRegistryListener(this.forgetRemoved);
		this.startupNews.catchUp(() -> this.listeners.forEach(this.registry::addListener), this::keepMissed);
	}

	private void keepMissed(StartupNews.News news) {
		StateChange change = news.change();
		if (news.slow() || !this.types.contains(news.type())) {
			return;
		}
		if (change != null) {
			keepChange(news.breaker(), change);
		}
		else {
			boolean timed = news.isCall() && news.type() != BreakerEvent.Type.NOT_PERMITTED
					&& news.type() != BreakerEvent.Type.WOULD_REFUSE;
			keep(news.breaker(), new BreakerEvent(news.at(), news.breaker().name(), news.type(), null, null, null,
					ThrowableText.of(news.thrown()), timed ? Duration.ofNanos(news.elapsedNanos()) : null));
		}
	}

	@Override
	public void destroy() {
		this.listeners.forEach(this.registry::removeListener);
		this.registry.removeRegistryListener(this.forgetRemoved);
		this.ringsByName.clear();
		this.stream.end();
	}

	@Override
	public List<BreakerEvent> all() {
		return sorted(this.ringsByName.values().stream(), (entry) -> true);
	}

	@Override
	public List<BreakerEvent> of(String name) {
		String kept = kept(name);
		return sorted(ringsFor(kept), (entry) -> entry.isOf(kept));
	}

	/** The name of the events of a breaker, which has not all of a long key. */
	String kept(String name) {
		return this.registry.find(name).map(CircuitBreaker::name).orElse(name);
	}

	@Override
	public EventStream stream() {
		return this.stream;
	}

	/** How many events were told so far: the place of the next one. */
	long told() {
		return this.sequence.get();
	}

	/**
	 * The events that are still there, in the order in which they were told.
	 * @param name the name of a breaker or a group, or {@code null} for all
	 * @param from the place of the first one
	 * @param to the place behind the last one
	 * @return the events
	 */
	List<EventRing.Entry> between(@Nullable String name, long from, long to) {
		List<EventRing.Entry> entries = new ArrayList<>();
		rings(name).forEach((ring) -> ring.forEach((entry) -> {
			if (entry.sequence() >= from && entry.sequence() < to && (name == null || entry.isOf(name))) {
				entries.add(entry);
			}
		}));
		entries.sort(Comparator.comparingLong(EventRing.Entry::sequence));
		return entries;
	}

	/** Whether events of a name, from a place on, may be there no more. */
	boolean mayHaveLost(String name, long from) {
		return rings(name).anyMatch((ring) -> ring.mayHaveLost(from));
	}

	private Stream<EventRing> rings(@Nullable String name) {
		return ((name != null) ? ringsFor(name) : this.ringsByName.values().stream())
			.flatMap((byType) -> byType.values().stream());
	}

	private Stream<Map<BreakerEvent.Type, EventRing>> ringsFor(String name) {
		Stream<String> owners = this.registry.find(name)
			.map((breaker) -> Stream.of(name, owner(breaker), OTHER_NAMES))
			// A key's breaker may have made room for another since.
			.orElseGet(() -> this.ringsByName.containsKey(name) ? Stream.of(name, OTHER_NAMES)
					: this.ringsByName.keySet().stream());
		return owners.distinct().map((owner) -> this.ringsByName.getOrDefault(owner, Map.of()));
	}

	/**
	 * By their times; but a change of state was made before the call that led to it was
	 * told of, and stays behind what its breaker told before.
	 */
	private static List<BreakerEvent> sorted(Stream<Map<BreakerEvent.Type, EventRing>> rings,
			Predicate<EventRing.Entry> wanted) {
		List<EventRing.Entry> entries = new ArrayList<>();
		rings.flatMap((byType) -> byType.values().stream()).forEach((ring) -> ring.forEach(entries::add));
		entries.sort(Comparator.comparingLong(EventRing.Entry::sequence));
		Map<String, Instant> told = new HashMap<>();
		List<Placed> placed = new ArrayList<>();
		for (EventRing.Entry entry : entries) {
			BreakerEvent event = entry.event();
			Instant latest = told.merge(event.circuitBreaker(), event.time(), RingEventStore::later);
			boolean waits = event.type() == BreakerEvent.Type.STATE_CHANGE;
			placed.add(new Placed(waits ? latest : event.time(), entry));
		}
		// Stable: of the same place, in the order in which they were told
		placed.sort(Comparator.comparing(Placed::place));
		return placed.stream().map(Placed::entry).filter(wanted).map(EventRing.Entry::event).toList();
	}

	private record Placed(Instant place, EventRing.Entry entry) {
	}

	private static Instant later(Instant one, Instant other) {
		return one.isAfter(other) ? one : other;
	}

	private void keep(CircuitBreaker breaker, BreakerEvent event) {
		String owner = owner(breaker);
		Map<BreakerEvent.Type, EventRing> rings = ringsOf(breaker, owner);
		if (rings != null) {
			EventRing ring = rings.get(event.type());
			// To compute may take a lock even where there is one.
			if (ring == null) {
				ring = rings.computeIfAbsent(event.type(), (type) -> new EventRing(this.capacity));
			}
			EventRing.Entry entry = new EventRing.Entry(this.sequence.getAndIncrement(), owner, event);
			ring.add(entry);
			this.stream.offer(entry);
		}
	}

	private static String owner(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group != null) ? group.name() : breaker.name();
	}

	private @Nullable Map<BreakerEvent.Type, EventRing> ringsOf(CircuitBreaker breaker, String name) {
		Map<BreakerEvent.Type, EventRing> present = this.ringsByName.get(name);
		if (present != null) {
			return present;
		}
		String owner = (this.ringsByName.size() < MAX_NAMES) ? name : OTHER_NAMES;
		Map<BreakerEvent.Type, EventRing> rings = this.ringsByName.computeIfAbsent(owner,
				(key) -> new ConcurrentHashMap<>());
		// A late result of a breaker that was removed meanwhile: nothing would drop its
		// rings again.
		return forgetIfGone(breaker) ? null : rings;
	}

	private boolean forgetIfGone(CircuitBreaker breaker) {
		return forgetIfGone(owner(breaker), breaker.group() != null);
	}

	private boolean forgetIfGone(String owner, boolean ofGroup) {
		boolean gone = this.registry.findGroup(owner).isEmpty() && (ofGroup || this.registry.find(owner).isEmpty());
		if (gone) {
			this.ringsByName.remove(owner);
		}
		return gone;
	}

	private void keepChange(CircuitBreaker breaker, StateChange change) {
		keep(breaker,
				new BreakerEvent(orNow(change.at()), breaker.name(), BreakerEvent.Type.STATE_CHANGE, change.from(),
						change.to(), change.reason(), ThrowableText.of(change.lastFailure()), null, change.comment(),
						change.actor(), change.enforced() ? null : false));
	}

	private void keepCall(CircuitBreaker breaker, BreakerEvent.Type type, @Nullable Throwable thrown,
			@Nullable Duration elapsed) {
		keep(breaker, new BreakerEvent(timeOf(breaker), breaker.name(), type, null, null, null,
				ThrowableText.of(thrown), elapsed));
	}

	// The clock is the application's code, and may fail or answer null.
	private static Instant timeOf(CircuitBreaker breaker) {
		try {
			return orNow(breaker.config().clock().instant());
		}
		catch (Throwable ex) {
			return Instant.now();
		}
	}

	private static Instant orNow(@Nullable Instant instant) {
		return (instant != null) ? instant : Instant.now();
	}

	// One listener for each type: a breaker measures time, and calls, only for what is
	// overridden.
	private CircuitBreakerListener listenerFor(BreakerEvent.Type type) {
		return switch (type) {
			case STATE_CHANGE -> new CircuitBreakerListener() {
				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					keepChange(breaker, change);
				}
			};
			case RESET -> new CircuitBreakerListener() {
				@Override
				public void onReset(CircuitBreaker breaker) {
					keepCall(breaker, type, null, null);
				}
			};
			case FAILURE -> new CircuitBreakerListener() {
				@Override
				public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
					keepCall(breaker, type, thrown, Duration.ofNanos(elapsedNanos));
				}
			};
			case IGNORED -> new CircuitBreakerListener() {
				@Override
				public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
					keepCall(breaker, type, thrown, Duration.ofNanos(elapsedNanos));
				}

				@Override
				public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
					keepCall(breaker, type, null, Duration.ofNanos(elapsedNanos));
				}
			};
			case NOT_PERMITTED -> new CircuitBreakerListener() {
				@Override
				public void onNotPermitted(CircuitBreaker breaker) {
					keepCall(breaker, type, null, null);
				}
			};
			case WOULD_REFUSE -> new CircuitBreakerListener() {
				@Override
				public void onWouldRefuse(CircuitBreaker breaker) {
					keepCall(breaker, type, null, null);
				}
			};
			case SUCCESS -> new CircuitBreakerListener() {
				@Override
				public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
					keepCall(breaker, type, null, Duration.ofNanos(elapsedNanos));
				}
			};
		};
	}

}
