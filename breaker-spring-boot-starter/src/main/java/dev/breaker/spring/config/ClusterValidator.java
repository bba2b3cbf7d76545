package dev.breaker.spring.config;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;

import dev.breaker.LogText;
import dev.breaker.spring.config.ValueReader.Said;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.ClassUtils;

/**
 * Checks the switches of {@code breaker.cluster}: ranges of times, names that others must
 * be able to read, and whether the artifact is there that they need.
 */
final class ClusterValidator {

	private static final String ARTIFACT = "dev.breaker.spring.fleet.BreakerFleetAutoConfiguration";

	private static final int MAX_NAME_LENGTH = 100;

	private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);

	private static final Duration ONE_MINUTE = Duration.ofMinutes(1);

	private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

	/** What is said of the switches, by their keys below {@code breaker}. */
	private final Map<String, Said> said;

	private final ConfigProblems problems;

	private ClusterValidator(Map<String, Said> said, ConfigProblems problems) {
		this.said = said;
		this.problems = problems;
	}

	static void check(Map<String, Said> said, ConfigProblems problems, @Nullable ClassLoader classLoader) {
		ClusterValidator validator = new ClusterValidator(said, problems);
		validator.checkArtifact(classLoader);
		validator.checkName("cluster.namespace", true);
		validator.checkName("cluster.node-id", false);
		validator.checkTimes();
		validator.checkBreakers();
	}

	private void checkArtifact(@Nullable ClassLoader classLoader) {
		Said enabled = this.said.get("cluster.enabled");
		if (enabled != null && enabled.by() != null && Boolean.TRUE.equals(enabled.value())
				&& !ClassUtils.isPresent(ARTIFACT, classLoader)) {
			this.problems.add(ConfigProblem.with(enabled.by(),
					"needs the artifact breaker-fleet-redis, which is not on the class path",
					"Add the dependency dev.breaker:breaker-fleet-redis, or change \"%s\" to false."
						.formatted(Level.written(enabled.by().getName()))));
		}
	}

	/** Both are seen by all instances, and the namespace is part of each key. */
	private void checkName(String key, boolean withoutBraces) {
		Said name = this.said.get(key);
		if (name == null || name.by() == null || !(name.value() instanceof String text)) {
			return;
		}
		if (text.length() > MAX_NAME_LENGTH) {
			refuse(name.by(), "must have at most %d characters, and has %d".formatted(MAX_NAME_LENGTH, text.length()));
		}
		else if (!LogText.oneLine(text).equals(text)) {
			refuse(name.by(), "must be one line without control characters");
		}
		else if (withoutBraces && (text.contains("{") || text.contains("}"))) {
			refuse(name.by(), "must have no braces, which Redis Cluster takes for the part of a key that is hashed");
		}
	}

	private void checkTimes() {
		ConfigurationProperty wrongHeartbeat = outside("cluster.heartbeat", SHORTEST_HEARTBEAT, ONE_MINUTE);
		if (wrongHeartbeat != null) {
			refuse(wrongHeartbeat, "must be between 100ms and 1m");
		}
		ConfigurationProperty wrongJoinTimeout = outside("cluster.join-timeout", Duration.ZERO, ONE_MINUTE);
		if (wrongJoinTimeout != null) {
			refuse(wrongJoinTimeout, "must be between 0s and 1m");
		}
		ConfigurationProperty wrongNodeTimeout = outside("cluster.node-timeout", Duration.ZERO, LONGEST_TIMEOUT);
		if (wrongNodeTimeout != null) {
			refuse(wrongNodeTimeout, "must be at least two heartbeats, and at most 1h");
		}
		else if (wrongHeartbeat == null) {
			checkTimeoutOfHeartbeats();
		}
	}

	/** One that is late must not look as one that is gone. */
	private void checkTimeoutOfHeartbeats() {
		Said heartbeat = this.said.get("cluster.heartbeat");
		Said timeout = this.said.get("cluster.node-timeout");
		Duration each = duration(heartbeat, BreakerProperties.Cluster.DEFAULT_HEARTBEAT);
		Duration gone = duration(timeout, BreakerProperties.Cluster.DEFAULT_NODE_TIMEOUT);
		Said wrong = (timeout != null) ? timeout : heartbeat;
		if (each != null && gone != null && wrong != null && wrong.by() != null
				&& gone.compareTo(each.multipliedBy(2)) < 0) {
			this.problems.add(ConfigProblem.with(wrong.by(),
					"contradicts %s: \"breaker.cluster.node-timeout\" must be at least twice \"breaker.cluster.heartbeat\""
						.formatted((timeout != null) ? "the heartbeat of " + text(heartbeat)
								: "the node timeout of " + BreakerProperties.Cluster.DEFAULT_NODE_TIMEOUT),
					"Change \"breaker.cluster.node-timeout\" or \"breaker.cluster.heartbeat\": five heartbeats are usual."));
		}
	}

	private void checkBreakers() {
		Said breakers = this.said.get("cluster.breakers");
		if (breakers != null && breakers.by() != null && breakers.value() instanceof Collection<?> names
				&& names.isEmpty()) {
			this.problems.add(ConfigProblem.with(breakers.by(), "names no breaker",
					"Name at least one, remove \"%s\" to share all of breaker.instances, or set \"breaker.cluster.enabled\" to false."
						.formatted(Level.written(breakers.by().getName()))));
		}
	}

	private @Nullable ConfigurationProperty outside(String key, Duration min, Duration max) {
		Said found = this.said.get(key);
		return (found != null && found.value() instanceof Duration duration
				&& (duration.compareTo(min) < 0 || duration.compareTo(max) > 0)) ? found.by() : null;
	}

	/** Null where what is said cannot be used. */
	private static @Nullable Duration duration(@Nullable Said said, String byDefault) {
		if (said == null) {
			return DurationStyle.detectAndParse(byDefault);
		}
		return (said.value() instanceof Duration duration) ? duration : null;
	}

	private static String text(@Nullable Said heartbeat) {
		return (heartbeat != null && heartbeat.by() != null) ? String.valueOf(heartbeat.by().getValue())
				: BreakerProperties.Cluster.DEFAULT_HEARTBEAT;
	}

	private void refuse(ConfigurationProperty property, String requirement) {
		this.problems.add(ConfigProblem.with(property, requirement,
				"Change \"%s\": it %s.".formatted(Level.written(property.getName()), requirement)));
	}

}
