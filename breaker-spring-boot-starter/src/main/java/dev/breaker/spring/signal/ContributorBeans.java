package dev.breaker.spring.signal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.util.function.SingletonSupplier;

/**
 * The health contributors that are beans of a context in which Spring Boot has registered
 * none: where a parent context has a registry, a child gets none. Safe for use by many
 * threads.
 */
public final class ContributorBeans implements HealthSource {

	private final SingletonSupplier<Map<String, HealthContributor>> beans;

	private ContributorBeans(SingletonSupplier<Map<String, HealthContributor>> beans) {
		this.beans = beans;
	}

	/**
	 * Creates a source, which gets the beans at the first look.
	 * @param <C> the type of the beans
	 * @param beanFactory has the beans; those of a parent context are left out
	 * @param type the type of the beans
	 * @param naming gives the name of a contributor by that of its bean
	 * @param adapter makes a contributor of a bean
	 * @return the source
	 */
	public static <C> ContributorBeans of(ListableBeanFactory beanFactory, Class<C> type, UnaryOperator<String> naming,
			Function<C, HealthContributor> adapter) {
		return new ContributorBeans(SingletonSupplier.of(() -> {
			Map<String, HealthContributor> byName = new LinkedHashMap<>();
			beanFactory.getBeansOfType(type)
				.forEach((name, bean) -> byName.put(naming.apply(name), adapter.apply(bean)));
			return byName;
		}));
	}

	@Override
	public @Nullable HealthContributor find(String name) {
		return this.beans.obtain().get(name);
	}

	@Override
	public Stream<String> names() {
		return this.beans.obtain().keySet().stream();
	}

}
