package dev.breaker.spring.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

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
		for (String outside : List.of("honourRetryAfter", "probe", "probeInterval", "probeTimeout", "openWhenDown",
				"healthInterval", "propagateTo")) {
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
				String path = ChangeReader.path(ConfigReader.key(name));
				problems.add(new ConfigProblem(path, null, null, "cannot be tried on recorded outcomes: " + reason,
						"Remove \"%s\".".formatted(path)));
			}
		}
		problems.throwIfAny();
	}

}
