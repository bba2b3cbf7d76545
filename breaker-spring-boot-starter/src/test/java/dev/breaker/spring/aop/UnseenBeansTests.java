package dev.breaker.spring.aop;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.Ordered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Beans that are no ordinary definitions, and what is said about them.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnseenBeansTests {

	private static final String UNUSED = "No annotation in this context names these circuit breakers of breaker.instances";

	@Test
	void anObjectThatWasRegisteredIsNamedAsUnguarded(CapturedOutput output) {
		runner(Known.class)
			.withInitializer((context) -> context.getBeanFactory().registerSingleton("byHand", new Registered()))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Registered.class).call();
				assertThat(output.toString().lines().filter((line) -> line.contains("'byHand'"))).singleElement()
					.asString()
					.contains("WARN", "registerSingleton", "Registered.call()", "not guarded");
				assertThat(output).doesNotContain(UNUSED);
			});
	}

	@Test
	void anObjectWithoutAnnotationsIsNotNamed(CapturedOutput output) {
		Contexts.with(Known.class)
			.withInitializer((context) -> context.getBeanFactory().registerSingleton("plain", new Object()))
			.run((context) -> assertThat(output).doesNotContain("not guarded"));
	}

	@Test
	void anUnusedNameIsNamedWithTheNearestAnnotation(CapturedOutput output) {
		Contexts.with(LazyOfKnownClass.class)
			.withPropertyValues("breaker.instances.hiden.failure-rate-threshold=40",
					"breaker.instances.inventory.failure-rate-threshold=40", "breaker.health.down-when-open=inventroy")
			.run((context) -> assertThat(output)
				.contains(UNUSED + ": hiden (did you mean 'hidden'?), inventory" + System.lineSeparator())
				.contains("in breaker.health.down-when-open: inventroy (did you mean 'inventory'?)"));
	}

	@Test
	void whatAFactoryMakesIsNotCalledUnused(CapturedOutput output) {
		runner(Known.class, AnyFactory.class).run((context) -> {
			assertThat(output).doesNotContain(UNUSED).contains("are not created yet", "unseenBeansTests.AnyFactory");
			Client client = (Client) context.getBean("unseenBeansTests.AnyFactory");
			client.call();
			assertThat(Contexts.recorded(context, "hidden")).isOne();
			Contexts.breaker(context, "hidden").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(client::call);
		});
	}

	@Test
	void whatAFactoryMadeDuringTheStartIsKnown(CapturedOutput output) {
		runner(Known.class, UsedFactory.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).doesNotContain(UNUSED).doesNotContain("are not created yet");
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).contains("hidden");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { WrapperBefore.class, ReplacerBefore.class })
	void aBeanThatWasWrappedBeforeItsGuardsIsNamed(Class<?> wrapper, CapturedOutput output) {
		Contexts.with(wrapper, WrappedBean.class).run((context) -> {
			context.getBean(Client.class).call();
			assertThat(output.toString().lines().filter((line) -> line.contains("'wrapped'"))).singleElement()
				.asString()
				.contains("WARN", "HiddenClient.call()", "not guarded", "BeanPostProcessor");
		});
	}

	@Test
	void aBeanThatIsWrappedAfterItsGuardsIsNotNamed(CapturedOutput output) {
		Contexts.with(WrapperAfter.class, WrappedBean.class).run((context) -> {
			context.getBean(Client.class).call();
			assertThat(Contexts.recorded(context, "hidden")).isOne();
			assertThat(output).doesNotContain("not guarded");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { GivenToProxyFactoryBean.class, GivenToUnknownFactory.class, GivenToAnyFactory.class })
	void aFactoryOfUnknownTypeMayBeGivenAGuardedBean(Class<?> configuration) {
		Contexts.with(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean("target", Known.class).call();
			assertThat(Contexts.recorded(context, "known")).isOne();
			assertThat(context.getBean("product")).isNotNull();
		});
	}

	@Test
	void aLazyBeanOfUnknownClassIsNotCalledUnused(CapturedOutput output) {
		runner(Known.class, LazyBeans.class).run((context) -> {
			assertThat(output).doesNotContain(UNUSED).contains("lazyClient");
			context.getBean("lazyClient", Client.class).call();
			assertThat(Contexts.recorded(context, "hidden")).isOne();
		});
		runner(Known.class, LazyBeans.class).withPropertyValues("spring.main.lazy-initialization=true")
			.run((context) -> assertThat(output).doesNotContain(UNUSED));
	}

	@ParameterizedTest
	@ValueSource(classes = { LazyWithFallback.class, PrototypeWithFallback.class, ScopedWithFallback.class,
			EagerWithFallback.class })
	void theFallbackOfABeanThatIsNotMadeYetMayBeInItsClass(Class<?> configuration) {
		for (String lazy : List.of("false", "true")) {
			Contexts.with(configuration)
				.withPropertyValues("spring.main.lazy-initialization=" + lazy)
				.run((context) -> {
					assertThat(context).hasNotFailed();
					Contexts.breaker(context, "api").forceOpen();
					assertThat(context.getBean(Api.class).call()).isEqualTo("instead");
				});
		}
	}

	@Test
	void aFallbackThatTheClassHasNotEitherIsFoundWhenTheBeanIsMade() {
		Contexts.with(LazyWithoutFallback.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThatException().isThrownBy(() -> context.getBean(Api.class))
				.havingRootCause()
				.withMessageContaining("The fallbackMethod \"instead\" of " + ApiWithoutFallback.class.getName());
		});
	}

	@Test
	void aLazyBeanOfKnownClassIsFound(CapturedOutput output) {
		runner(Known.class, LazyOfKnownClass.class).run((context) -> {
			assertThat(output).doesNotContain(UNUSED).doesNotContain("are not created yet");
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).contains("hidden");
		});
	}

	@Test
	void whatReallyNoAnnotationNamesIsStillReported(CapturedOutput output) {
		runner(Known.class).run((context) -> assertThat(output).contains(UNUSED + ": hidden"));
	}

	@Test
	void aBeanThatIsNullExcusesNothing(CapturedOutput output) {
		runner(Known.class, NullBean.class)
			.run((context) -> assertThat(output).contains(UNUSED + ": hidden").doesNotContain("are not created yet"));
	}

	private static ApplicationContextRunner runner(Class<?>... classes) {
		return Contexts.with(classes)
			.withPropertyValues("breaker.instances.hidden.sliding-window-size=7",
					"breaker.instances.known.sliding-window-size=8");
	}

	@Configuration(proxyBeanMethods = false)
	static class NullBean {

		@Bean
		Client nothing() {
			return null;
		}

	}

	static class Known {

		@CircuitBreaker(name = "known")
		public void call() {
		}

	}

	static class Registered {

		@CircuitBreaker(name = "hidden")
		public void call() {
		}

	}

	interface Client {

		void call();

	}

	static class HiddenClient implements Client {

		@Override
		@CircuitBreaker(name = "hidden")
		public void call() {
		}

	}

	static class AnyFactory implements FactoryBean<Object> {

		@Override
		public Object getObject() {
			return new HiddenClient();
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GivenToProxyFactoryBean {

		@Bean
		Known target() {
			return new Known();
		}

		@Bean
		ProxyFactoryBean product(Known target) {
			ProxyFactoryBean factory = new ProxyFactoryBean();
			factory.setTarget(target);
			factory.setProxyTargetClass(true);
			return factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GivenToUnknownFactory {

		@Bean
		Known target() {
			return new Known();
		}

		@Bean
		FactoryBean<?> product(Known target) {
			return new FactoryOfAny(target);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GivenToAnyFactory {

		@Bean
		Known target() {
			return new Known();
		}

		@Bean
		FactoryOfAny product(Known target) {
			return new FactoryOfAny(target);
		}

	}

	static class FactoryOfAny implements FactoryBean<Object> {

		private final Known known;

		FactoryOfAny(Known known) {
			this.known = known;
		}

		@Override
		public Object getObject() {
			return List.of(this.known);
		}

		@Override
		public Class<?> getObjectType() {
			return List.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsedFactory {

		@Bean
		AnyFactory client() {
			return new AnyFactory();
		}

		@Bean
		String user(Client client) {
			return "user";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBeans {

		@Bean
		@Lazy
		Client lazyClient() {
			return new HiddenClient();
		}

		@Bean
		@Scope("prototype")
		Client prototypeClient() {
			return new HiddenClient();
		}

	}

	interface Api {

		@CircuitBreaker(name = "api", fallbackMethod = "instead")
		String call();

	}

	static class ApiWithFallback implements Api {

		@Override
		public String call() {
			return "value";
		}

		private String instead(Throwable thrown) {
			return "instead";
		}

	}

	static class ApiWithoutFallback implements Api {

		@Override
		public String call() {
			return "value";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyWithFallback {

		@Bean
		@Lazy
		Api api() {
			return new ApiWithFallback();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeWithFallback {

		@Bean
		@Scope("prototype")
		Api api() {
			return new ApiWithFallback();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedWithFallback {

		@Bean
		@Scope(value = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
		Api api() {
			return new ApiWithFallback();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EagerWithFallback {

		@Bean
		Api api() {
			return new ApiWithFallback();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyWithoutFallback {

		@Bean
		@Lazy
		Api api() {
			return new ApiWithoutFallback();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyOfKnownClass {

		@Bean
		@Lazy
		HiddenClient lazyClient() {
			return new HiddenClient();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WrappedBean {

		@Bean
		HiddenClient wrapped() {
			return new HiddenClient();
		}

	}

	/** Puts a proxy of its own around clients. */
	abstract static class Wrapper implements BeanPostProcessor, Ordered {

		private final int order;

		Wrapper(int order) {
			this.order = order;
		}

		@Override
		public int getOrder() {
			return this.order;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (!(bean instanceof Client client)) {
				return bean;
			}
			InvocationHandler handler = (proxy, method, arguments) -> method.invoke(client, arguments);
			return Proxy.newProxyInstance(Client.class.getClassLoader(), new Class<?>[] { Client.class }, handler);
		}

	}

	static class WrapperBefore extends Wrapper {

		WrapperBefore() {
			super(Ordered.HIGHEST_PRECEDENCE);
		}

	}

	static class WrapperAfter extends Wrapper {

		WrapperAfter() {
			super(Ordered.LOWEST_PRECEDENCE);
		}

	}

	static class ReplacerBefore implements BeanPostProcessor {

		@Override
		public Object postProcessBeforeInitialization(Object bean, String beanName) {
			return (bean instanceof Client client) ? new Client() {

				@Override
				public void call() {
					client.call();
				}

			} : bean;
		}

	}

}
