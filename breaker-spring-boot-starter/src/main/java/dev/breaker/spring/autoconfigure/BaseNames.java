package dev.breaker.spring.autoconfigure;

import java.util.function.UnaryOperator;

import dev.breaker.spring.aop.KeyedBreakers;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Gives the name of the annotation for a breaker that was made by key, else the name
 * itself. Looks for the bean that knows once, when it is first asked.
 */
final class BaseNames implements UnaryOperator<String> {

	private final ObjectProvider<KeyedBreakers> provider;

	private volatile boolean resolved;

	private volatile @Nullable KeyedBreakers keyedBreakers;

	BaseNames(ObjectProvider<KeyedBreakers> provider) {
		this.provider = provider;
	}

	@Override
	public String apply(String breakerName) {
		if (!this.resolved) {
			this.keyedBreakers = this.provider.getIfAvailable();
			this.resolved = true;
		}
		KeyedBreakers known = this.keyedBreakers;
		return (known != null) ? known.baseName(breakerName) : breakerName;
	}

}
