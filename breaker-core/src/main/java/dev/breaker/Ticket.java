package dev.breaker;

/**
 * What an admitted call carries: the period that admitted it, so that its result cannot
 * count in another one.
 */
sealed interface Ticket permits Period, Probes.Probe, Nested, Refusal {

	Period period();

}
