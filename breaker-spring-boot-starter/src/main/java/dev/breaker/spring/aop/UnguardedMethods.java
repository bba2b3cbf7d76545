package dev.breaker.spring.aop;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Counts annotated methods where there are no circuit breakers to guard them.
 */
public final class UnguardedMethods {

	private final ConfigurableListableBeanFactory beanFactory;

	private final AnnotatedTypes annotatedTypes = new AnnotatedTypes();

	/**
	 * Makes a counter.
	 * @param beanFactory has the beans
	 */
	public UnguardedMethods(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Counts the annotated methods of all beans, and makes none of the beans.
	 * @return how many there are
	 */
	public int count() {
		Set<String> methods = new HashSet<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			Subject subject = subject(name);
			if (subject != null) {
				add(subject, methods);
			}
		}
		return methods.size();
	}

	private @Nullable Subject subject(String name) {
		Object bean = this.beanFactory.containsSingleton(name) ? this.beanFactory.getSingleton(name) : null;
		if (bean != null && !(bean instanceof FactoryBean<?>)) {
			return Subject.ofBean(bean);
		}
		try {
			Class<?> type = this.beanFactory.getType(name, false);
			return (type != null) ? Subject.ofType(type) : null;
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

	private void add(Subject subject, Set<String> methods) {
		boolean mentions = this.annotatedTypes.mention(subject.type())
				|| subject.interfaces().stream().anyMatch(this.annotatedTypes::mention);
		if (!mentions) {
			return;
		}
		// What could not be guarded if there were circuit breakers is no problem now
		AnnotatedMethods.of(subject, (problem) -> {
		}).forEach((method) -> methods.add(method.describe()));
	}

}
