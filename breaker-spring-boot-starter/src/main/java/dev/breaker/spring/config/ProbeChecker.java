package dev.breaker.spring.config;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.config.LayeredProperties.Setting;
import dev.breaker.spring.probe.DarkProbes;
import dev.breaker.spring.probe.ProbeFinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Checks that what is to probe is there. Where nothing runs probes, as in a test of a
 * slice of the application, their beans may be missing too.
 */
final class ProbeChecker {

	private static final String PROBE = "probe";

	private final ConfigurableListableBeanFactory beanFactory;

	private final ConfigProblems problems;

	ProbeChecker(ConfigurableListableBeanFactory beanFactory, ConfigProblems problems) {
		this.beanFactory = beanFactory;
		this.problems = problems;
	}

	/** What properties name. */
	void check(LayeredProperties properties) {
		for (Setting setting : properties.settings()) {
			ConfigurationProperty by = setting.said().by();
			if (by != null && setting.property().toString().equals(PROBE)
					&& setting.said().value() instanceof String probe) {
				String reason = problem(probe);
				if (reason != null) {
					this.problems
						.add(ConfigProblem.with(by, reason, remedy(Level.written(by.getName()), probe, reason)));
				}
			}
		}
	}

	/** What code names, which may have changed what properties do. */
	void check(String name, CircuitBreakerConfig before, CircuitBreakerConfig config) {
		String probe = config.probe();
		String reason = (probe != null && !probe.equals(before.probe())) ? problem(probe) : null;
		if (reason != null) {
			String key = "breaker.instances." + name + "." + PROBE;
			this.problems.add(new ConfigProblem(key, probe, null, reason,
					"Change the code that customizes \"breaker.instances.%s\": its probe %s.".formatted(name, reason)));
		}
	}

	private @Nullable String problem(String probe) {
		boolean areRun = this.beanFactory.getBeanNamesForType(DarkProbes.class, true, false).length > 0;
		return areRun ? new ProbeFinder(this.beanFactory).problem(probe) : null;
	}

	private String remedy(String key, String probe, String reason) {
		String nearest = SimilarNames.of(probe, new ProbeFinder(this.beanFactory).names());
		return (nearest != null && !nearest.equals(probe))
				? "Instead of \"%s\" for \"%s\": did you mean \"%s\"?".formatted(probe, key, nearest)
				: "Change \"%s\": it %s.".formatted(key, reason);
	}

}
