package dev.breaker.spring.autoconfigure;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the beans that guards are made of, while the first annotated bean is being made.
 * Unlike parameters of bean methods, it makes no {@code FactoryBean} to learn what that
 * gives: it may need the very bean that is being made. Injected by its name, for the same
 * reason.
 */
final class BeansByType implements BeanFactoryAware {

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		ConfigurableListableBeanFactory all = (ConfigurableListableBeanFactory) beanFactory;
		BeanTypes.forget(all);
		this.beanFactory = all;
	}

	ConfigurableListableBeanFactory beanFactory() {
		return Objects.requireNonNull(this.beanFactory);
	}

	/** The bean of a type, as it is injected. */
	<T> T get(Class<T> type) {
		return Objects.requireNonNull(resolve(type, true));
	}

	/** The bean of a type, or {@code null} where there is none. */
	<T> @Nullable T find(Class<T> type) {
		return resolve(type, false);
	}

	/** All beans of a type, in their order. */
	<T> List<T> all(Class<T> type) {
		return beanFactory().getBeanProvider(type, false).orderedStream().toList();
	}

	private <T> @Nullable T resolve(Class<T> type, boolean required) {
		Object bean = beanFactory().resolveDependency(new NotEager(type, required), null);
		return (bean != null) ? type.cast(bean) : null;
	}

	/** What would be injected. */
	private static final class NotEager extends DependencyDescriptor {

		private static final long serialVersionUID = 1L;

		private final Class<?> type;

		NotEager(Class<?> type, boolean required) {
			super(Objects.requireNonNull(ReflectionUtils.findField(NotEager.class, "type")), required, false);
			this.type = type;
		}

		@Override
		public Class<?> getDependencyType() {
			return this.type;
		}

		@Override
		public ResolvableType getResolvableType() {
			return ResolvableType.forClass(this.type);
		}

	}

}
