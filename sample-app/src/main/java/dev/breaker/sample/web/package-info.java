/**
 * What is the same for all of the shop's answers.
 */
@NullMarked
package dev.breaker.sample.web;

import org.jspecify.annotations.NullMarked;
