package dev.breaker.spring.signal;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.fallback.RefusalFinder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Looks at the health of one contributor. One that is made of others is down when any of
 * them is, and one that throws is down. Where a circuit breaker refused what an indicator
 * calls, nothing is known: a breaker that is open would keep itself open.
 */
final class HealthLook {

	/** Between the names of a contributor and of one inside of it. */
	private static final String INSIDE = "/";

	private static final String ERROR = "error";

	/** Of what was thrown, a contributor that is down keeps the text alone. */
	private static final String REFUSAL = CallNotPermittedException.class.getName();

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private final List<HealthSource> sources;

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	HealthLook(List<HealthSource> sources) {
		this.sources = List.copyOf(sources);
	}

	/**
	 * Whether there is a contributor.
	 * @param name its name
	 * @return whether one is found
	 */
	boolean knows(String name) {
		return find(name) != null;
	}

	private @Nullable HealthContributor find(String name) {
		String[] path = name.split(INSIDE, -1);
		HealthContributor found = null;
		for (HealthSource source : this.sources) {
			found = (found != null) ? found : source.find(path[0]);
		}
		for (int i = 1; i < path.length; i++) {
			found = (found instanceof CompositeHealthContributor outer) ? outer.getContributor(path[i]) : null;
		}
		return found;
	}

	/**
	 * Asks a contributor how it is.
	 * @param name its name
	 * @return what is wrong, in one line; {@code null} where nothing is, or nothing is
	 * known
	 */
	@Nullable String trouble(String name) {
		HealthContributor found = find(name);
		return (found != null) ? trouble(found) : null;
	}

	private static @Nullable String trouble(HealthContributor contributor) {
		if (contributor instanceof HealthIndicator indicator) {
			return trouble(indicator);
		}
		if (contributor instanceof CompositeHealthContributor composite) {
			for (HealthContributors.Entry entry : composite) {
				String trouble = trouble(entry.contributor());
				if (trouble != null) {
					return entry.name() + ": " + trouble;
				}
			}
		}
		return null;
	}

	private static @Nullable String trouble(HealthIndicator indicator) {
		try {
			Health health = indicator.health(true);
			if (health == null) {
				return null;
			}
			Status status = health.getStatus();
			if (!status.equals(Status.DOWN) && !status.equals(Status.OUT_OF_SERVICE)) {
				return null;
			}
			Object error = health.getDetails().get(ERROR);
			if (error == null) {
				return status.getCode();
			}
			String text = error.toString();
			return !text.contains(REFUSAL) ? status.getCode() + ": " + text : null;
		}
		catch (Throwable ex) {
			return (RefusalFinder.in(ex) == null) ? "threw " + ex.getClass().getName() : null;
		}
	}

	/**
	 * The names of all contributors.
	 * @return the names
	 */
	Stream<String> names() {
		return this.sources.stream().flatMap(HealthSource::names);
	}

	/**
	 * Warns of a name that no contributor has, once.
	 * @param name the name
	 * @param present the names that contributors have
	 */
	void reportMissing(String name, Stream<String> present) {
		if (this.logged.add(name)) {
			logger.warn(
					"There is no health contributor for this name in open-when-down, and it opens no circuit breaker: {}",
					BreakerConfigs.list(Set.of(name), present.collect(Collectors.toCollection(TreeSet::new))));
		}
	}

}
