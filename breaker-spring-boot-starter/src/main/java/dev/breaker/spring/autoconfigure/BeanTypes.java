package dev.breaker.spring.autoconfigure;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The types of the beans of one context, for conditions: each definition is looked at
 * once, and not by each condition. Used by the thread that reads the definitions.
 */
final class BeanTypes {

	private static final String ATTRIBUTE = BeanTypes.class.getName();

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<String, Looked> looked = new HashMap<>();

	private BeanTypes(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/** Kept with the definition that is there where any part of the starter is. */
	static BeanTypes of(ConfigurableListableBeanFactory beanFactory) {
		if (!beanFactory.containsBeanDefinition(BreakerAutoConfiguration.PRESENT)) {
			return new BeanTypes(beanFactory);
		}
		BeanDefinition keeper = beanFactory.getBeanDefinition(BreakerAutoConfiguration.PRESENT);
		if (keeper.getAttribute(ATTRIBUTE) instanceof BeanTypes kept && kept.beanFactory == beanFactory) {
			return kept;
		}
		BeanTypes types = new BeanTypes(beanFactory);
		keeper.setAttribute(ATTRIBUTE, types);
		return types;
	}

	/** Once all conditions are evaluated. */
	static void forget(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.containsBeanDefinition(BreakerAutoConfiguration.PRESENT)
				&& beanFactory.getBeanDefinition(BreakerAutoConfiguration.PRESENT)
					.removeAttribute(ATTRIBUTE) instanceof BeanTypes kept) {
			// The merged definition may have it, too
			kept.looked.clear();
		}
	}

	/** Whether there is a bean of a type, as far as can be told without making any. */
	boolean include(Class<?> type) {
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			if (look(name, this.beanFactory.getBeanDefinition(name)).isOf(type)) {
				return true;
			}
		}
		for (String name : this.beanFactory.getSingletonNames()) {
			if (!this.beanFactory.containsBeanDefinition(name) && look(name).isOf(type)) {
				return true;
			}
		}
		return false;
	}

	private Found look(String name, BeanDefinition definition) {
		Looked before = this.looked.get(name);
		if (before != null && before.definition == definition) {
			return before.found;
		}
		Found found = (definition.isAbstract() || isMadeByProduct(name)) ? Found.NOTHING : look(name);
		if (found.bean() != null) {
			this.looked.put(name, new Looked(definition, found));
		}
		return found;
	}

	/** Whether nothing is known before a factory has made what makes it. */
	private boolean isMadeByProduct(String name) {
		String maker = this.beanFactory.getMergedBeanDefinition(name).getFactoryBeanName();
		return maker != null && isFactory(maker) && !this.beanFactory.containsSingleton(maker);
	}

	private boolean isFactory(String name) {
		try {
			return this.beanFactory.containsBean(name) && this.beanFactory.isFactoryBean(name);
		}
		catch (BeansException ex) {
			// Its class is missing
			return false;
		}
	}

	private Found look(String name) {
		Class<?> bean = type(name);
		return new Found(bean, isFactory(name) ? type(BeanFactory.FACTORY_BEAN_PREFIX + name) : null);
	}

	private @Nullable Class<?> type(String name) {
		try {
			return this.beanFactory.getType(name, false);
		}
		catch (BeansException ex) {
			// One whose class is missing, which the look by type passes over, too
			return null;
		}
	}

	/**
	 * What is known of a bean.
	 *
	 * @param bean its type, or that of what a factory makes
	 * @param factory the type of the factory
	 */
	private record Found(@Nullable Class<?> bean, @Nullable Class<?> factory) {

		static final Found NOTHING = new Found(null, null);

		boolean isOf(Class<?> type) {
			return (this.bean != null && type.isAssignableFrom(this.bean))
					|| (this.factory != null && type.isAssignableFrom(this.factory));
		}

	}

	private record Looked(BeanDefinition definition, Found found) {
	}

}
