package dev.breaker.fleet;

import java.util.List;

/**
 * What the store tells all nodes at once.
 *
 * @param now the store's clock when it was told, in milliseconds
 * @param incarnation the life of the store
 * @param changed the records whose epoch is a new one
 */
public record News(long now, String incarnation, List<FleetRecord> changed) {
}
