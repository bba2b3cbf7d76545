package dev.breaker.spring.aop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

import dev.breaker.annotation.CircuitBreaker;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanNameAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an annotation asks for and cannot have stops the application.
 */
class InvalidCircuitBreakerAnnotationTests {

	@Test
	void aPlaceholderWithoutAValueStopsTheApplication() {
		Contexts.with(AnnotatedMethodFinderTests.Placeholder.class)
			.run(failure("The circuit breaker's name \"${shop.breaker}-breaker\" on",
					"Placeholder.guarded() cannot be resolved", "shop.breaker"));
	}

	@Test
	void nameWithABlankAtAnEndIsRefused() {
		Contexts.with(PaddedName.class)
			.run(failure("The circuit breaker's name \" payments\" on",
					"PaddedName.guarded() begins or ends with a blank"));
	}

	static class PaddedName {

		@CircuitBreaker(name = " payments")
		public void guarded() {
		}

	}

	@Test
	void anEmptyNameStopsTheApplication() {
		Contexts.with(EmptyName.class).run(failure("The circuit breaker's name on", "EmptyName.guarded() is empty"));
	}

	@Test
	void whatALazyBeanOrAPrototypeAsksForIsCheckedAtStartToo() {
		Contexts.with(LazyWithoutFallback.class)
			.run((context) -> assertThat(context.getStartupFailure()).isNotNull()
				.hasMessageContaining("The fallbackMethod \"missing\" of"));
		Contexts.with(AnnotatedMethodFinderTests.OnMethod.class)
			.withPropertyValues("spring.main.lazy-initialization=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void anAnnotatedPrivateMethodStopsTheApplication() {
		Contexts.with(PrivateMethod.class)
			.run(failure("would do nothing for", "PrivateMethod.guarded(String): the method is private"));
	}

	@Test
	void anAnnotatedStaticMethodStopsTheApplication() {
		Contexts.with(StaticMethod.class).run(failure("StaticMethod.guarded(): the method is static"));
	}

	@Test
	void anAnnotatedFinalMethodStopsTheApplication() {
		Contexts.with(FinalMethod.class).run(failure("FinalMethod.guarded(): the method is final"));
	}

	@Test
	void aFinalMethodOfAnAnnotatedClassStopsTheApplication() {
		Contexts.with(FinalMethodOfClass.class).run(failure("FinalMethodOfClass.fixed(): the method is final"));
	}

	@Test
	void aFinalClassStopsTheApplication() {
		Contexts.with(FinalClass.class).run(failure("FinalClass", "the class is final"));
	}

	@Test
	void aMethodThatNoInterfaceOfTheProxyHasStopsTheApplication() {
		Contexts.with(NotInInterface.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run(failure("NotInInterface.guarded(): the bean is proxied by its interfaces"));
	}

	@Test
	void theRemedyHelpsWithoutBootsProxiesToo() {
		Contexts.with(NotInInterface.class)
			.withPropertyValues("spring.aop.auto=false")
			.run((context) -> assertThat(Contexts.analysis(context).getAction())
				.contains("set spring.aop.proxy-target-class=true"));
		Contexts.with(NotInInterface.class)
			.withPropertyValues("spring.aop.auto=false", "spring.aop.proxy-target-class=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { OnBeanMethod.class, OnLiteBeanMethod.class, OnStaticBeanMethod.class,
			OnPrivateBeanMethod.class })
	void onABeanMethodItStopsTheApplication(Class<?> configuration) {
		Contexts.with(configuration).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).contains(configuration.getSimpleName() + ".client()",
					"would guard the making of the bean");
			assertThat(analysis.getAction()).contains("Annotate the class of the bean");
		});
	}

	@Test
	void onOtherMethodsThatMakeBeansItStopsTheApplication() {
		Contexts.with(OnFactoryBean.class).run(failure("OnFactoryBean.getObject()", "is that of a FactoryBean"));
		Contexts.with(OnLookup.class).run(failure("OnLookup.client()", "has @Lookup"));
		Contexts.with(OnFactoryBeanClass.class).run(failure("OnFactoryBeanClass would do nothing", "make beans"));
	}

	@Test
	void onAConfigurationClassItStopsTheApplication() {
		Contexts.with(OnConfiguration.class).run(failure("OnConfiguration would do nothing", "make beans"));
	}

	@Test
	void beanMethodsAmongOthersOfAnAnnotatedTypeAreLeftOut() {
		Contexts.with(ComponentWithBeanMethod.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(ComponentWithBeanMethod.class).call();
			assertThat(Contexts.recorded(context, "component")).isOne();
		});
	}

	@Test
	void onWhatTheContainerCallsItStopsTheApplication() {
		Contexts.with(Initialized.class).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).startsWith("There are 6 problems")
				.contains("would do nothing for", "the container calls the method on the object itself",
						"Initialized.begin()", "Initialized.end()", "Initialized.afterPropertiesSet()",
						"Initialized.destroy()", "Initialized.setContext(ApplicationContext)",
						"Initialized.setBeanName(String)");
			assertThat(analysis.getAction()).contains("Annotate a method of another bean");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { TwoComposed.class, TwoComposedOnClass.class, OfTwoMethods.class, OfTwoInterfaces.class })
	void twoBreakersForOneMethodStopTheApplication(Class<?> type) {
		Contexts.with(type).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).contains(
					type.getSimpleName() + ".call() has two circuit breakers that are equally near", "\"stock\"",
					"\"audit\" with fallbackMethod \"instead\"");
			assertThat(analysis.getAction()).contains("Annotate the method itself with @CircuitBreaker");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { OwnOfTwoMethods.class, OwnOfTwoInterfaces.class, OwnComposed.class, SpecificOfTwo.class,
			SpecificOfTwoTypes.class, EqualOfTwo.class })
	void theNearestOfSeveralBreakersHolds(Class<?> type) {
		Contexts.with(type).run((context) -> {
			assertThat(context).hasNotFailed();
			((Called) context.getBean(type)).call();
			assertThat(Contexts.recorded(context, "own")).isOne();
		});
	}

	@Test
	void allInvalidAnnotationsAreShownAtOnce() {
		Contexts
			.with(EmptyName.class, PrivateMethod.class, FinalMethod.class, FinalClass.class, LazyWithoutFallback.class,
					UnknownBean.class, Several.class, AnnotatedMethodFinderTests.OnMethod.class)
			.run((context) -> {
				FailureAnalysis analysis = Contexts.analysis(context);
				assertThat(analysis.getDescription()).startsWith("There are 9 problems")
					.contains("EmptyName.guarded() is empty", "PrivateMethod.guarded(String): the method is private",
							"FinalMethod.guarded(): the method is final", "FinalClass: the class is final",
							"The fallbackMethod \"missing\" of", "names the bean 'nowhere'",
							"Several.lazy(): it returns java.util.stream.Stream",
							"Several.fixed(): the method is final", "The fallbackMethod \"none\" of", "1. ", "9. ");
				assertThat(analysis.getAction()).contains("1. ", "9. ", "Give the name under which",
						"Write a method with one of these signatures");
			});
	}

	@Test
	void theFallbacksOfOtherBeansAreToldTogether() {
		Contexts.with(UnknownBean.class, UnknownBeanToo.class)
			.run(failure("There are 2 problems", "names the bean 'nowhere'", "names the bean 'nowhereElse'"));
	}

	private static ContextConsumer<AssertableApplicationContext> failure(String... parts) {
		return (context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).contains(parts);
			assertThat(analysis.getAction()).isNotBlank();
		};
	}

	static class EmptyName {

		@CircuitBreaker(name = " ")
		public void guarded() {
		}

	}

	@Lazy
	static class LazyWithoutFallback {

		@CircuitBreaker(name = "lazy", fallbackMethod = "missing")
		public void guarded() {
		}

	}

	static class PrivateMethod {

		@CircuitBreaker(name = "hidden")
		private void guarded(String argument) {
		}

	}

	static class StaticMethod {

		@CircuitBreaker(name = "static")
		public static void guarded() {
		}

	}

	static class FinalMethod {

		@CircuitBreaker(name = "final")
		public final void guarded() {
		}

	}

	@CircuitBreaker(name = "final")
	static class FinalMethodOfClass {

		public final void fixed() {
		}

	}

	static final class FinalClass {

		@CircuitBreaker(name = "final")
		public void guarded() {
		}

	}

	static class NotInInterface implements AnnotatedMethodFinderTests.Third {

		@Override
		public void third() {
		}

		@CircuitBreaker(name = "unreachable")
		public void guarded() {
		}

	}

	static class Client {

	}

	@Configuration
	static class OnBeanMethod {

		@Bean
		@CircuitBreaker(name = "client")
		Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnLiteBeanMethod {

		@Bean
		@CircuitBreaker(name = "client")
		public Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnStaticBeanMethod {

		@Bean
		@CircuitBreaker(name = "client")
		static Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnPrivateBeanMethod {

		@Bean
		@CircuitBreaker(name = "client")
		private Client client() {
			return new Client();
		}

	}

	static class OnFactoryBean implements FactoryBean<Client> {

		@Override
		@CircuitBreaker(name = "client")
		public Client getObject() {
			return new Client();
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	@CircuitBreaker(name = "clients")
	static class OnFactoryBeanClass implements FactoryBean<Client> {

		@Override
		public Client getObject() {
			return new Client();
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	static class OnLookup {

		@Lookup
		@CircuitBreaker(name = "client")
		public Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@CircuitBreaker(name = "clients")
	static class OnConfiguration {

		@Bean
		public Client client() {
			return new Client();
		}

	}

	@CircuitBreaker(name = "component")
	static class ComponentWithBeanMethod {

		@Bean
		public Client client() {
			return new Client();
		}

		public void call() {
		}

	}

	static class UnknownBean {

		@CircuitBreaker(name = "unknown", fallbackMethod = "nowhere::method")
		public void guarded() {
		}

	}

	static class UnknownBeanToo {

		@CircuitBreaker(name = "unknown", fallbackMethod = "nowhereElse::method")
		public void guarded() {
		}

	}

	static class Several {

		@CircuitBreaker(name = "several", fallbackMethod = "none")
		public java.util.stream.Stream<String> lazy() {
			return java.util.stream.Stream.empty();
		}

		@CircuitBreaker(name = "several")
		public final void fixed() {
		}

	}

	interface Called {

		void call();

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "stock")
	@interface Stock {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "audit", fallbackMethod = "instead")
	@interface Audit {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "own")
	@interface Own {

	}

	static class TwoComposed {

		@Stock
		@Audit
		public void call() {
		}

		void instead() {
		}

	}

	@Stock
	@Audit
	static class TwoComposedOnClass {

		public void call() {
		}

		void instead() {
		}

	}

	interface StockMethod extends Called {

		@Override
		@CircuitBreaker(name = "stock")
		void call();

	}

	interface AuditMethod extends Called {

		@Override
		@CircuitBreaker(name = "audit", fallbackMethod = "instead")
		void call();

	}

	@CircuitBreaker(name = "stock")
	interface StockType extends Called {

		@Override
		void call();

	}

	@CircuitBreaker(name = "audit", fallbackMethod = "instead")
	interface AuditType extends Called {

		@Override
		void call();

	}

	static class OfTwoMethods implements StockMethod, AuditMethod {

		@Override
		public void call() {
		}

		void instead() {
		}

	}

	static class OfTwoInterfaces implements StockType, AuditType {

		@Override
		public void call() {
		}

		void instead() {
		}

	}

	static class OwnOfTwoMethods implements StockMethod, AuditMethod {

		@Override
		@CircuitBreaker(name = "own")
		public void call() {
		}

	}

	static class OwnOfTwoInterfaces implements StockType, AuditType {

		@Override
		@Own
		public void call() {
		}

	}

	static class Annotated implements Called {

		@Override
		@CircuitBreaker(name = "stock")
		public void call() {
		}

	}

	/** A composed annotation is farther from its method, and nearer to the call. */
	static class OwnComposed extends Annotated {

		@Override
		@Own
		public void call() {
		}

	}

	interface MoreSpecific extends StockMethod {

		@Override
		@CircuitBreaker(name = "own")
		void call();

	}

	static class SpecificOfTwo implements StockMethod, MoreSpecific {

		@Override
		public void call() {
		}

	}

	@CircuitBreaker(name = "own")
	interface MoreSpecificType extends StockType {

		@Override
		void call();

	}

	static class SpecificOfTwoTypes implements StockType, MoreSpecificType {

		@Override
		public void call() {
		}

	}

	interface OwnMethod extends Called {

		@Override
		@Own
		void call();

	}

	interface OwnMethodToo extends Called {

		@Override
		@CircuitBreaker(name = "own")
		void call();

	}

	static class EqualOfTwo implements OwnMethod, OwnMethodToo {

		@Override
		public void call() {
		}

	}

	static class Initialized implements InitializingBean, DisposableBean, BeanNameAware {

		@PostConstruct
		@CircuitBreaker(name = "container")
		public void begin() {
		}

		@PreDestroy
		@CircuitBreaker(name = "container")
		public void end() {
		}

		@Override
		@CircuitBreaker(name = "container")
		public void afterPropertiesSet() {
		}

		@Override
		@CircuitBreaker(name = "container")
		public void destroy() {
		}

		@Override
		@CircuitBreaker(name = "container")
		public void setBeanName(String name) {
		}

		@Autowired
		@CircuitBreaker(name = "container")
		public void setContext(ApplicationContext context) {
		}

		@CircuitBreaker(name = "container")
		public void call() {
		}

	}

}
