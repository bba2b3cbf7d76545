package dev.breaker.spring.aop;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.IllegalClassFormatException;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.config.BreakerProperties;
import dev.breaker.spring.fallback.FallbackListener;
import dev.breaker.spring.fallback.InvalidCircuitBreakerAnnotationException;
import org.aspectj.weaver.loadtime.ClassPreProcessorAgentAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.OverridingClassLoader;
import org.springframework.resilience.annotation.EnableResilientMethods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Beans in mode {@code aspectj}: AspectJ's weaver has put an aspect around the annotated
 * methods of {@link WovenBeans}, or nothing around those of other classes.
 */
@ExtendWith(OutputCaptureExtension.class)
class WovenBeanTests {

	private static final String NOT_WOVEN = "these methods with @CircuitBreaker are not woven: ";

	private final WeavingClassLoader classes = new WeavingClassLoader();

	@AfterEach
	void forgetTheContext() {
		GuardingAspect.METHODS.set(null);
	}

	@Test
	void aWovenBeanHasNoProxyAndCountsEachCallOnce(CapturedOutput output) {
		run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(AopUtils.isAopProxy(shop)).isFalse();
			assertThat(shop.buy("a")).isEqualTo("paid a");
			assertThat(Contexts.recorded(context, "payments")).isOne();
			assertThat(shop.buyTwice("b")).isEqualTo("paid b, privately paid b");
			assertThat(Contexts.recorded(context, "payments")).isEqualTo(3);
			assertThat(output).doesNotContain(NOT_WOVEN).doesNotContain("are not guarded");
		}, WovenBeans.Payments.class);
	}

	@Test
	void whatIsNotWovenOfAWovenBeanIsLeftToAProxy(CapturedOutput output) {
		run((context) -> {
			assertThat(context.getBean(Shop.class).buy("a")).isEqualTo("paid a");
			assertThat(Contexts.recorded(context, "woven")).isOne();
			assertThat(context.getBean(Annotated.class).find("b")).isEqualTo("found b");
			assertThat(Contexts.recorded(context, "found")).isOne();
			assertThat(Contexts.advice(context, Annotated.class)).hasSize(1);
			assertThat(output)
				.containsOnlyOnce(NOT_WOVEN + WovenBeans.HalfWoven.class.getName() + ".find(String). Only calls");
		}, WovenBeans.HalfWoven.class);
	}

	@Test
	void aWovenMethodOfTheSuperclassIsPartOfTheCall() {
		run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.buy("a")).isEqualTo("on paper: written a");
			assertThat(Contexts.recorded(context, "ledger")).isOne();
			assertThat(this.classes.make(WovenBeans.Ledger.class).buy("b")).isEqualTo("written b");
			assertThat(Contexts.recorded(context, "ledger")).isEqualTo(2);
		}, WovenBeans.PaperLedger.class);
	}

	@Test
	void aMistakeInAPlainObjectIsThrownByEachOfItsCalls() {
		run((context) -> {
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class)
					.isThrownBy(() -> this.classes.make(WovenBeans.Broken.class).buy("a"))
					.withMessageContaining("The fallbackMethod \"missing\" of " + WovenBeans.Broken.class.getName());
				assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class)
					.isThrownBy(() -> this.classes.make(WovenBeans.BrokenBean.class).buy("a"))
					.withMessageContaining("names the bean 'missing', and there is no such bean");
			}
		});
	}

	@Test
	void aMistakeInAWovenBeanStopsTheApplication() {
		run((context) -> assertThat(context.getStartupFailure())
			.isInstanceOf(InvalidCircuitBreakerAnnotationException.class)
			.hasMessageContaining("The fallbackMethod \"missing\" of " + WovenBeans.Broken.class.getName()),
				WovenBeans.Broken.class);
	}

	@Test
	void aWovenFallbackAnswersTheFirstAttemptAndAWarningSaysSo(CapturedOutput output) {
		run((context) -> {
			assertThat(context.getBean(Shop.class).buy("a")).isEqualTo("instead of a after 1");
			assertThat(Contexts.breaker(context, "retried").snapshot().failedCallsTotal()).isOne();
			assertThat(output)
				.containsOnlyOnce(WovenBeans.Retried.class.getName()
						+ ".buy(String) is woven and has both @Retryable and a fallback")
				.doesNotContain("retries the refusals");
		}, WovenBeans.Retried.class, Resilient.class);
	}

	@Test
	void aRetryOfAWovenMethodIsWarnedThatItRetriesRefusals(CapturedOutput output) {
		run((context) -> {
			Contexts.breaker(context, "retried").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> context.getBean(Shop.class).buy("a"));
			assertThat(Contexts.breaker(context, "retried").snapshot().notPermittedCallsTotal()).isEqualTo(3);
			assertThat(output).containsOnlyOnce("@Retryable on " + WovenBeans.RetriedAlone.class.getName()
					+ ".buy(String) retries the refusals of its circuit breaker, each after its back-off: the guard is woven into the method, inside of the retry. Add excludes = CallNotPermittedException.class, or set breaker.aspect.mode=proxy")
				.doesNotContain("another proxy");
		}, WovenBeans.RetriedAlone.class, Resilient.class);
	}

	@Test
	void methodsOfUnwovenClassesAreNamedAndGuardedByAProxy(CapturedOutput output) {
		aspectj(Unwoven.class).run((context) -> {
			context.getBean(Unwoven.class).call();
			assertThat(Contexts.recorded(context, "unwoven")).isOne();
			assertThat(output).containsOnlyOnce("breaker.aspect.mode is aspectj, and " + NOT_WOVEN
					+ Unwoven.class.getName() + ".call(), " + Unwoven.class.getName() + ".other(). Only calls");
		});
	}

	@Test
	void methodsThatNeitherProxyNorWeaverReachesStopTheApplication() {
		aspectj(Unreachable.class).run((context) -> assertThat(context.getStartupFailure())
			.hasStackTraceContaining("@CircuitBreaker would do nothing for " + Unreachable.class.getName()
					+ ".inPrivate(): the method is private, so that a proxy cannot override it, and it is not woven.")
			.hasStackTraceContaining(Unreachable.class.getName()
					+ ".lasting(): the method is final, so that a proxy cannot override it"));
	}

	private void run(Check check, Class<?>... beans) {
		aspectj(this.classes.load(beans)).withClassLoader(this.classes).run((context) -> {
			if (context.getStartupFailure() == null) {
				GuardingAspect.METHODS.set(context.getBean(GuardedMethodRegistry.class));
			}
			check.accept(context);
		});
	}

	private static ApplicationContextRunner aspectj(Class<?>... beans) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, BreakerAutoConfiguration.class))
			.withUserConfiguration(Weaving.class)
			.withUserConfiguration(beans);
	}

	private interface Check {

		void accept(AssertableApplicationContext context) throws Exception;

	}

	/**
	 * What woven beans are called by.
	 */
	public interface Shop {

		String buy(String order);

		default String buyTwice(String order) {
			throw new UnsupportedOperationException(order);
		}

	}

	/**
	 * An annotation that AspectJ does not see on what implements the method.
	 */
	public interface Annotated {

		@CircuitBreaker(name = "found")
		String find(String item);

	}

	/** As the starter has it where breaker-aspectj is on the class path. */
	@Configuration(proxyBeanMethods = false)
	static class Weaving {

		@Bean
		static CircuitBreakerBeanPostProcessor guards() {
			return new CircuitBreakerBeanPostProcessor(BreakerProperties.DEFAULT_ORDER, false, true);
		}

		@Bean
		static AdvisorOrderBeanPostProcessor advisorOrder(CircuitBreakerBeanPostProcessor guards) {
			return new AdvisorOrderBeanPostProcessor(guards);
		}

		@Bean
		GuardedMethodRegistry methods(ConfigurableListableBeanFactory beanFactory, CircuitBreakerRegistry registry,
				BreakerConfigs configs, CircuitBreakerBeanPostProcessor guards,
				ObjectProvider<FallbackListener> fallbackListeners) {
			return new GuardedMethodRegistry(beanFactory, registry, configs, 10, false, guards, fallbackListeners);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	static class Unwoven {

		@CircuitBreaker(name = "unwoven")
		public void call() {
		}

		@CircuitBreaker(name = "unwoven")
		public void other() {
		}

	}

	static class Unreachable {

		@CircuitBreaker(name = "unreachable")
		private void inPrivate() {
		}

		@CircuitBreaker(name = "unreachable")
		public final void lasting() {
			inPrivate();
		}

	}

	/** Has AspectJ's weaver, and loads {@link WovenBeans} by itself. */
	private static final class WeavingClassLoader extends OverridingClassLoader {

		private final ClassFileTransformer weaver = new ClassPreProcessorAgentAdapter();

		WeavingClassLoader() {
			super(WovenBeanTests.class.getClassLoader());
		}

		@Override
		protected boolean isEligibleForOverriding(String className) {
			return className.startsWith(WovenBeans.class.getName());
		}

		@Override
		protected byte[] transformIfNecessary(String name, byte[] bytes) {
			try {
				byte[] woven = this.weaver.transform(this, name.replace('.', '/'), null, null, bytes);
				return (woven != null) ? woven : bytes;
			}
			catch (IllegalClassFormatException ex) {
				throw new IllegalStateException(ex);
			}
		}

		Class<?>[] load(Class<?>... types) {
			Class<?>[] loaded = new Class<?>[types.length];
			for (int i = 0; i < types.length; i++) {
				try {
					loaded[i] = loadClass(types[i].getName());
				}
				catch (ClassNotFoundException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return loaded;
		}

		Shop make(Class<? extends Shop> type) throws ReflectiveOperationException {
			return (Shop) load(type)[0].getDeclaredConstructor().newInstance();
		}

	}

}
