package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.ApplicationContext;

/**
 * What contexts that are parent and child have together. A context that has a registry of
 * its own has its own whole of the starter; any other shares that of the ancestor whose
 * registry it sees, and has of its own only what is missing there, and what belongs to
 * its beans.
 */
final class Hierarchy {

	private Hierarchy() {
	}

	static boolean hasOwnRegistry(BeanFactory beanFactory) {
		return has(beanFactory, CircuitBreakerRegistry.class);
	}

	/** Whether the context, or one that it shares the whole with, has such a bean. */
	static boolean sharesAny(@Nullable BeanFactory beanFactory, Class<?> type) {
		BeanFactory each = beanFactory;
		while (each != null) {
			if (has(each, type)) {
				return true;
			}
			BeanFactory parent = parent(each);
			// Looks through all beans: asked only where the answer matters
			each = (parent != null && !hasOwnRegistry(each)) ? parent : null;
		}
		return false;
	}

	/** Whether an ancestor that this context shares the whole with has such a bean. */
	static boolean isInherited(BeanFactory beanFactory, Class<?> type) {
		BeanFactory parent = parent(beanFactory);
		return parent != null && !has(beanFactory, type) && parentSharesAny(beanFactory, type);
	}

	/** Whether an ancestor has, whatever this context has itself. */
	static boolean parentSharesAny(BeanFactory beanFactory, Class<?> type) {
		BeanFactory parent = parent(beanFactory);
		return parent != null && !hasOwnRegistry(beanFactory) && sharesAny(parent, type);
	}

	/** The bean of an ancestor that this context shares the whole with. */
	static <T> @Nullable T inherited(BeanFactory beanFactory, Class<T> type) {
		BeanFactory parent = parent(beanFactory);
		return (parent != null && parentSharesAny(beanFactory, type)) ? parent.getBeanProvider(type).getIfUnique()
				: null;
	}

	private static @Nullable BeanFactory parent(BeanFactory beanFactory) {
		BeanFactory parent = (beanFactory instanceof HierarchicalBeanFactory hierarchical)
				? hierarchical.getParentBeanFactory() : null;
		return (parent instanceof ApplicationContext context) ? context.getAutowireCapableBeanFactory() : parent;
	}

	private static boolean has(BeanFactory beanFactory, Class<?> type) {
		return beanFactory instanceof ListableBeanFactory listable
				&& listable.getBeanNamesForType(type, true, false).length > 0;
	}

}
