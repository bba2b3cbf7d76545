package dev.breaker.spring.actuate;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} with the state of each circuit breaker. UP, since a breaker
 * that is open is a breaker at work, and an instance that is taken out of service helps
 * nobody behind it; DOWN only while one of the given breakers refuses calls.
 *
 * <p>
 * Of breakers made by key at most a hundred are shown, those that are not closed first.
 */
public class CircuitBreakersHealthIndicator extends AbstractHealthIndicator {

	private static final int MAX_KEYED = 100;

	private final CircuitBreakerRegistry registry;

	private final UnaryOperator<String> baseName;

	private final Collection<String> downWhenOpen;

	/**
	 * Creates an indicator.
	 * @param registry the breakers to show
	 * @param baseName gives the name of the annotation for a breaker made by key, else
	 * the name itself
	 * @param downWhenOpen names of the breakers that turn health DOWN
	 */
	public CircuitBreakersHealthIndicator(CircuitBreakerRegistry registry, UnaryOperator<String> baseName,
			Collection<String> downWhenOpen) {
		super("Health of circuit breakers failed");
		this.registry = registry;
		this.baseName = baseName;
		this.downWhenOpen = List.copyOf(downWhenOpen);
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		Map<String, State> states = new TreeMap<>();
		this.registry.all().forEach((breaker) -> states.put(breaker.name(), breaker.state()));
		boolean down = this.downWhenOpen.stream().map(states::get).anyMatch(CircuitBreakersHealthIndicator::refuses);
		builder.status(down ? Status.DOWN : Status.UP);
		// So that a name with a typo is seen.
		this.downWhenOpen.stream()
			.filter((name) -> !states.containsKey(name))
			.forEach((name) -> builder.withDetail(name, "UNKNOWN"));
		List<String> keyed = states.keySet().stream().filter(this::isKeyed).toList();
		List<String> omitted = keyed.stream()
			.sorted(Comparator.comparing((name) -> states.get(name) == State.CLOSED))
			.skip(MAX_KEYED)
			.toList();
		states.keySet().removeAll(Set.copyOf(omitted));
		states.forEach(builder::withDetail);
		if (!omitted.isEmpty()) {
			builder.withDetail("(omitted)", omitted.size());
		}
	}

	private boolean isKeyed(String name) {
		return !this.baseName.apply(name).equals(name);
	}

	private static boolean refuses(@Nullable State state) {
		return state == State.OPEN || state == State.FORCED_OPEN;
	}

}
