package dev.breaker.spring.cloud;

import java.util.function.Consumer;
import java.util.function.Function;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.reactor.CircuitBreakerOperator;
import dev.breaker.spring.config.BreakerConfigs;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;

/**
 * Makes Spring Cloud's reactive circuit breakers that are views of Breaker's, as
 * {@link BreakerCircuitBreakerFactory} does: an id has one breaker, whichever factory it
 * comes from, and its config is found in the same way. Permission is taken at each
 * subscription; a cancellation gives it back. Signals stay on the threads of their
 * source, but for the {@code TimeoutException} of a {@code timeLimit}. Safe for use by
 * many threads.
 */
public class ReactiveBreakerCircuitBreakerFactory
		extends ReactiveCircuitBreakerFactory<CircuitBreakerConfig, BreakerConfigBuilder> {

	private final NamedBreakers breakers;

	/**
	 * Makes a factory.
	 * @param registry has the breakers
	 * @param configs what the properties say
	 */
	public ReactiveBreakerCircuitBreakerFactory(CircuitBreakerRegistry registry, BreakerConfigs configs) {
		this(new NamedBreakers(registry, configs));
	}

	ReactiveBreakerCircuitBreakerFactory(NamedBreakers breakers) {
		this.breakers = breakers;
	}

	/**
	 * The circuit breaker of an id. Its breaker is made now, unless it is there.
	 * @param id the name of the breaker, not blank
	 * @return a view of the breaker
	 * @throws IllegalArgumentException if the id is blank
	 */
	@Override
	public ReactiveCircuitBreaker create(String id) {
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
	public ReactiveCircuitBreaker create(String id, String groupName) {
		return new View(this.breakers, id, groupName);
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

	private static final class View extends NamedBreakers.View implements ReactiveCircuitBreaker {

		View(NamedBreakers breakers, String id, String groupName) {
			super(breakers, id, groupName);
		}

		@Override
		public <T> Mono<T> run(Mono<T> toRun, Function<Throwable, Mono<T>> fallback) {
			return toRun.transform(CircuitBreakerOperator.<T>of(this::breaker)).onErrorResume(fallback);
		}

		@Override
		public <T> Flux<T> run(Flux<T> toRun, Function<Throwable, Flux<T>> fallback) {
			return toRun.transform(CircuitBreakerOperator.<T>of(this::breaker)).onErrorResume(fallback);
		}

	}

}
