package dev.breaker.spring.test;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Adds the beans of {@link AutoConfigureCircuitBreakers} to the context of a test. Which
 * breakers are open is none of the context, so that all such tests can share one.
 */
class CircuitBreakersContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureCircuitBreakers.class)
				? new Customizer() : null;
	}

	// All are equal: a part of the key of a cached context
	private record Customizer() implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration config) {
			BeanDefinitionRegistry beans = (context instanceof BeanDefinitionRegistry registry) ? registry
					: (BeanDefinitionRegistry) context.getBeanFactory();
			new AnnotatedBeanDefinitionReader(beans).register(CircuitBreakersTestConfiguration.Deferred.class);
		}

	}

}
