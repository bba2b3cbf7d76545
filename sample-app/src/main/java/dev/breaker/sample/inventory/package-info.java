/**
 * The stock in each warehouse, behind a breaker a warehouse.
 */
@NullMarked
package dev.breaker.sample.inventory;

import org.jspecify.annotations.NullMarked;
