package dev.breaker.spring.autoconfigure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;

/**
 * Takes the endpoints of others out that have the ids of the starter's, before any of
 * them is made.
 */
final class OtherEndpointsRemover implements BeanDefinitionRegistryPostProcessor {

	private static final Logger logger = LoggerFactory.getLogger(OtherEndpointsRemover.class);

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		if (registry instanceof ConfigurableListableBeanFactory beanFactory) {
			for (String id : EndpointIds.OWN) {
				EndpointIds.otherExtensions(beanFactory, id).forEach((name) -> remove(registry, name, id));
				EndpointIds.others(beanFactory, id).forEach((name) -> remove(registry, name, id));
			}
		}
	}

	private static void remove(BeanDefinitionRegistry registry, String beanName, String id) {
		if (registry.containsBeanDefinition(beanName)) {
			registry.removeBeanDefinition(beanName);
			logger.info("Bean '{}' gave way to Breaker's actuator endpoint {}, as {} asks for", beanName, id,
					EndpointIds.REPLACE_OTHERS);
		}
	}

}
