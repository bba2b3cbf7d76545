package dev.breaker.spring.actuate;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

/**
 * Description of a circuit breaker that the instances of a service share.
 *
 * @param connected whether this instance reaches the others; where it does not, it
 * decides alone, and all of this is what it knew before
 * @param node the name of this instance
 * @param live how many instances live
 * @param nodes those that live, with the state of the breaker on each; this one alone
 * where the others cannot be asked
 * @param state the state that the fleet has decided on
 * @param since when it began; {@code null} where the fleet has decided nothing yet
 * @param until when the wait or the hold is over; {@code null} where time does not end
 * the state
 * @param epoch grows with each decision of the fleet; 0 where there was none
 * @param votes how many instances voted for the opening, or have done so to no avail yet
 * @param quorum how many votes open the breaker for all
 * @param voters the names of those that voted, at most 20
 * @param probing the names of those that have places for probes, at most 20
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record FleetDescriptor(boolean connected, String node, int live, List<NodeDescriptor> nodes, State state,
		@Nullable Instant since, @Nullable Instant until, long epoch, int votes, int quorum, List<String> voters,
		List<String> probing) {

	/**
	 * The end of an explanation. While the fleet has not opened the breaker, it is about
	 * those that have done so alone.
	 */
	String explanation() {
		if (!this.connected) {
			return "; its fleet cannot be reached";
		}
		State shown = (this.state == State.CLOSED) ? State.OPEN : this.state;
		long there = this.nodes.stream().filter((each) -> each.state() == shown).count();
		if (there == 0) {
			return "";
		}
		String text = "; " + word(shown) + " on " + there + " of " + this.nodes.size()
				+ ((this.nodes.size() == 1) ? " instance" : " instances");
		if (this.state == State.CLOSED) {
			return text + ", " + this.quorum + " open it for all";
		}
		return (this.since != null) ? text + " since " + this.since.truncatedTo(ChronoUnit.SECONDS) : text;
	}

	private static String word(State state) {
		return switch (state) {
			case CLOSED -> "closed";
			case OPEN -> "open";
			case HALF_OPEN -> "half-open";
			case FORCED_OPEN -> "forced open";
			case DISABLED -> "disabled";
			case METRICS_ONLY -> "metrics only";
		};
	}

	/**
	 * Description of the breaker on one instance.
	 *
	 * @param node the name of the instance
	 * @param state the state there, as the instance last told it
	 * @param localOnly whether it is open or half-open there by the rules of that
	 * instance alone
	 * @param seen how many seconds ago the instance was heard of; 0 of this one
	 */
	public record NodeDescriptor(String node, State state, boolean localOnly, double seen) {
	}

}
