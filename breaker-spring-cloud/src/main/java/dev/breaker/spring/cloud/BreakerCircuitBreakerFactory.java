package dev.breaker.spring.cloud;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.spring.config.BreakerConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;

/**
 * Makes Spring Cloud circuit breakers that are views of Breaker's: an id is the name of a
 * breaker in the registry, the same one that annotations of that name have. Calls are
 * made on the caller's thread, where nothing ends them from outside: a {@code timeLimit}
 * of a config is a WARN, once for each id. Safe for use by many threads.
 *
 * <p>
 * The config of an id is the one that {@link #configure} gave it, else that of the
 * properties; else the same of its group; else what {@link #configureDefault} gives, else
 * {@code breaker.configs.default}.
 *
 * <p>
 * What a call counts as is decided by the rules of its config. The fallback runs for each
 * {@code Throwable} of the call, those that are ignored too, and for refusals, as Spring
 * Cloud says; without one the caller gets a
 * {@link org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException}.
 */
public class BreakerCircuitBreakerFactory extends CircuitBreakerFactory<CircuitBreakerConfig, BreakerConfigBuilder> {

	private static final Logger logger = LoggerFactory.getLogger(BreakerCircuitBreakerFactory.class);

	private final NamedBreakers breakers;

	/** Ids with a time limit, which their calls do not keep. */
	private final Set<String> limitsIgnored = ConcurrentHashMap.newKeySet();

	/**
	 * Makes a factory.
	 * @param registry has the breakers
	 * @param configs what the properties say
	 */
	public BreakerCircuitBreakerFactory(CircuitBreakerRegistry registry, BreakerConfigs configs) {
		this(new NamedBreakers(registry, configs));
	}

	BreakerCircuitBreakerFactory(NamedBreakers breakers) {
		this.breakers = breakers;
	}

	/**
	 * The circuit breaker of an id. Its breaker is made now, unless it is there.
	 * @param id the name of the breaker, not blank
	 * @return a view of the breaker
	 * @throws IllegalArgumentException if the id is blank
	 */
	@Override
	public CircuitBreaker create(String id) {
		return create(id, id);
	}

	/**
	 * The circuit breaker of an id, which has the config of its group unless it has one
	 * of its own. Its breaker is made now, unless it is there.
	 * @param id the name of the breaker, not blank
	 * @param groupName the name of the group, not blank
	 * @return a view of the breaker
	 * @throws IllegalArgumentException if the id or the group is blank
	 */
	@Override
	public CircuitBreaker create(String id, String groupName) {
		return new View(id, groupName);
	}

	/**
	 * Configures ids or groups, on top of the properties: of these, those that change at
	 * run time are followed where the consumer leaves them as they are. Breakers of these
	 * ids and groups that are there already go on under the config.
	 * @param consumer changes the config that the properties gave, now and whenever they
	 * are read again
	 * @param ids the ids, or the names of groups
	 * @throws IllegalArgumentException if values contradict each other
	 */
	@Override
	public void configure(Consumer<BreakerConfigBuilder> consumer, String... ids) {
		super.configure(consumer, ids);
		this.breakers.configure(consumer, ids);
	}

	/**
	 * Configures the breakers that are made from now on and that neither
	 * {@link #configure} nor the properties name, by id or by group.
	 * @param defaultConfiguration gives the config of an id
	 */
	@Override
	public void configureDefault(Function<String, CircuitBreakerConfig> defaultConfiguration) {
		this.breakers.configureDefault(defaultConfiguration);
	}

	@Override
	protected BreakerConfigBuilder configBuilder(String id) {
		return this.breakers.configBuilder(id);
	}

	private final class View extends NamedBreakers.View implements CircuitBreaker {

		private final String id;

		View(String id, String groupName) {
			super(BreakerCircuitBreakerFactory.this.breakers, id, groupName);
			this.id = id;
			reportLimit(breaker());
		}

		private void reportLimit(dev.breaker.CircuitBreaker breaker) {
			Duration limit = breaker.config().timeLimit();
			if (limit != null && BreakerCircuitBreakerFactory.this.limitsIgnored.add(this.id)) {
				HookFailures.log(logger,
						"Circuit breaker '{}' has a time-limit ({}), which does not end calls of a CircuitBreakerFactory. Set the timeouts of the client, such as spring.http.clients.read-timeout, and take the limit away (time-limit: none); or use a ReactiveCircuitBreakerFactory",
						LogText.oneLine(this.id), limit);
			}
		}

		// That the fallback may be given null, the checker sees on newer JDKs alone.
		@Override
		@SuppressWarnings("NullAway")
		public <T> T run(Supplier<T> toRun, Function<Throwable, T> fallback) {
			try {
				dev.breaker.CircuitBreaker breaker = breaker();
				reportLimit(breaker);
				return breaker.call(toRun::get);
			}
			catch (Throwable ex) {
				return fallback.apply(ex);
			}
		}

	}

}
