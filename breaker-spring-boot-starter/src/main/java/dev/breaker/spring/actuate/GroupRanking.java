package dev.breaker.spring.actuate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.Snapshot;
import dev.breaker.State;

/**
 * The breakers of a group at one moment, the one in most trouble first: one that refuses
 * calls, then one that is half-open, then one that is disabled or metrics only, then
 * those with the highest failure rates. The one that further keys share is among them.
 * Immutable.
 */
public final class GroupRanking {

	private static final Comparator<Member> WORST_FIRST = Comparator.comparingInt(Member::trouble)
		.thenComparing(Member::failureRate)
		.reversed()
		.thenComparing((member) -> member.snapshot().name());

	private final List<Member> members;

	private GroupRanking(List<Member> members) {
		this.members = members;
	}

	/**
	 * Looks at each breaker of a group.
	 * @param group the group
	 * @return its ranking
	 */
	public static GroupRanking of(CircuitBreakerGroup group) {
		return new GroupRanking(membersOf(group).stream()
			.map((breaker) -> new Member(breaker, breaker.snapshot()))
			.sorted(WORST_FIRST)
			.toList());
	}

	/** The breakers of a group, and the one that further keys share. */
	static List<CircuitBreaker> membersOf(CircuitBreakerGroup group) {
		List<CircuitBreaker> members = new ArrayList<>(group.all());
		group.overflow().ifPresent(members::add);
		return members;
	}

	/**
	 * The breakers in most trouble.
	 * @param most how many at most
	 * @return the breakers, the worst first, unmodifiable
	 */
	public List<Member> worst(int most) {
		return this.members.subList(0, Math.min(most, this.members.size()));
	}

	/** How many breakers are in each state. */
	Map<State, Integer> states() {
		Map<State, Integer> states = new EnumMap<>(State.class);
		for (State state : State.values()) {
			states.put(state, 0);
		}
		this.members.forEach((member) -> states.merge(member.snapshot().state(), 1, Integer::sum));
		return states;
	}

	/**
	 * A breaker of a group.
	 *
	 * @param breaker the breaker
	 * @param snapshot what it looked like
	 */
	public record Member(CircuitBreaker breaker, Snapshot snapshot) {

		private int trouble() {
			return switch (this.snapshot.state()) {
				case OPEN, FORCED_OPEN -> 3;
				case HALF_OPEN -> 2;
				case DISABLED, METRICS_ONLY -> 1;
				case CLOSED -> 0;
			};
		}

		// Float's order puts NaN, which is no call at all, above everything.
		private float failureRate() {
			return Float.isNaN(this.snapshot.failureRate()) ? -1 : this.snapshot.failureRate();
		}

	}

}
