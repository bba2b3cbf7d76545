package dev.breaker.spring.signal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorNameGenerator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * The health contributors of a context: those that Spring Boot has registered there, or
 * in a parent context, then those that are beans of a context without a registry, then
 * those of sources of the application's own. They are looked for when the first is asked
 * for, so that an application that has none to watch pays nothing. Safe for use by many
 * threads.
 */
public final class HealthSources implements HealthSource {

	private static final String FLUX = "reactor.core.publisher.Flux";

	private final SingletonSupplier<List<HealthSource>> sources;

	/**
	 * Creates a source that has looked for nothing yet.
	 * @param beanFactory has the beans
	 */
	public HealthSources(ListableBeanFactory beanFactory) {
		this.sources = SingletonSupplier.of(() -> sources(beanFactory));
	}

	@Override
	public @Nullable HealthContributor find(String name) {
		for (HealthSource source : this.sources.obtain()) {
			HealthContributor found = source.find(name);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	@Override
	public Stream<String> names() {
		return this.sources.obtain().stream().flatMap(HealthSource::names);
	}

	private static List<HealthSource> sources(ListableBeanFactory beanFactory) {
		boolean reactive = ClassUtils.isPresent(FLUX, HealthSources.class.getClassLoader());
		List<HealthSource> sources = new ArrayList<>();
		HealthContributorRegistry registry = beanFactory.getBeanProvider(HealthContributorRegistry.class).getIfUnique();
		if (registry != null) {
			sources.add(new Registered(registry));
		}
		if (reactive) {
			Reactive.addRegistered(beanFactory, sources);
		}
		if (isAbsent(HealthContributorRegistry.class, beanFactory)) {
			sources.add(ContributorBeans.of(beanFactory, HealthContributor.class, naming(beanFactory),
					(contributor) -> contributor));
		}
		if (reactive) {
			Reactive.addBeans(beanFactory, sources);
		}
		beanFactory.getBeanProvider(HealthSource.class).orderedStream().forEach(sources::add);
		return sources;
	}

	/** Whether the context has none of its own, whatever its parents have. */
	private static boolean isAbsent(Class<?> type, ListableBeanFactory beanFactory) {
		return beanFactory.getBeanNamesForType(type, true, false).length == 0;
	}

	/** As Spring Boot names contributors that it registers. */
	private static UnaryOperator<String> naming(ListableBeanFactory beanFactory) {
		return beanFactory.getBeanProvider(HealthContributorNameGenerator.class)
			.getIfAvailable(HealthContributorNameGenerator::withoutStandardSuffixes)::generateContributorName;
	}

	private record Registered(HealthContributorRegistry registry) implements HealthSource {

		@Override
		public @Nullable HealthContributor find(String name) {
			return this.registry.getContributor(name);
		}

		@Override
		public Stream<String> names() {
			return this.registry.stream().map(HealthContributors.Entry::name);
		}

	}

	/** Loaded where there is Reactor. */
	private record Reactive(ReactiveHealthContributorRegistry registry) implements HealthSource {

		static void addRegistered(ListableBeanFactory beanFactory, List<HealthSource> sources) {
			ReactiveHealthContributorRegistry registry = beanFactory
				.getBeanProvider(ReactiveHealthContributorRegistry.class)
				.getIfUnique();
			if (registry != null) {
				sources.add(new Reactive(registry));
			}
		}

		static void addBeans(ListableBeanFactory beanFactory, List<HealthSource> sources) {
			if (isAbsent(ReactiveHealthContributorRegistry.class, beanFactory)) {
				sources.add(ContributorBeans.of(beanFactory, ReactiveHealthContributor.class, naming(beanFactory),
						ReactiveHealthContributor::asHealthContributor));
			}
		}

		@Override
		public @Nullable HealthContributor find(String name) {
			ReactiveHealthContributor found = this.registry.getContributor(name);
			return (found != null) ? found.asHealthContributor() : null;
		}

		@Override
		public Stream<String> names() {
			return this.registry.stream().map(ReactiveHealthContributors.Entry::name);
		}

	}

}
