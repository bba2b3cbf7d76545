package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.DefaultStateChangeLogger;
import dev.breaker.spring.event.StateChangeLogger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.GenericBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which types conditions see.
 */
class BeanTypesTests {

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	@BeforeEach
	void withTheKeeper() {
		this.beans.registerBeanDefinition(BreakerAutoConfiguration.PRESENT, new RootBeanDefinition(BeansByType.class));
	}

	private boolean include(Class<?> type) {
		boolean included = BeanTypes.of(this.beans).include(type);
		assertThat(included).isEqualTo(this.beans.getBeanNamesForType(type, true, false).length > 0);
		return included;
	}

	@Test
	void aDefinitionThatComesBetweenTwoLooksIsSeen() {
		assertThat(include(StateChangeLogger.class)).isFalse();
		this.beans.registerBeanDefinition("log", new RootBeanDefinition(DefaultStateChangeLogger.class));
		assertThat(include(StateChangeLogger.class)).isTrue();
		assertThat(include(CircuitBreakerRegistry.class)).isFalse();
	}

	@Test
	void aDefinitionThatTakesThePlaceOfAnotherIsSeen() {
		this.beans.registerBeanDefinition("log", new RootBeanDefinition(String.class));
		assertThat(include(StateChangeLogger.class)).isFalse();
		this.beans.registerBeanDefinition("log", new RootBeanDefinition(DefaultStateChangeLogger.class));
		assertThat(include(StateChangeLogger.class)).isTrue();
		this.beans.removeBeanDefinition("log");
		assertThat(include(StateChangeLogger.class)).isFalse();
	}

	@Test
	void aSingletonWithoutDefinitionIsSeen() {
		assertThat(include(StateChangeLogger.class)).isFalse();
		this.beans.registerSingleton("log", new DefaultStateChangeLogger());
		assertThat(include(StateChangeLogger.class)).isTrue();
	}

	@Test
	void whatAFactoryMakesIsSeen() {
		this.beans.registerBeanDefinition("log", new RootBeanDefinition(LoggerFactoryBean.class));
		assertThat(include(StateChangeLogger.class)).isTrue();
		assertThat(this.beans.containsSingleton("log")).isFalse();
	}

	@Test
	void aFactoryIsSeenItself() {
		this.beans.registerBeanDefinition("text", new RootBeanDefinition(TextFactoryAndLogger.class));
		assertThat(include(StateChangeLogger.class)).isTrue();
		assertThat(include(CharSequence.class)).isTrue();
	}

	@Test
	void aFactoryWithoutDefinitionIsSeenItself() {
		this.beans.registerSingleton("text", new TextFactoryAndLogger());
		assertThat(include(StateChangeLogger.class)).isTrue();
		assertThat(include(CharSequence.class)).isTrue();
	}

	@Test
	void whatTheProductOfAFactoryMakesIsNotKnownBefore() {
		this.beans.registerBeanDefinition("holder", new RootBeanDefinition(HolderFactoryBean.class));
		RootBeanDefinition made = new RootBeanDefinition();
		made.setFactoryBeanName("holder");
		made.setFactoryMethodName("make");
		this.beans.registerBeanDefinition("log", made);
		assertThat(include(StateChangeLogger.class)).isFalse();
		assertThat(this.beans.containsSingleton("holder")).isFalse();
		this.beans.getBean("holder");
		assertThat(include(StateChangeLogger.class)).isTrue();
	}

	@Test
	void anAbstractDefinitionIsNone() {
		RootBeanDefinition template = new RootBeanDefinition(DefaultStateChangeLogger.class);
		template.setAbstract(true);
		this.beans.registerBeanDefinition("log", template);
		assertThat(include(StateChangeLogger.class)).isFalse();
	}

	@Test
	void aDefinitionWhoseClassIsMissingIsPassedOver() {
		GenericBeanDefinition missing = new GenericBeanDefinition();
		missing.setBeanClassName("there.is.no.such.Type");
		this.beans.registerBeanDefinition("missing", missing);
		this.beans.registerBeanDefinition("log", new RootBeanDefinition(DefaultStateChangeLogger.class));
		assertThat(include(StateChangeLogger.class)).isTrue();
		assertThat(include(CircuitBreakerRegistry.class)).isFalse();
	}

	@Test
	void eachDefinitionIsLookedAtOnce() {
		int[] looks = new int[1];
		DefaultListableBeanFactory counting = new DefaultListableBeanFactory() {

			@Override
			public Class<?> getType(String name, boolean allowFactoryBeanInit) {
				looks[0]++;
				return super.getType(name, allowFactoryBeanInit);
			}

		};
		counting.registerBeanDefinition(BreakerAutoConfiguration.PRESENT, new RootBeanDefinition(BeansByType.class));
		for (int i = 0; i < 9; i++) {
			counting.registerBeanDefinition("text" + i, new RootBeanDefinition(String.class));
		}
		for (int i = 0; i < 5; i++) {
			assertThat(BeanTypes.of(counting).include(StateChangeLogger.class)).isFalse();
		}
		assertThat(looks[0]).isEqualTo(10);
	}

	@Test
	void nothingIsKeptOnceTheBeansAreMade() {
		BeanTypes types = BeanTypes.of(this.beans);
		assertThat(BeanTypes.of(this.beans)).isSameAs(types);
		this.beans.getBean(BreakerAutoConfiguration.PRESENT);
		assertThat(this.beans.getBeanDefinition(BreakerAutoConfiguration.PRESENT).attributeNames()).isEmpty();
	}

	static class TextFactoryAndLogger implements FactoryBean<String>, StateChangeLogger {

		@Override
		public String getObject() {
			return "text";
		}

		@Override
		public Class<?> getObjectType() {
			return String.class;
		}

	}

	static class HolderFactoryBean implements FactoryBean<Holder> {

		@Override
		public Holder getObject() {
			return new Holder();
		}

		@Override
		public Class<?> getObjectType() {
			return Holder.class;
		}

	}

	static class Holder {

		StateChangeLogger make() {
			return new DefaultStateChangeLogger();
		}

	}

	static class LoggerFactoryBean implements FactoryBean<StateChangeLogger> {

		@Override
		public StateChangeLogger getObject() {
			return new DefaultStateChangeLogger();
		}

		@Override
		public Class<?> getObjectType() {
			return StateChangeLogger.class;
		}

	}

}
