package org.springframework.example;

/**
 * A callback by its package and name, as Spring's customizers are.
 */
public interface OrderCustomizer<T> {

	void customize(T order);

}
