package dev.breaker.compatibility.slices;

/**
 * Makes a bean one that Spring would proxy by its interface, were it not told otherwise.
 */
interface Service {

	String call();

}
