package dev.breaker.spring.dashboard;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakerDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.CircuitBreakersDescriptor;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint.GroupDescriptor;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.aop.GuardedMethodRegistry;
import dev.breaker.spring.aop.MethodBinding;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.dashboard.History.View;
import dev.breaker.spring.dashboard.LiveDescriptor.BreakerDescriptor;
import dev.breaker.spring.dashboard.LiveDescriptor.GroupTotals;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.env.Environment;

/**
 * The present figures of all breakers as JSON, those of the endpoint
 * {@code circuitbreakers} and of the history. Safe for use by many threads.
 */
final class Live {

	/** Of each type, so that refusals push out no change of state that explains them. */
	private static final int SHOWN_EVENTS = 50;

	/** As Spring Boot writes the answers of endpoints. */
	private static final JsonMapper mapper = JsonMapper.builder()
		.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL)
			.withContentInclusion(JsonInclude.Include.NON_NULL))
		.build();

	private final CircuitBreakerRegistry registry;

	private final CircuitBreakersEndpoint breakers;

	private final History history;

	private final BreakerConfigs configs;

	private final DashboardPaths paths;

	private final Environment environment;

	private final ObjectProvider<GuardedMethodRegistry> guardedMethods;

	private final ObjectProvider<EventStore> events;

	private final @Nullable FleetAccess fleet;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * What viewers are told in this second, by what they have seen, guarded by the lock.
	 */
	private final Map<Long, Event> told = new HashMap<>();

	/** By the name of their breaker; worked out with each whole answer. */
	private volatile @Nullable Map<String, Answers> answers;

	Live(CircuitBreakerRegistry registry, History history, BreakerConfigs configs, DashboardPaths paths,
			Environment environment, ObjectProvider<GuardedMethodRegistry> guardedMethods,
			ObjectProvider<EventStore> events, ObjectProvider<FleetAccess> fleet) {
		this.registry = registry;
		this.fleet = fleet.getIfAvailable();
		this.breakers = new CircuitBreakersEndpoint(registry, (event) -> {
		}, null, this.fleet);
		this.history = history;
		this.configs = configs;
		this.paths = paths;
		this.environment = environment;
		this.guardedMethods = guardedMethods;
		this.events = events;
	}

	/** All of it. */
	byte[] json() {
		return mapper.writeValueAsBytes(describe(this.history.all(), answers()));
	}

	/** What a viewer is told first: all of it. */
	Event first() {
		return event(this.history.all(), answers());
	}

	/**
	 * What a viewer is told who was told before. All who have seen the same are told the
	 * same.
	 * @param seen how many {@linkplain Event#samples() samples} the viewer has seen
	 */
	Event next(long seen) {
		this.lock.lock();
		try {
			Event event = this.told.get(seen);
			if (event == null) {
				Map<String, Answers> known = this.answers;
				event = event(this.history.since(seen), (known != null) ? known : answers());
				this.told.put(seen, event);
			}
			return event;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A second is over: what is told from now on is new. */
	void beginSecond() {
		this.lock.lock();
		try {
			this.told.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	private Event event(View view, Map<String, Answers> answers) {
		LiveDescriptor live = describe(view, answers);
		// As bytes, where half a character in a name is escaped and not lost.
		String json = new String(mapper.writeValueAsBytes(live), StandardCharsets.UTF_8);
		return new Event(view.samples(), live.time().toString(), json);
	}

	private LiveDescriptor describe(View view, Map<String, Answers> answers) {
		CircuitBreakersDescriptor shown = this.breakers.circuitBreakers(true);
		List<BreakerDescriptor> described = new ArrayList<>();
		shown.circuitBreakers().values().forEach((breaker) -> add(breaker, view, answers, described));
		shown.groups()
			.values()
			.forEach((group) -> group.keys().forEach((breaker) -> add(breaker, view, answers, described)));
		described.sort(Comparator.comparing(BreakerDescriptor::name));
		int longest = described.stream().mapToInt((breaker) -> breaker.sparkline().length()).max().orElse(0);
		return new LiveDescriptor(this.environment.getProperty("spring.application.name", "application"), instance(),
				this.history.now(), this.paths.isWritable(), this.paths.commands(), view.since(longest), Ring.SECONDS,
				described,
				shown.groups()
					.values()
					.stream()
					.map((group) -> GroupTotals.of(group, isShared(group),
							answers.getOrDefault(group.name(), Answers.NONE)))
					.toList());
	}

	private boolean isShared(GroupDescriptor group) {
		return this.fleet != null && this.fleet.shares(group.name());
	}

	private void add(CircuitBreakerDescriptor shown, View view, Map<String, Answers> answers,
			List<BreakerDescriptor> described) {
		// It may have been removed meanwhile.
		this.registry.find(shown.name())
			.map((breaker) -> BreakerDescriptor.of(breaker, shown, view.line(shown.name()),
					answers.getOrDefault(nameOfGuards(breaker), Answers.NONE)))
			.ifPresent(described::add);
	}

	/**
	 * What there is to see of one breaker.
	 * @return its JSON, or {@code null} where there is no such breaker
	 */
	byte @Nullable [] view(String name) {
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (breaker == null || !(this.breakers.circuitBreaker(name) instanceof CircuitBreakerDescriptor shown)) {
			return null;
		}
		View view = this.history.of((each) -> each == breaker);
		BreakerDescriptor described = BreakerDescriptor.of(breaker, shown, view.line(breaker.name()),
				answers().getOrDefault(nameOfGuards(breaker), Answers.NONE));
		return mapper.writeValueAsBytes(new BreakerView(view.since(described.sparkline().length()), described,
				this.configs.valuesOf(breaker).stream().map(BreakerView.Property::of).toList(), bindings(breaker),
				shown.failures(), events(breaker.name()), shown.explanation(), shown.fleet()));
	}

	private List<MethodBinding> bindings(CircuitBreaker breaker) {
		String name = nameOfGuards(breaker);
		return bindings().stream().filter((binding) -> binding.breaker().equals(name)).toList();
	}

	private List<MethodBinding> bindings() {
		return this.guardedMethods.stream().flatMap((methods) -> methods.bindings().stream()).distinct().toList();
	}

	private List<BreakerEvent> events(String name) {
		EventStore store = this.events.getIfAvailable();
		List<BreakerEvent> all = (store != null) ? store.of(name) : List.of();
		Map<BreakerEvent.Type, Integer> shown = new EnumMap<>(BreakerEvent.Type.class);
		List<BreakerEvent> newestFirst = new ArrayList<>();
		for (int i = all.size() - 1; i >= 0; i--) {
			if (shown.merge(all.get(i).type(), 1, Integer::sum) <= SHOWN_EVENTS) {
				newestFirst.add(all.get(i));
			}
		}
		Collections.reverse(newestFirst);
		return newestFirst;
	}

	private Map<String, Answers> answers() {
		Map<String, List<MethodBinding>> bindings = bindings().stream()
			.collect(Collectors.groupingBy(MethodBinding::breaker));
		Map<String, Answers> answers = new HashMap<>();
		bindings.forEach((breaker, methods) -> answers.put(breaker, Answers.of(methods)));
		this.answers = answers;
		return answers;
	}

	/** The name in the annotations of the methods that it guards. */
	private static String nameOfGuards(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group != null) ? group.name() : breaker.name();
	}

	private @Nullable String instance() {
		String host = this.environment.getProperty("HOSTNAME", this.environment.getProperty("COMPUTERNAME", ""));
		String port = this.environment.getProperty("local.server.port", "");
		return host.isEmpty() ? null : port.isEmpty() ? host : host + ":" + port;
	}

	/**
	 * What a viewer is told.
	 *
	 * @param samples how many seconds of history the viewer has seen then
	 * @param id the time
	 * @param json the figures
	 */
	record Event(long samples, String id, String json) {
	}

}
