package dev.breaker.spring.http;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Finds the breaker of a request: that of the first entry which matches. The breakers are
 * there from the start, those of hosts from their first request. Safe for use by many
 * threads.
 */
public final class HttpClientBreakers implements DisposableBean {

	private final List<HttpClientEntry> entries;

	private final CircuitBreakerRegistry registry;

	private final Function<String, CircuitBreakerConfig> configs;

	private final int maxKeys;

	/** Groups that were not there before: the registry may outlive the context. */
	private final Set<String> groupsMade = new LinkedHashSet<>();

	/**
	 * Makes the breakers of the entries, or their groups.
	 * @param entries which requests are guarded, by which breaker
	 * @param registry where the breakers are
	 * @param configs gives the config of a name
	 * @param maxKeys how many keys of a name may have a breaker at a time, 1 or more
	 */
	public HttpClientBreakers(List<HttpClientEntry> entries, CircuitBreakerRegistry registry,
			Function<String, CircuitBreakerConfig> configs, int maxKeys) {
		this.entries = List.copyOf(entries);
		this.registry = registry;
		this.configs = configs;
		this.maxKeys = maxKeys;
		for (HttpClientEntry entry : entries) {
			if (entry.key() == null) {
				breaker(entry.breaker());
			}
			else {
				if (registry.findGroup(entry.breaker()).isEmpty()) {
					this.groupsMade.add(entry.breaker());
				}
				group(entry.breaker());
			}
		}
	}

	/**
	 * Whether no request is guarded.
	 * @return whether there is no entry
	 */
	public boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/** The first entry that matches. */
	@Nullable HttpClientEntry find(URI uri) {
		for (HttpClientEntry entry : this.entries) {
			if (entry.matches(uri)) {
				return entry;
			}
		}
		return null;
	}

	/** The breaker of a request that an entry matches. */
	CircuitBreaker breaker(HttpClientEntry entry, URI uri) {
		HttpClientEntry.Key key = entry.key();
		return (key != null) ? group(entry.breaker()).get(key.of(uri)) : breaker(entry.breaker());
	}

	private CircuitBreaker breaker(String name) {
		return this.registry.get(name, this.configs.apply(name));
	}

	private CircuitBreakerGroup group(String name) {
		return this.registry.group(name, this.configs.apply(name), this.maxKeys);
	}

	@Override
	public void destroy() {
		this.groupsMade.forEach(this.registry::removeGroup);
	}

}
