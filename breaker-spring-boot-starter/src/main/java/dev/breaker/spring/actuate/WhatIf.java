package dev.breaker.spring.actuate;

import java.util.List;
import java.util.Map;

import dev.breaker.Advice;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;
import dev.breaker.RecordedOutcomes;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.InvalidBreakerConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * Tries configs on the recorded outcomes of a breaker, and looks for ones that fit. It
 * changes nothing.
 */
final class WhatIf {

	private final CircuitBreakerRegistry registry;

	private final @Nullable BreakerConfigs configs;

	WhatIf(CircuitBreakerRegistry registry, @Nullable BreakerConfigs configs) {
		this.registry = registry;
		this.configs = configs;
	}

	/** Null where there is no breaker of that name. */
	@Nullable WhatIfDescriptor tried(String name, Map<String, ?> properties) {
		CircuitBreaker breaker = breaker(name);
		if (breaker == null) {
			return null;
		}
		if (this.configs == null) {
			throw Command.invalid("Configs cannot be tried by this endpoint, which was made without them");
		}
		CircuitBreakerConfig present = breaker.config();
		if (present.recordOutcomes() == null) {
			throw Command.invalid("Circuit breaker '" + LogText.oneLine(name)
					+ "' records no outcomes to try a config on. Set record-outcomes, such as 10000");
		}
		CircuitBreakerConfig config;
		try {
			config = this.configs.forReplay(breaker, properties);
		}
		catch (InvalidBreakerConfigurationException ex) {
			throw Command.invalid(ex.summary());
		}
		catch (IllegalArgumentException ex) {
			throw Command.invalid(String.valueOf(ex.getMessage()));
		}
		RecordedOutcomes outcomes = breaker.outcomes();
		return WhatIfDescriptor.of(breaker.name(), outcomes, properties, outcomes.replay(config),
				outcomes.replay(present));
	}

	/** Null where there is no breaker of that name. */
	@Nullable AdviceDescriptor advice(String name) {
		CircuitBreaker breaker = breaker(name);
		if (breaker == null) {
			return null;
		}
		CircuitBreakerConfig present = breaker.config();
		RecordedOutcomes outcomes = breaker.outcomes();
		Advice advice = outcomes.advice(present);
		boolean any = !advice.suggestions().isEmpty();
		return AdviceDescriptor.of(breaker.name(), outcomes, advice, any ? outcomes.replay(advice.config()) : null,
				any ? outcomes.replay(present) : null);
	}

	/** Each key has outcomes of its own, and a group has none. */
	private @Nullable CircuitBreaker breaker(String name) {
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		if (breaker == null && group != null) {
			List<GroupRanking.Member> worst = GroupRanking.of(group).worst(1);
			throw Command.invalid("'" + LogText.oneLine(name)
					+ "' is a group of circuit breakers, one a key, each with outcomes of its own. Name one of them"
					+ (worst.isEmpty() ? "" : ", such as '" + LogText.oneLine(worst.get(0).breaker().name()) + "'"));
		}
		return breaker;
	}

}
