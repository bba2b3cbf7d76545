package dev.breaker.fleet;

import java.time.Duration;

/**
 * What a node of a fleet goes by.
 *
 * @param node the node
 * @param quorum how many votes open a breaker for the fleet
 * @param heartbeat how often it says that it lives, and asks what has changed
 * @param nodeTimeout after so long without a heartbeat it counts as gone
 */
public record FleetSettings(NodeId node, Quorum quorum, Duration heartbeat, Duration nodeTimeout) {
}
