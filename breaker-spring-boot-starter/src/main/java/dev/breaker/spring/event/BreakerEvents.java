package dev.breaker.spring.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.RegistryListener;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.Assert;

/**
 * Keeps the last events of each breaker for operators. Every type of event has a ring of
 * its own, so that a thousand refusals do not push out the change of state that explains
 * them. Breakers made by key share the rings of their name; names beyond the first
 * thousand share one set of rings, so that memory is bounded. The rings of a name go when
 * its breaker is removed from the registry.
 *
 * <p>
 * Safe for use by many threads; neither writers nor readers wait.
 */
public final class BreakerEvents implements SmartInitializingSingleton, DisposableBean {

	private static final int MAX_CAPACITY = 10_000;

	private static final int MAX_NAMES = 1000;

	private static final String OTHER_NAMES = "";

	private final CircuitBreakerRegistry registry;

	private final UnaryOperator<String> baseName;

	private final int capacity;

	private final Set<BreakerEvent.Type> types;

	private final List<CircuitBreakerListener> listeners;

	private final StartupNews startupNews;

	private final AtomicLong sequence = new AtomicLong();

	private final Map<String, Map<BreakerEvent.Type, EventRing>> ringsByName = new ConcurrentHashMap<>();

	private final RegistryListener forgetRemoved = new RegistryListener() {
		@Override
		public void onRemoved(CircuitBreaker breaker) {
			BreakerEvents.this.ringsByName.remove(breaker.name());
		}
	};

	/**
	 * Creates a keeper of events that has missed nothing.
	 * @param registry the breakers to listen to
	 * @param baseName the name whose rings a breaker shares
	 * @param capacity how many events of each type are kept for a name, 1 to 10,000
	 * @param types the types of events that are kept
	 */
	public BreakerEvents(CircuitBreakerRegistry registry, UnaryOperator<String> baseName, int capacity,
			Set<BreakerEvent.Type> types) {
		this(registry, baseName, capacity, types, StartupNews.none());
	}

	/**
	 * Creates a keeper of events.
	 * @param registry the breakers to listen to
	 * @param baseName the name whose rings a breaker shares: that of its annotation for a
	 * breaker made by key
	 * @param capacity how many events of each type are kept for a name, 1 to 10,000
	 * @param types the types of events that are kept
	 * @param startupNews what happened before all beans are there
	 */
	public BreakerEvents(CircuitBreakerRegistry registry, UnaryOperator<String> baseName, int capacity,
			Set<BreakerEvent.Type> types, StartupNews startupNews) {
		Assert.isTrue(capacity >= 1 && capacity <= MAX_CAPACITY,
				() -> "Invalid breaker.events.capacity (" + capacity + "): must be between 1 and " + MAX_CAPACITY);
		this.registry = registry;
		this.baseName = baseName;
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
		if (!this.types.contains(news.type())) {
			return;
		}
		if (change != null) {
			keepChange(news.breaker(), change);
		}
		else {
			boolean timed = news.isCall() && news.type() != BreakerEvent.Type.NOT_PERMITTED;
			keep(new BreakerEvent(news.at(), news.breaker().name(), news.type(), null, null, null,
					ThrowableText.of(news.thrown()), timed ? Duration.ofNanos(news.elapsedNanos()) : null));
		}
	}

	@Override
	public void destroy() {
		this.listeners.forEach(this.registry::removeListener);
		this.registry.removeRegistryListener(this.forgetRemoved);
		this.ringsByName.clear();
	}

	/**
	 * The events of all breakers.
	 * @return the events, the newest last
	 */
	public List<BreakerEvent> all() {
		return sorted(this.ringsByName.values().stream(), (event) -> true);
	}

	/**
	 * The events of one breaker, or of all breakers made by key under a name.
	 * @param name the name
	 * @return the events, the newest last
	 */
	public List<BreakerEvent> of(String name) {
		Map<BreakerEvent.Type, EventRing> own = this.ringsByName.get(this.baseName.apply(name));
		Map<BreakerEvent.Type, EventRing> rings = (own != null) ? own
				: this.ringsByName.getOrDefault(OTHER_NAMES, Map.of());
		return sorted(Stream.of(rings), (event) -> event.circuitBreaker().equals(name)
				|| this.baseName.apply(event.circuitBreaker()).equals(name));
	}

	private static List<BreakerEvent> sorted(Stream<Map<BreakerEvent.Type, EventRing>> rings,
			Predicate<BreakerEvent> wanted) {
		List<EventRing.Entry> entries = new ArrayList<>();
		rings.flatMap((byType) -> byType.values().stream()).forEach((ring) -> ring.forEach(entries::add));
		return entries.stream()
			.sorted(Comparator.comparing((EventRing.Entry entry) -> entry.event().time())
				.thenComparing(EventRing.Entry::sequence))
			.map(EventRing.Entry::event)
			.filter(wanted)
			.toList();
	}

	private void keep(BreakerEvent event) {
		Map<BreakerEvent.Type, EventRing> rings = ringsOf(event.circuitBreaker());
		if (rings != null) {
			rings.computeIfAbsent(event.type(), (type) -> new EventRing(this.capacity))
				.add(new EventRing.Entry(this.sequence.getAndIncrement(), event));
		}
	}

	private @Nullable Map<BreakerEvent.Type, EventRing> ringsOf(String breaker) {
		String name = this.baseName.apply(breaker);
		Map<BreakerEvent.Type, EventRing> present = this.ringsByName.get(name);
		if (present != null) {
			return present;
		}
		String owner = (this.ringsByName.size() < MAX_NAMES) ? name : OTHER_NAMES;
		Map<BreakerEvent.Type, EventRing> rings = this.ringsByName.computeIfAbsent(owner,
				(key) -> new ConcurrentHashMap<>());
		if (this.registry.find(breaker).isEmpty()) {
			// A late result of a breaker that was removed meanwhile: nobody would drop
			// its rings again.
			this.ringsByName.remove(breaker);
			return null;
		}
		return rings;
	}

	private void keepChange(CircuitBreaker breaker, StateChange change) {
		keep(new BreakerEvent(change.at(), breaker.name(), BreakerEvent.Type.STATE_CHANGE, change.from(), change.to(),
				change.reason(), ThrowableText.of(change.lastFailure()), null));
	}

	private void keepCall(CircuitBreaker breaker, BreakerEvent.Type type, @Nullable Throwable thrown,
			@Nullable Duration elapsed) {
		keep(new BreakerEvent(breaker.config().clock().instant(), breaker.name(), type, null, null, null,
				ThrowableText.of(thrown), elapsed));
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
			};
			case NOT_PERMITTED -> new CircuitBreakerListener() {
				@Override
				public void onNotPermitted(CircuitBreaker breaker) {
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
