package dev.breaker.spring.probe;

import java.util.List;

import dev.breaker.spring.CircuitBreakerProbe;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.Status;

/**
 * Asks a health contributor, and all parts of one that has parts. Only what is UP is
 * well.
 */
final class HealthProbe implements CircuitBreakerProbe {

	/** What a bean may be. */
	static final List<Class<?>> TYPES = List.of(HealthContributor.class, ReactiveHealthContributor.class);

	private final String name;

	private final HealthContributor contributor;

	private HealthProbe(String name, HealthContributor contributor) {
		this.name = name;
		this.contributor = contributor;
	}

	/** Null where the bean is no health contributor. */
	static @Nullable HealthProbe of(String name, Object bean) {
		if (bean instanceof HealthContributor contributor) {
			return new HealthProbe(name, contributor);
		}
		return (bean instanceof ReactiveHealthContributor reactive)
				? new HealthProbe(name, reactive.asHealthContributor()) : null;
	}

	@Override
	public void probe() throws ProbeFailedException {
		check(this.name, this.contributor);
	}

	private static void check(String name, HealthContributor contributor) throws ProbeFailedException {
		if (contributor instanceof HealthIndicator indicator) {
			Health health = indicator.health();
			if (health == null || !Status.UP.equals(health.getStatus())) {
				throw new ProbeFailedException(describe(name, health));
			}
		}
		else if (contributor instanceof CompositeHealthContributor parts) {
			for (HealthContributors.Entry part : parts) {
				check(name + "/" + part.name(), part.contributor());
			}
		}
	}

	private static String describe(String name, @Nullable Health health) {
		if (health == null) {
			return name + " has no health";
		}
		Object error = health.getDetails().get("error");
		return "%s is %s%s".formatted(name, health.getStatus(), (error != null) ? ": " + error : "");
	}

}
