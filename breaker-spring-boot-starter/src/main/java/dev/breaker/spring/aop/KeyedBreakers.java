package dev.breaker.spring.aop;

/**
 * The breakers made by key.
 */
public interface KeyedBreakers {

	String baseName(String breakerName);

	long overflowCalls();

}
