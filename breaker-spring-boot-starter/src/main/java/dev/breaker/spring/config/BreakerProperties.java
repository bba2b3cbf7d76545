package dev.breaker.spring.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.breaker.spring.config.PropertyDefinition.AcceptsNone;
import dev.breaker.spring.config.PropertyDefinition.Range;
import dev.breaker.spring.event.BreakerEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * The switches of the starter. What configures the breakers themselves
 * ({@code breaker.configs} and {@code breaker.instances}) is in
 * {@link CircuitBreakerProperties}. Ranges are checked when {@link BreakerConfigs} are
 * read. Defaults of lists are in the additional metadata too, since the annotation
 * processor shows them as text.
 *
 * @param enabled Whether there are circuit breakers at all. If not, annotated methods run
 * unguarded and nothing else of the starter exists.
 * @param aspect the interceptor of annotated methods
 * @param keys breakers made by the annotation's {@code key}
 * @param health the health contributor
 * @param metrics the meters
 * @param events the events that the endpoint shows
 * @param endpoints the actuator endpoints
 * @param web the answers of a web application
 * @param restore what is taken over a restart
 * @param cluster what instances of the application share
 */
@ConfigurationProperties("breaker")
@Lazy
public record BreakerProperties(@DefaultValue("true") boolean enabled, @DefaultValue Aspect aspect,
		@DefaultValue Keys keys, @DefaultValue Health health, @DefaultValue Metrics metrics,
		@DefaultValue Events events, @DefaultValue Endpoints endpoints, @DefaultValue Web web,
		@DefaultValue Restore restore, @DefaultValue Cluster cluster) {

	/**
	 * The default of {@code breaker.aspect.order}.
	 */
	public static final int DEFAULT_ORDER = Ordered.LOWEST_PRECEDENCE - 100;

	/**
	 * The key of {@link Aspect#mode()}.
	 */
	public static final String MODE = "breaker.aspect.mode";

	/**
	 * The key of {@link Aspect#strict()}.
	 */
	public static final String STRICT = "breaker.aspect.strict";

	/**
	 * The key of {@link Health#downWhenOpen()}.
	 */
	public static final String DOWN_WHEN_OPEN = "breaker.health.down-when-open";

	/**
	 * The key of {@link Restore#file()}.
	 */
	public static final String RESTORE_FILE = "breaker.restore.file";

	/**
	 * Reads one switch where there are no beans yet. A value that cannot be used is left
	 * out: {@link BreakerConfigs} stops the application with all that is wrong.
	 * @param <T> the type
	 * @param environment where it is
	 * @param key the whole key
	 * @param type the type, of one value: no list, no map and no record
	 * @return the value, empty where there is none that can be used
	 */
	public static <T> Optional<T> find(Environment environment, String key, Class<T> type) {
		// Most are not set, and a binder is made for each look
		if (!isSet(environment, ConfigurationPropertyName.of(key))) {
			return Optional.empty();
		}
		try {
			return Optional.ofNullable(Binder.get(environment).bind(key, type).orElse(null));
		}
		catch (BindException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Reads one list of names where there may be no beans yet, as {@link #find} reads one
	 * value.
	 * @param environment where it is
	 * @param key the whole key
	 * @return the names, empty where there are none that can be used
	 */
	public static List<String> findNames(Environment environment, String key) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
		if (!isSet(environment, name) && !isSet(environment, name.append("[0]"))) {
			return List.of();
		}
		try {
			return Binder.get(environment).bind(name, Bindable.listOf(String.class)).orElse(List.of());
		}
		catch (BindException ex) {
			return List.of();
		}
	}

	private static boolean isSet(Environment environment, ConfigurationPropertyName key) {
		try {
			for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
				if (source.getConfigurationProperty(key) != null) {
					return true;
				}
			}
			return false;
		}
		catch (RuntimeException ex) {
			// A source that cannot tell: the binder knows what that means
			return true;
		}
	}

	/**
	 * The interceptor of annotated methods.
	 *
	 * @param mode What guards annotated methods: the proxies of Spring beans, or, with
	 * "aspectj", the aspect of the artifact breaker-aspectj in the methods that it is
	 * woven into.
	 * @param order Order of the interceptor among the advisors of a bean: a lower one
	 * runs further outside, but always inside of retries, validation, method security,
	 * limits of concurrency and asynchronous execution. The default is outside of
	 * transactions.
	 * @param strict Whether the application does not start where calls of an annotated
	 * method are not guarded, as those that an object makes on itself. Otherwise each is
	 * a warning.
	 */
	public record Aspect(@DefaultValue("proxy") Mode mode, @DefaultValue("" + DEFAULT_ORDER) int order,
			@DefaultValue("false") boolean strict) {
	}

	/**
	 * What guards annotated methods.
	 */
	public enum Mode {

		/** The proxies of Spring beans. */
		PROXY,

		/**
		 * The aspect of the artifact {@code breaker-aspectj} guards the methods that it
		 * is woven into, the proxies of Spring beans all others.
		 */
		ASPECTJ

	}

	/**
	 * Breakers made by the annotation's {@code key}.
	 *
	 * @param max Largest number of keys of one name that have a breaker at a time, 1 or
	 * more.
	 */
	public record Keys(@Range(min = 1) @DefaultValue("10000") int max) {
	}

	/**
	 * The health contributor.
	 *
	 * @param downWhenOpen Names of the breakers, of breakers made by key, or of single
	 * keys, whose opening turns health DOWN. Health stays UP for all others.
	 */
	public record Health(@DefaultValue List<String> downWhenOpen) {
	}

	/**
	 * The meters.
	 *
	 * @param enabled Whether breakers have meters.
	 */
	public record Metrics(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * The events that the endpoint shows.
	 *
	 * @param enabled Whether events are kept for the endpoint.
	 * @param capacity How many events of each type are kept for a breaker, 1 to 10000.
	 * Breakers made by key share those of their name.
	 * @param types Types of events that are kept. Failures, ignored calls and successes
	 * make breakers measure time.
	 */
	public record Events(@DefaultValue("true") boolean enabled,
			@Range(min = 1, max = 10_000) @DefaultValue("100") int capacity, @DefaultValue( {
					"state-change", "failure", "ignored", "not-permitted", "would-refuse",
					"reset" }) Set<BreakerEvent.Type> types){
	}

	/**
	 * The actuator endpoints.
	 *
	 * @param replaceOthers Whether endpoints of other libraries that have the ids
	 * circuitbreakers, circuitbreakerevents and circuitbreakerbindings, such as
	 * Resilience4j's, give way to Breaker's. Otherwise Breaker's are not there.
	 */
	public record Endpoints(@DefaultValue("false") boolean replaceOthers) {
	}

	/**
	 * The answers of a web application.
	 *
	 * @param problemDetails Whether a request that a breaker refuses is answered with
	 * 503, Retry-After and problem details where the application does not handle the
	 * refusal itself.
	 */
	public record Web(@DefaultValue("true") boolean problemDetails) {
	}

	/**
	 * What is taken over a restart.
	 *
	 * @param file File that the states of circuit breakers are written to as they change
	 * and as the application stops, and read from as it starts. Each instance of an
	 * application has a file of its own.
	 */
	public record Restore(@AcceptsNone @Nullable String file) {
	}

	/**
	 * What instances of the application share, with the artifact
	 * {@code breaker-fleet-redis}.
	 *
	 * @param enabled Whether breakers are shared with the other instances of the
	 * application, through Redis. Needs the artifact breaker-fleet-redis.
	 * @param namespace Name of the fleet, at most 100 characters: instances that share
	 * breakers have the same.
	 * @param nodeId Name of this instance for operators, at most 100 characters.
	 * @param quorum How many instances whose own rules have opened a breaker open it for
	 * all: a number, or a percentage of those that live, such as 30%.
	 * @param heartbeat How often an instance says that it lives and asks what has
	 * changed, 100ms to 1m.
	 * @param nodeTimeout How long after its last heartbeat an instance counts as gone, at
	 * least two heartbeats, at most 1h.
	 * @param joinTimeout How long the start of the application waits for Redis at most,
	 * so that breakers that are open for all are open before the first call, 0s to 1m.
	 * @param breakers Names of the breakers that are shared, or patterns with "*". The
	 * name of breakers made by key stands for all of its keys.
	 */
	public record Cluster(@DefaultValue("false") boolean enabled, @Nullable String namespace, @Nullable String nodeId,
			@Nullable ClusterQuorum quorum, @DefaultValue(DEFAULT_HEARTBEAT) Duration heartbeat,
			@DefaultValue(DEFAULT_NODE_TIMEOUT) Duration nodeTimeout, @DefaultValue("200ms") Duration joinTimeout,
			@Nullable List<String> breakers) {

		static final String DEFAULT_HEARTBEAT = "1s";

		static final String DEFAULT_NODE_TIMEOUT = "5s";

	}

}
