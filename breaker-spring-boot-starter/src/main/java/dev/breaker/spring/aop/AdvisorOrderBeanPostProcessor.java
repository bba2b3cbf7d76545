package dev.breaker.spring.aop;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Puts the guards of each proxy in place once more when all ordered post-processors are
 * done, since some of these put their advice in front of what is there, as that of
 * Spring's {@code @Retryable}, or behind it, as that of {@code @Validated}. It has no
 * order, and so is called after those that have.
 */
public final class AdvisorOrderBeanPostProcessor implements BeanPostProcessor {

	private final CircuitBreakerBeanPostProcessor guards;

	/**
	 * Makes a post-processor.
	 * @param guards the post-processor that put the guards there
	 */
	public AdvisorOrderBeanPostProcessor(CircuitBreakerBeanPostProcessor guards) {
		this.guards = guards;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		this.guards.rearrange(bean);
		return bean;
	}

}
