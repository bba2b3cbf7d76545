package dev.breaker.spring.config;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.OutcomeRule;
import dev.breaker.Refuse;
import dev.breaker.spring.http.HttpOutcomeRule;
import dev.breaker.spring.http.HttpStatusPattern;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * The properties of a breaker: each as the nearest level sets it.
 */
final class LayeredProperties {

	/**
	 * Set in place of values that cannot be used: that a threshold is set decides
	 * defaults of others, and its value does not.
	 */
	private static final Map<String, Consumer<CircuitBreakerConfig.Builder>> STAND_INS = Map.of(
			"failure-rate-threshold", (builder) -> builder.failureRateThreshold(100), "consecutive-failure-threshold",
			(builder) -> builder.consecutiveFailureThreshold(1));

	/** What only details another property, and is left out where that is off. */
	private static final List<Detail> DETAILS = List.of(
			new Detail("recovery-ramp-start", "recovery-ramp-duration",
					CircuitBreakerConfig.Builder::withoutRecoveryRampStart),
			new Detail("share-factor", "refuse", CircuitBreakerConfig.Builder::withoutShareFactor));

	/** What is said, and cannot be used. */
	private final Set<String> unusable = new HashSet<>();

	private final Map<String, Setting> settings = new LinkedHashMap<>();

	private final List<Level> chain;

	LayeredProperties(List<Level> chain) {
		this.chain = chain;
	}

	void set(PropertyDefinition property, Level level, ValueReader.Said said) {
		String key = property.toString();
		this.settings.put(key, new Setting(property, level, said));
		if (said.kind() == ValueReader.Kind.WRONG) {
			this.unusable.add(key);
		}
	}

	/**
	 * Leaves out what details a property that a level nearer to the breaker switches off.
	 */
	void leaveOutDetails() {
		for (Detail detail : DETAILS) {
			Setting setting = this.settings.get(detail.property());
			Setting detailed = this.settings.get(detail.of());
			if (setting != null && detailed != null && detailed.isOff()
					&& this.chain.indexOf(detailed.level()) < this.chain.indexOf(setting.level())) {
				this.settings.remove(detail.property());
			}
		}
	}

	/** These over those that were given earlier at the same level. */
	LayeredProperties over(LayeredProperties earlier) {
		LayeredProperties both = new LayeredProperties(this.chain);
		both.settings.putAll(earlier.settings);
		switchedOff().map(Detail::property).forEach(both.settings::remove);
		both.settings.putAll(this.settings);
		return both;
	}

	/** The details of what is switched off here. */
	private Stream<Detail> switchedOff() {
		return DETAILS.stream().filter((detail) -> {
			Setting detailed = this.settings.get(detail.of());
			return detailed != null && detailed.isOff();
		});
	}

	/**
	 * Takes back a value that cannot be used.
	 * @return whether there was one
	 */
	boolean takeBack(String key) {
		return this.settings.containsKey(key) && this.unusable.add(key);
	}

	/**
	 * Whether nothing can be said of the value: it cannot be used, or is not set as far
	 * as the bases are known.
	 */
	boolean isUnknown(String key) {
		boolean basesAreKnown = this.chain.get(this.chain.size() - 1).equals(Level.DEFAULT);
		return this.settings.containsKey(key) ? this.unusable.contains(key) && !STAND_INS.containsKey(key)
				: !basesAreKnown;
	}

	/**
	 * What is set, at whatever level.
	 */
	Collection<Setting> settings() {
		return this.settings.values();
	}

	/**
	 * The names of what is set, in camel case.
	 */
	Set<String> names() {
		return this.settings.values()
			.stream()
			.map((setting) -> setting.property().name())
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Where each property is set, by its name in camel case.
	 */
	Map<String, String> origins() {
		Map<String, String> origins = new HashMap<>();
		this.settings.forEach((key, setting) -> origins.put(setting.property().name(), setting.origin()));
		return origins;
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
	Level nearest(Collection<String> keys) {
		return this.chain.stream()
			.filter((level) -> keys.stream()
				.map(this.settings::get)
				.anyMatch((setting) -> setting != null && setting.level().equals(level)))
			.findFirst()
			.orElse(this.chain.get(0));
	}

	/**
	 * Sets each property by the builder method of the same name; those of HTTP are one
	 * rule. What is not set is left as the builder has it.
	 * @param rule the rule that the builder has; {@code null} where it has none
	 * @param refused is told of each value that the builder refuses
	 */
	CircuitBreakerConfig.Builder applyTo(CircuitBreakerConfig.Builder builder, @Nullable OutcomeRule rule,
			PredicateResolver predicates, Consumer<InvalidCircuitBreakerConfigException> refused) {
		STAND_INS.forEach((key, standIn) -> {
			if (this.unusable.contains(key)) {
				standIn.accept(builder);
			}
		});
		switchedOff().forEach((detail) -> detail.takeBack().accept(builder));
		HttpOutcomeRule before = (rule instanceof HttpOutcomeRule ofProperties) ? ofProperties
				: HttpOutcomeRule.DEFAULT;
		HttpOutcomeRule ofHttp = new HttpOutcomeRule(statuses("record-http-statuses", before.recorded()),
				statuses("ignore-http-statuses", before.ignored()), this.settings.containsKey("honour-retry-after")
						? Boolean.TRUE.equals(value("honour-retry-after")) : before.honourRetryAfter());
		if (!ofHttp.equals(before)) {
			builder.outcomeRule(ofHttp);
		}
		this.settings.forEach((key, setting) -> {
			if (!this.unusable.contains(key) && setting.property().isOfBuilder()) {
				try {
					setting.applyTo(builder, predicates);
				}
				catch (InvalidCircuitBreakerConfigException ex) {
					refused.accept(ex);
				}
			}
		});
		return builder;
	}

	private List<HttpStatusPattern> statuses(String key, List<HttpStatusPattern> before) {
		if (!this.settings.containsKey(key)) {
			return before;
		}
		return (value(key) instanceof List<?> patterns) ? patterns.stream().map(HttpStatusPattern.class::cast).toList()
				: List.of();
	}

	private @Nullable Object value(String key) {
		Setting setting = this.settings.get(key);
		return (setting != null) ? setting.said().value() : null;
	}

	/**
	 * A property as a level sets it.
	 *
	 * @param property the property
	 * @param level the level
	 * @param said what it says
	 */
	record Setting(PropertyDefinition property, Level level, ValueReader.Said said) {

		private boolean isOff() {
			return this.said.kind() == ValueReader.Kind.OFF || this.said.value() == Refuse.ALL;
		}

		/** The file and the line, or the key where these are not known. */
		private String origin() {
			return (this.said.origin() != null) ? this.said.origin().toString()
					: Level.written(this.level.key(this.property));
		}

		private void applyTo(CircuitBreakerConfig.Builder builder, PredicateResolver predicates) {
			Object value = this.said.value();
			if (value == null) {
				this.property.switchOff(builder);
			}
			else if (value instanceof List<?> elements) {
				this.property.set(builder,
						elements.toArray((Object[]) Array.newInstance(this.property.elementType(), elements.size())));
			}
			else if (value instanceof Class<?> type) {
				this.property.set(builder, predicates.of(this.property.name(), type));
			}
			else {
				this.property.set(builder, value);
			}
		}

	}

	/**
	 * A property that only details another one.
	 *
	 * @param property its key
	 * @param of the key of the other one
	 * @param takeBack gives it its default
	 */
	private record Detail(String property, String of, Consumer<CircuitBreakerConfig.Builder> takeBack) {
	}

}
