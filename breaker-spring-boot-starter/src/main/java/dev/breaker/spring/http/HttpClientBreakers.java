package dev.breaker.spring.http;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Finds the breaker of a request: that of the first entry which matches. The breakers are
 * there from the start, those of hosts from their first request. Safe for use by many
 * threads.
 */
public final class HttpClientBreakers implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(HttpClientBreakers.class);

	private final List<HttpClientEntry> entries;

	private final CircuitBreakerRegistry registry;

	private final Function<String, CircuitBreakerConfig> configs;

	private final int maxKeys;

	/** Breakers with a time limit that a blocking client does not keep. */
	private final Set<String> limitsIgnored = ConcurrentHashMap.newKeySet();

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

	/**
	 * A blocking client is guarded: a WARN for each breaker with a time limit, which does
	 * not end the requests of such a client.
	 */
	public void guardsBlockingClient() {
		this.entries.forEach((entry) -> warnOfTimeLimit(entry, this.configs.apply(entry.breaker())));
	}

	/** One WARN for each breaker, where its config has a time limit. */
	void warnOfTimeLimit(HttpClientEntry entry, CircuitBreakerConfig config) {
		Duration limit = config.timeLimit();
		if (limit != null && this.limitsIgnored.add(entry.breaker())) {
			HookFailures.log(logger,
					"Circuit breaker '{}' has a time-limit ({}), which does not end requests of a RestClient or RestTemplate that it guards. Set the timeouts of the client, such as spring.http.clients.read-timeout, and take the limit away (time-limit: none); or use a WebClient",
					LogText.oneLine(entry.breaker()), limit);
		}
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
