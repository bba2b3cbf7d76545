/**
 * Guards annotated methods in their bodies, into which AspectJ weaves the aspect.
 */
@NullMarked
package dev.breaker.spring.aspectj;

import org.jspecify.annotations.NullMarked;
