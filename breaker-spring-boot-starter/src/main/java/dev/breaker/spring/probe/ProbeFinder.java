package dev.breaker.spring.probe;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.breaker.spring.CircuitBreakerProbe;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds what the property {@code probe} names: a URL, or a bean that is a
 * {@link CircuitBreakerProbe} or a health contributor. It makes no bean before it is to
 * probe. Safe for use by many threads.
 */
public final class ProbeFinder {

	private static final String HEALTH = "org.springframework.boot.health.contributor.";

	private static final String OWN_HEALTH = "dev.breaker.spring.actuate.CircuitBreakersHealthIndicator";

	private final ConfigurableListableBeanFactory beanFactory;

	private final boolean hasHealth;

	private final SingletonSupplier<Client> client = SingletonSupplier.of(Client::new);

	/**
	 * Creates a finder.
	 * @param beanFactory has the beans
	 */
	public ProbeFinder(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		this.hasHealth = ClassUtils.isPresent(HEALTH + "HealthContributor", classLoader);
	}

	/** What a bean may be. */
	private List<Class<?>> types() {
		List<Class<?>> types = new ArrayList<>(List.of(CircuitBreakerProbe.class));
		if (this.hasHealth) {
			types.addAll(HealthProbe.TYPES);
		}
		return types;
	}

	/**
	 * Whether something can probe under a name.
	 * @param probe what the property says
	 * @return whether it is a URL, or there is a bean of that name
	 */
	boolean knows(String probe) {
		return isUrl(probe) || this.beanFactory.containsBean(probe);
	}

	private static boolean isUrl(String probe) {
		return probe.contains("://");
	}

	/**
	 * Why what the property names cannot probe. It only looks at types.
	 * @param probe what the property says
	 * @return the requirement that it does not meet, or {@code null} where it can probe
	 */
	public @Nullable String problem(String probe) {
		if (isUrl(probe)) {
			return HttpProbe.problem(probe);
		}
		if (!this.beanFactory.containsBean(probe)) {
			return "must be the name of a bean that is a CircuitBreakerProbe or a HealthIndicator, or a URL, and there is no bean of that name";
		}
		Class<?> type = this.beanFactory.getType(probe, false);
		if (type == null) {
			return null;
		}
		if (type.getName().equals(OWN_HEALTH)) {
			return "must tell of the other side, and that bean tells the states of circuit breakers";
		}
		return types().stream().anyMatch((valid) -> valid.isAssignableFrom(type)) ? null
				: "must be the name of a bean that is a CircuitBreakerProbe or a HealthIndicator, and that one is a "
						+ type.getName();
	}

	/**
	 * The beans that can probe.
	 * @return their names
	 */
	public List<String> names() {
		return types().stream()
			.flatMap((type) -> Arrays
				.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, type, true, false)))
			.toList();
	}

	/**
	 * What probes, made now where it is a bean that is not there yet.
	 * @param probe what the property says
	 * @param timeout how long it may take
	 * @return the probe
	 */
	CircuitBreakerProbe find(String probe, Duration timeout) {
		if (isUrl(probe)) {
			return new HttpProbe(this.client.obtain().http, probe, timeout);
		}
		Object bean = this.beanFactory.getBean(probe);
		CircuitBreakerProbe found = (bean instanceof CircuitBreakerProbe own) ? own
				: this.hasHealth ? HealthProbe.of(probe, bean) : null;
		if (found == null) {
			throw new IllegalStateException("Bean '%s' is neither a CircuitBreakerProbe nor a HealthIndicator, but a %s"
				.formatted(probe, bean.getClass().getName()));
		}
		return found;
	}

	/** Needed, and loaded, where there is a URL. */
	private static final class Client {

		private final HttpClient http = HttpProbe.newClient();

	}

}
