package dev.breaker.fleet;

import java.util.List;
import java.util.Map;

/**
 * The nodes of a fleet.
 *
 * @param nodes those that live, in the order of their names
 */
public record FleetView(List<NodeView> nodes) {

	/**
	 * One node.
	 *
	 * @param seen how many milliseconds ago its last heartbeat came
	 * @param report its breakers that are not closed, with what they are in:
	 * {@code OPEN}, {@code HALF_OPEN}, {@code FORCED_OPEN}, {@code DISABLED},
	 * {@code METRICS_ONLY}, and {@code OPEN local-only} or {@code HALF_OPEN local-only}
	 * where the fleet has not opened it; {@code CLOSED} where a command to the node alone
	 * has closed it while the fleet is open
	 */
	public record NodeView(NodeId node, long seen, Map<String, String> report) {
	}

}
