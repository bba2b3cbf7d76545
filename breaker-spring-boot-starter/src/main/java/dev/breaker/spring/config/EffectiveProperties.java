package dev.breaker.spring.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * What holds for a breaker: each property as the nearest level sets it.
 */
final class EffectiveProperties {

	private final CircuitBreakerProperties values = new CircuitBreakerProperties();

	private final Set<String> switchedOff = new HashSet<>();

	private final Map<String, ConfigurationProperty> setBy = new HashMap<>();

	private final List<Level> chain;

	EffectiveProperties(List<Level> chain) {
		this.chain = chain;
	}

	void set(BoundProperty property, Values.Said said) {
		switch (said.kind()) {
			case VALUE -> property.set(this.values, said.value());
			case OFF -> this.switchedOff.add(property.toString());
			case WRONG -> {
				// As if it were not there: the application does not start anyway
			}
		}
		if (said.by() != null) {
			this.setBy.put(property.toString(), said.by());
		}
	}

	/**
	 * The level that this is for, and those under it.
	 */
	List<Level> chain() {
		return this.chain;
	}

	/**
	 * What set a property.
	 */
	@Nullable ConfigurationProperty setBy(String key) {
		return this.setBy.get(key);
	}

	/**
	 * One line a property. What is not set, or switched off, is left to the builder's
	 * default, which is off wherever {@code none} is accepted; the failure rate alone
	 * must be told.
	 */
	@SuppressWarnings("unchecked")
	CircuitBreakerConfig.Builder applyTo(CircuitBreakerConfig.Builder builder, Rules rules) {
		CircuitBreakerProperties from = this.values;
		PropertyMapper map = PropertyMapper.get();
		if (this.switchedOff.contains("failure-rate-threshold")) {
			builder.withoutFailureRateThreshold();
		}
		map.from(from::getFailureRateThreshold).to(builder::failureRateThreshold);
		map.from(from::getMinimumNumberOfCalls).to(builder::minimumNumberOfCalls);
		map.from(from::getSlidingWindowType).to(builder::slidingWindowType);
		map.from(from::getSlidingWindowSize).to(builder::slidingWindowSize);
		map.from(from::getConsecutiveFailureThreshold).to(builder::consecutiveFailureThreshold);
		map.from(from::getSlowCallDurationThreshold).to(builder::slowCallDurationThreshold);
		map.from(from::getSlowCallRateThreshold).to(builder::slowCallRateThreshold);
		map.from(from::getWaitDurationInOpenState).to(builder::waitDurationInOpenState);
		map.from(from::getWaitDurationMultiplier).to(builder::waitDurationMultiplier);
		map.from(from::getMaxWaitDurationInOpenState).to(builder::maxWaitDurationInOpenState);
		map.from(from::getWaitDurationJitter).to(builder::waitDurationJitter);
		map.from(from::getPermittedNumberOfCallsInHalfOpenState).to(builder::permittedNumberOfCallsInHalfOpenState);
		map.from(from::getSuccessThresholdInHalfOpenState).to(builder::successThresholdInHalfOpenState);
		map.from(from::getMaxWaitDurationInHalfOpenState).to(builder::maxWaitDurationInHalfOpenState);
		map.from(from::getInitialState).to(builder::initialState);
		map.from(from::getRecordExceptions).as((list) -> list.toArray(Class[]::new)).to(builder::recordExceptions);
		map.from(from::getIgnoreExceptions).as((list) -> list.toArray(Class[]::new)).to(builder::ignoreExceptions);
		map.from(from::getRecordExceptionPredicate)
			.as((type) -> rules.of("recordExceptionPredicate", type))
			.to(builder::recordException);
		map.from(from::getIgnoreExceptionPredicate)
			.as((type) -> rules.of("ignoreExceptionPredicate", type))
			.to(builder::ignoreException);
		map.from(from::getRecordResultPredicate)
			.as((type) -> rules.of("recordResultPredicate", type))
			.to(builder::recordResult);
		return builder;
	}

}
