/**
 * Tests that run on woven classes.
 */
package dev.breaker.spring.aspectj;
