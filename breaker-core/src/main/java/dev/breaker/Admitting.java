package dev.breaker;

/**
 * What decides, call by call, which of them a {@link Period} admits; where the state
 * alone says so, there is none.
 */
sealed interface Admitting permits AdmittedShare, Probes {

}
