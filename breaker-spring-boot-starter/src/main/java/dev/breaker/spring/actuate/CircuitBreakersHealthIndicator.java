package dev.breaker.spring.actuate;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} with the state of each circuit breaker, and of breakers made by
 * key with how many are in which state. UP, since an open breaker does its work, and to
 * take the instance out of service would not help the other side; DOWN only while one of
 * the given breakers, or any of a given group, is OPEN or FORCED_OPEN and enforces it.
 */
public class CircuitBreakersHealthIndicator extends AbstractHealthIndicator {

	private static final String UNKNOWN = "UNKNOWN";

	private static final String NOT_ENFORCED = " (not enforced)";

	private final CircuitBreakerRegistry registry;

	private final Collection<String> downWhenOpen;

	/**
	 * Creates an indicator.
	 * @param registry the breakers to show
	 * @param downWhenOpen names of the breakers and groups that turn health DOWN
	 */
	public CircuitBreakersHealthIndicator(CircuitBreakerRegistry registry, Collection<String> downWhenOpen) {
		super("Health of circuit breakers failed");
		this.registry = registry;
		this.downWhenOpen = List.copyOf(downWhenOpen);
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		boolean down = this.downWhenOpen.stream()
			.flatMap(this::named)
			.anyMatch((breaker) -> breaker.config().enforce() && breaker.state().refuses());
		builder.status(down ? Status.DOWN : Status.UP);
		details().forEach((name, detail) -> builder.withDetail(name, detail));
	}

	private Map<String, Object> details() {
		Map<String, Object> details = new TreeMap<>();
		// So that a name with a typo, and the key that turned it DOWN, are seen.
		for (String name : this.downWhenOpen) {
			details.put(name, this.registry.find(name).map(CircuitBreakersHealthIndicator::shown).orElse(UNKNOWN));
		}
		for (CircuitBreaker breaker : this.registry.all()) {
			if (breaker.group() == null) {
				JsonKeys.put(details, breaker.name(), shown(breaker));
			}
		}
		for (CircuitBreakerGroup group : this.registry.groups()) {
			JsonKeys.put(details, group.name(), states(named(group.name()).toList()));
		}
		return details;
	}

	private static Map<Object, Integer> states(List<CircuitBreaker> breakers) {
		Map<State, Integer> enforced = new EnumMap<>(State.class);
		Map<State, Integer> others = new EnumMap<>(State.class);
		for (CircuitBreaker breaker : breakers) {
			(breaker.config().enforce() ? enforced : others).merge(breaker.state(), 1, Integer::sum);
		}
		Map<Object, Integer> states = new LinkedHashMap<>(enforced);
		others.forEach((state, count) -> states.put(state + NOT_ENFORCED, count));
		return states;
	}

	/** The state, or a text that says that it is not enforced. */
	private static Object shown(CircuitBreaker breaker) {
		State state = breaker.state();
		return breaker.config().enforce() ? state : state + NOT_ENFORCED;
	}

	/** The breaker of that name, and those of the group of that name. */
	private Stream<CircuitBreaker> named(String name) {
		return Stream.concat(this.registry.find(name).stream(),
				this.registry.findGroup(name).map(GroupRanking::membersOf).stream().flatMap(List::stream));
	}

}
