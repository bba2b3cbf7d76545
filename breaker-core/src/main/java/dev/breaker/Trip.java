package dev.breaker;

/**
 * A window's verdict that its breaker must open, and the figures that led to it.
 */
record Trip(Reason reason, Figures figures) {
}
