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

	private static final String FAILURE_RATE = "failure-rate-threshold";

	private static final String CONSECUTIVE_FAILURES = "consecutive-failure-threshold";

	private static final String RECORDED_STATUSES = "record-http-statuses";

	private static final String IGNORED_STATUSES = "ignore-http-statuses";

	private static final String HONOUR_RETRY_AFTER = "honour-retry-after";

	private static final String REFUSE = "refuse";

	private static final String RAMP = "recovery-ramp-duration";

	/** What only details another property, and is left out where that is off. */
	private static final Map<String, String> DETAILS = Map.of("recovery-ramp-start", RAMP, "share-factor", REFUSE);

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
		for (Map.Entry<String, String> detail : DETAILS.entrySet()) {
			Setting setting = this.settings.get(detail.getKey());
			Setting detailed = this.settings.get(detail.getValue());
			if (setting != null && detailed != null && detailed.isOff()
					&& this.chain.indexOf(detailed.level()) < this.chain.indexOf(setting.level())) {
				this.settings.remove(detail.getKey());
			}
		}
	}

	/** These over those that were given earlier at the same level. */
	LayeredProperties over(LayeredProperties earlier) {
		LayeredProperties both = new LayeredProperties(this.chain);
		both.settings.putAll(earlier.settings);
		for (Map.Entry<String, String> detail : DETAILS.entrySet()) {
			if (isOff(detail.getValue())) {
				both.settings.remove(detail.getKey());
			}
		}
		both.settings.putAll(this.settings);
		return both;
	}

	/** Whether a property is switched off here. */
	private boolean isOff(String key) {
		Setting setting = this.settings.get(key);
		return setting != null && setting.isOff();
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
		return this.settings.containsKey(key) ? this.unusable.contains(key) && !hasStandIn(key) : !basesAreKnown;
	}

	/**
	 * Whether another value is set in place of one that cannot be used: that a threshold
	 * is set decides defaults of others, and its value does not.
	 */
	private static boolean hasStandIn(String key) {
		return key.equals(FAILURE_RATE) || key.equals(CONSECUTIVE_FAILURES);
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
		Set<String> names = new HashSet<>();
		for (Setting setting : this.settings.values()) {
			names.add(setting.property().name());
		}
		return Set.copyOf(names);
	}

	/**
	 * Where each property is set, by its name in camel case.
	 */
	Map<String, String> origins() {
		Map<String, String> origins = new HashMap<>();
		for (Setting setting : this.settings.values()) {
			origins.put(setting.property().name(), setting.origin());
		}
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
		if (this.unusable.contains(FAILURE_RATE)) {
			builder.failureRateThreshold(100);
		}
		if (this.unusable.contains(CONSECUTIVE_FAILURES)) {
			builder.consecutiveFailureThreshold(1);
		}
		if (isOff(RAMP)) {
			builder.withoutRecoveryRampStart();
		}
		if (isOff(REFUSE)) {
			builder.withoutShareFactor();
		}
		if (saysOfHttp()) {
			applyOfHttp(builder, rule);
		}
		for (Map.Entry<String, Setting> each : this.settings.entrySet()) {
			Setting setting = each.getValue();
			if (!this.unusable.contains(each.getKey()) && setting.property().isOfBuilder()) {
				try {
					setting.applyTo(builder, predicates);
				}
				catch (InvalidCircuitBreakerConfigException ex) {
					refused.accept(ex);
				}
			}
		}
		return builder;
	}

	private boolean saysOfHttp() {
		return this.settings.containsKey(RECORDED_STATUSES) || this.settings.containsKey(IGNORED_STATUSES)
				|| this.settings.containsKey(HONOUR_RETRY_AFTER);
	}

	private void applyOfHttp(CircuitBreakerConfig.Builder builder, @Nullable OutcomeRule rule) {
		HttpOutcomeRule before = (rule instanceof HttpOutcomeRule ofProperties) ? ofProperties
				: HttpOutcomeRule.DEFAULT;
		HttpOutcomeRule ofHttp = new HttpOutcomeRule(statuses(RECORDED_STATUSES, before.recorded()),
				statuses(IGNORED_STATUSES, before.ignored()), this.settings.containsKey(HONOUR_RETRY_AFTER)
						? Boolean.TRUE.equals(value(HONOUR_RETRY_AFTER)) : before.honourRetryAfter());
		if (!ofHttp.equals(before)) {
			builder.outcomeRule(ofHttp);
		}
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

}
