package dev.breaker.spring.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.breaker.CircuitBreakerConfig;

/**
 * Knows the properties that recorded outcomes can say nothing of, and why.
 */
final class ReplayedProperties {

	static final Map<String, String> UNTOLD = untold();

	private ReplayedProperties() {
	}

	private static Map<String, String> untold() {
		Map<String, String> untold = new HashMap<>();
		for (String rule : List.of("recordExceptions", "ignoreExceptions", "recordExceptionPredicate",
				"ignoreExceptionPredicate", "recordResultPredicate", "matchCauses", "recordHttpStatuses",
				"ignoreHttpStatuses")) {
			untold.put(rule, "what each call counted as is on the record");
		}
		for (String outside : List.of("honourRetryAfter", "probe", "probeTimeout", "openWhenDown", "healthInterval",
				"propagateTo")) {
			untold.put(outside, "only calls are on the record");
		}
		untold.put("timeLimit", "how long each call took is on the record");
		untold.put("waitDurationJitter", "it is by chance, and each wait is the middle of its spread");
		untold.put("recordOutcomes", "it says how many there are");
		untold.put("enforce", "what is enforced is what is tried");
		return Map.copyOf(untold);
	}

	/**
	 * Refuses what recorded outcomes can say nothing of.
	 * @throws InvalidBreakerConfigurationException when there is such a property
	 */
	static void check(LayeredProperties given) {
		ConfigProblems problems = new ConfigProblems();
		for (String name : new TreeSet<>(given.names())) {
			String reason = UNTOLD.get(name);
			if (reason != null) {
				problems.add(problem(name, reason));
			}
		}
		problems.throwIfAny();
	}

	/**
	 * Refuses a wait that another property takes the place of.
	 * @throws InvalidBreakerConfigurationException when it is given
	 */
	static void check(LayeredProperties given, CircuitBreakerConfig tried) {
		if (given.names().contains("waitDurationInOpenState") && tried.probe() != null
				&& tried.probeInterval() != null) {
			throw new InvalidBreakerConfigurationException(
					List.of(problem("waitDurationInOpenState", "probe-interval takes its place")), null);
		}
	}

	private static ConfigProblem problem(String name, String reason) {
		String path = ChangeReader.path(ConfigReader.key(name));
		return new ConfigProblem(path, null, null, "cannot be tried on recorded outcomes: " + reason,
				"Remove \"%s\".".formatted(path));
	}

}
