package dev.breaker.spring.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import dev.breaker.CircuitBreakerConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * What holds for a breaker: each property as the nearest level sets it.
 */
final class EffectiveProperties {

	private final CircuitBreakerProperties values = new CircuitBreakerProperties();

	private final Set<String> switchedOff = new HashSet<>();

	/** What is said, and cannot be used. */
	private final Set<String> unusable = new HashSet<>();

	private final Map<String, Setting> settings = new LinkedHashMap<>();

	private final List<Level> chain;

	EffectiveProperties(List<Level> chain) {
		this.chain = chain;
	}

	void set(BoundProperty property, Level level, Values.Said said) {
		String key = property.toString();
		switch (said.kind()) {
			case VALUE -> property.set(this.values, said.value());
			case OFF -> this.switchedOff.add(key);
			// As if it were not there: the application does not start anyway
			case WRONG -> this.unusable.add(key);
		}
		this.settings.put(key, new Setting(property, level, said));
	}

	/**
	 * Takes back a value that cannot be used.
	 * @return whether there was one
	 */
	boolean takeBack(String key) {
		Setting setting = this.settings.get(key);
		if (setting == null || !this.unusable.add(key)) {
			return false;
		}
		setting.property().set(this.values, null);
		return true;
	}

	/**
	 * Whether nothing can be said of the value: it cannot be used, or is not set as far
	 * as the bases are known.
	 */
	boolean isUnknown(String key) {
		boolean basesAreKnown = this.chain.get(this.chain.size() - 1).equals(Level.DEFAULT);
		return this.unusable.contains(key) || (!basesAreKnown && !this.settings.containsKey(key));
	}

	/**
	 * The level that this is for, and those under it.
	 */
	List<Level> chain() {
		return this.chain;
	}

	/**
	 * What is set, at whatever level.
	 */
	Collection<Setting> settings() {
		return this.settings.values();
	}

	/**
	 * What set a property.
	 */
	@Nullable ConfigurationProperty setBy(String key) {
		Setting setting = this.settings.get(key);
		return (setting != null) ? setting.said().by() : null;
	}

	/**
	 * The level nearest to the breaker that sets any of these properties.
	 */
	Level nearest(Set<String> keys) {
		return this.chain.stream()
			.filter((level) -> keys.stream()
				.map(this.settings::get)
				.anyMatch((setting) -> setting != null && setting.level().equals(level)))
			.findFirst()
			.orElse(this.chain.get(0));
	}

	/**
	 * One line a property. What is not set, or switched off, is left to the builder's
	 * default, which is off wherever {@code none} is accepted; the failure rate alone
	 * must be told. That a threshold is set decides defaults of others, also where its
	 * value cannot be used.
	 * @param refused is told of each value that the builder refuses
	 */
	// From class files, the checker on JDK 17 does not see that results may be null.
	@SuppressWarnings({ "unchecked", "NullAway" })
	CircuitBreakerConfig.Builder applyTo(CircuitBreakerConfig.Builder builder, Rules rules,
			Consumer<IllegalArgumentException> refused) {
		CircuitBreakerProperties from = this.values;
		Mapper map = new Mapper(refused);
		if (this.switchedOff.contains("failure-rate-threshold")) {
			builder.withoutFailureRateThreshold();
		}
		if (this.unusable.contains("failure-rate-threshold")) {
			builder.failureRateThreshold(100);
		}
		if (this.unusable.contains("consecutive-failure-threshold")) {
			builder.consecutiveFailureThreshold(1);
		}
		map.set(from.getFailureRateThreshold(), builder::failureRateThreshold);
		map.set(from.getMinimumNumberOfCalls(), builder::minimumNumberOfCalls);
		map.set(from.getSlidingWindowType(), builder::slidingWindowType);
		map.set(from.getSlidingWindowSize(), builder::slidingWindowSize);
		map.set(from.getConsecutiveFailureThreshold(), builder::consecutiveFailureThreshold);
		map.set(from.getSlowCallDurationThreshold(), builder::slowCallDurationThreshold);
		map.set(from.getSlowCallRateThreshold(), builder::slowCallRateThreshold);
		map.set(from.getWaitDurationInOpenState(), builder::waitDurationInOpenState);
		map.set(from.getWaitDurationMultiplier(), builder::waitDurationMultiplier);
		map.set(from.getMaxWaitDurationInOpenState(), builder::maxWaitDurationInOpenState);
		map.set(from.getWaitDurationJitter(), builder::waitDurationJitter);
		map.set(from.getPermittedNumberOfCallsInHalfOpenState(), builder::permittedNumberOfCallsInHalfOpenState);
		map.set(from.getSuccessThresholdInHalfOpenState(), builder::successThresholdInHalfOpenState);
		map.set(from.getMaxWaitDurationInHalfOpenState(), builder::maxWaitDurationInHalfOpenState);
		map.set(from.getInitialState(), builder::initialState);
		map.set(from.getRecordExceptions(), (list) -> builder.recordExceptions(list.toArray(Class[]::new)));
		map.set(from.getIgnoreExceptions(), (list) -> builder.ignoreExceptions(list.toArray(Class[]::new)));
		map.set(from.getRecordExceptionPredicate(),
				(type) -> builder.recordException(rules.of("recordExceptionPredicate", type)));
		map.set(from.getIgnoreExceptionPredicate(),
				(type) -> builder.ignoreException(rules.of("ignoreExceptionPredicate", type)));
		map.set(from.getRecordResultPredicate(),
				(type) -> builder.recordResult(rules.of("recordResultPredicate", type)));
		return builder;
	}

	/**
	 * A property as a level sets it.
	 *
	 * @param property the property
	 * @param level the level
	 * @param said what it says
	 */
	record Setting(BoundProperty property, Level level, Values.Said said) {
	}

	/** Goes on after a value that is refused. */
	private record Mapper(Consumer<IllegalArgumentException> refused) {

		<T> void set(@Nullable T value, Consumer<T> setter) {
			if (value == null) {
				return;
			}
			try {
				setter.accept(value);
			}
			catch (IllegalArgumentException ex) {
				this.refused.accept(ex);
			}
		}

	}

}
