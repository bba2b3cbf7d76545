package dev.breaker.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * All that a node tells the store at a time. It counts as a heartbeat.
 *
 * @param node the node
 * @param incarnation the life of the store that {@code known} is of; {@code null} before
 * the first answer
 * @param known the highest revision that the node has seen
 * @param nodeTimeout after so long without a heartbeat a node counts as gone, and its
 * votes and leases are void
 * @param quorum how many votes open a breaker
 * @param report the breakers of the node that are not closed, with what they are in, and
 * those that a command to this node alone has closed while the fleet is open;
 * {@code null} where that has not changed since the last answered exchange
 * @param actions what is to be done, in that order
 */
public record Exchange(NodeId node, @Nullable String incarnation, long known, Duration nodeTimeout, Quorum quorum,
		@Nullable Map<String, String> report, List<Action> actions) {
}
