package dev.breaker.fleet;

/**
 * One life of a node. A node that was restarted is another one, since it has other leases
 * and votes.
 *
 * @param name how operators call it, {@code breaker.cluster.node-id}; need not be unique
 * @param session distinguishes the lives of a node, and nodes of one name
 */
public record NodeId(String name, String session) {
}
