package dev.breaker;

/**
 * What a call carries that is made inside a call of the same breaker, and belongs to it:
 * it is recorded nowhere.
 */
record Nested(Period period) implements Ticket {
}
