package dev.breaker.spring.aop;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds annotated methods where there are no guards for them.
 */
public final class UnguardedMethodFinder {

	private final ConfigurableListableBeanFactory beanFactory;

	private final boolean weaving;

	private final AnnotatedTypes annotatedTypes = new AnnotatedTypes();

	/**
	 * Makes a finder.
	 * @param beanFactory has the beans
	 * @param weaving whether an aspect guards the methods that it is woven into
	 */
	public UnguardedMethodFinder(ConfigurableListableBeanFactory beanFactory, boolean weaving) {
		this.beanFactory = beanFactory;
		this.weaving = weaving;
	}

	/**
	 * Counts the annotated methods of all beans, and makes none of the beans.
	 * @return how many there are
	 */
	public int count() {
		Set<String> methods = new HashSet<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			methods.addAll(methodsOf(name));
		}
		return methods.size();
	}

	/**
	 * Finds the beans that have annotated methods, and makes none of them.
	 * @return their names, sorted
	 */
	public Set<String> beans() {
		Set<String> beans = new TreeSet<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			if (!methodsOf(name).isEmpty()) {
				beans.add(name);
			}
		}
		return beans;
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

	private Set<String> methodsOf(String bean) {
		Subject subject = subject(bean);
		if (subject == null || (!this.annotatedTypes.mention(subject.type())
				&& subject.interfaces().stream().noneMatch(this.annotatedTypes::mention))) {
			return Set.of();
		}
		Set<String> methods = new HashSet<>();
		// Where nothing is guarded, what cannot be guarded is no problem
		AnnotatedMethodFinder.of(subject, true, (problem) -> {
		})
			.stream()
			.filter((method) -> !(this.weaving && method.woven()))
			.forEach((method) -> methods.add(method.describe()));
		return methods;
	}

}
