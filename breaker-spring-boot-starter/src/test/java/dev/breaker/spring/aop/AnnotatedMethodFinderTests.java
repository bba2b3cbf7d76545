package dev.breaker.spring.aop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where the annotation may be, and which methods it guards.
 */
@ExtendWith(OutputCaptureExtension.class)
class AnnotatedMethodFinderTests {

	@Test
	void anAnnotatedMethodIsGuardedAndOthersOfItsBeanAreNot() {
		Contexts.with(OnMethod.class).run((context) -> {
			OnMethod bean = context.getBean(OnMethod.class);
			assertThat(bean.guarded()).isEqualTo("value");
			assertThat(bean.free()).isEqualTo("free");
			assertThat(Contexts.recorded(context, "onMethod")).isOne();
		});
	}

	@Test
	void whileOpenTheMethodIsNotCalled() {
		Contexts.with(OnMethod.class).run((context) -> {
			Contexts.breaker(context, "onMethod").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> context.getBean(OnMethod.class).guarded())
				.satisfies((ex) -> assertThat(ex.circuitBreakerName()).isEqualTo("onMethod"));
			assertThat(OnMethod.target(context).calls).isZero();
		});
	}

	@Test
	void aBeanHasOneProxyAlsoWhereOthersAdviseIt() {
		Contexts.with(OnMethod.class).run((context) -> {
			Advised proxy = (Advised) context.getBean(OnMethod.class);
			assertThat(proxy.getTargetSource().getTarget()).isNotInstanceOf(Advised.class);
			assertThat(proxy.getAdvisors()).singleElement().isInstanceOf(AdvisorChain.GuardAdvisor.class);
		});
	}

	@Test
	void protectedAndPackagePrivateMethodsAreGuardedWhenAnnotated() {
		Contexts.with(OtherVisibilities.class).run((context) -> {
			OtherVisibilities bean = context.getBean(OtherVisibilities.class);
			bean.packagePrivate();
			bean.isProtected();
			assertThat(Contexts.recorded(context, "visibility")).isEqualTo(2);
		});
	}

	@Test
	void onAClassItHoldsForAllPublicMethods() {
		Contexts.with(OnClass.class).run((context) -> {
			OnClass bean = context.getBean(OnClass.class);
			bean.one();
			bean.inherited();
			bean.own();
			bean.notPublic();
			assertThat(bean.toString()).isEqualTo("OnClass");
			assertThat(Contexts.recorded(context, "onClass")).isEqualTo(2);
			assertThat(Contexts.recorded(context, "ofMethod")).isOne();
		});
	}

	@Test
	void onASuperclassItHoldsForTheMethodsOfSubclasses() {
		Contexts.with(Subclass.class).run((context) -> {
			context.getBean(Subclass.class).added();
			context.getBean(Subclass.class).overridden();
			assertThat(Contexts.recorded(context, "superclass")).isEqualTo(2);
		});
	}

	@Test
	void onAClassItLeavesOutTheFallbackAndTheContainersCallbacks() {
		Contexts.with(OnClassWithFallback.class).run((context) -> {
			Contexts.breaker(context, "withFallback").forceOpen();
			OnClassWithFallback bean = context.getBean(OnClassWithFallback.class);
			assertThat(bean.one()).isEqualTo("fallback");
			assertThat(bean.instead()).isEqualTo("fallback");
			assertThat(Contexts.breaker(context, "withFallback").snapshot().notPermittedCallsTotal()).isOne();
			bean.destroy();
		});
	}

	@Test
	void onInterfaceMethodsItHoldsForTheImplementingClass() {
		Contexts.with(Implementation.class).run((context) -> {
			Implementation bean = context.getBean(Implementation.class);
			bean.find("id");
			((Repository<String>) bean).find("id");
			bean.byDefault();
			bean.notInTheInterface();
			assertThat(Contexts.recorded(context, "find")).isEqualTo(2);
			assertThat(Contexts.recorded(context, "byDefault")).isOne();
		});
	}

	@Test
	void onAnInterfaceItHoldsForTheMethodsThatItHas() {
		Contexts.with(TwoInterfaces.class).run((context) -> {
			TwoInterfaces bean = context.getBean(TwoInterfaces.class);
			bean.first();
			bean.inFirstToo("x");
			bean.second();
			bean.third();
			assertThat(Contexts.recorded(context, "first")).isEqualTo(2);
			assertThat(Contexts.recorded(context, "second")).isOne();
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("first", "second");
		});
	}

	@Test
	void onAnInterfaceMethodItHoldsForAnInheritedImplementation() {
		Contexts.with(InheritsImplementation.class).run((context) -> {
			InheritsImplementation bean = context.getBean(InheritsImplementation.class);
			bean.load("a");
			((Loader<String>) bean).load("a");
			bean.third();
			bean.leftOut();
			assertThat(Contexts.recorded(context, "load")).isEqualTo(2);
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("load");
		});
	}

	@Test
	void onAnInterfaceItHoldsThroughOneThatExtendsIt() {
		Contexts.with(ThroughAnother.class).run((context) -> {
			context.getBean(ThroughAnother.class).second();
			context.getBean(ThroughAnother.class).third();
			assertThat(Contexts.recorded(context, "second")).isOne();
		});
	}

	@Test
	void aJdkProxyIsGuardedThroughItsInterfaces() {
		Contexts.with(TwoInterfaces.class, Implementation.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> {
				context.getBean(First.class).first();
				context.getBean(NamedRepository.class).find("id");
				assertThat(context.getBean(First.class)).isNotInstanceOf(TwoInterfaces.class);
				assertThat(Contexts.recorded(context, "first")).isOne();
				assertThat(Contexts.recorded(context, "find")).isOne();
			});
	}

	@Test
	void whatTheClassSaysWinsOverWhatItsInterfaceSays() {
		Contexts.with(ClassAndInterface.class).run((context) -> {
			context.getBean(ClassAndInterface.class).first();
			context.getBean(ClassAndInterface.class).inFirstToo("x");
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("ofClass",
					"ofItsMethod");
		});
	}

	@Test
	void composedAnnotationsWorkAndAliasTheirAttributes() {
		Contexts.with(Composed.class).run((context) -> {
			Contexts.breaker(context, "composed").forceOpen();
			assertThat(context.getBean(Composed.class).guarded()).isEqualTo("instead");
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("composed",
					"onType");
		});
	}

	@Test
	void placeholdersInTheNameAreResolvedOnce() {
		Contexts.with(Placeholder.class).withPropertyValues("shop.breaker=payments").run((context) -> {
			context.getBean(Placeholder.class).guarded();
			assertThat(Contexts.recorded(context, "payments-breaker")).isOne();
		});
	}

	@Test
	void breakersOfAnnotationsAreThereBeforeTheFirstCall() {
		Contexts.with(OnMethod.class)
			.withPropertyValues("breaker.instances.onMethod.sliding-window-size=7")
			.run((context) -> {
				assertThat(Contexts.breaker(context, "onMethod").config().slidingWindowSize()).isEqualTo(7);
				assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).isEqualTo(Set.of("onMethod"));
			});
	}

	@Test
	void prototypeAndScopedAndLazyBeansAreGuarded() {
		Contexts.with(Scopes.class).run((context) -> {
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("lazy", "prototype",
					"scoped");
			context.getBean(Prototype.class).guarded();
			context.getBean(Prototype.class).guarded();
			context.getBean(Scoped.class).guarded();
			context.getBean(LazyBean.class).guarded();
			assertThat(Contexts.recorded(context, "prototype")).isEqualTo(2);
			assertThat(Contexts.recorded(context, "scoped")).isOne();
			assertThat(Contexts.recorded(context, "lazy")).isOne();
		});
	}

	@Test
	void beansThatNeedEachOtherAreGuardedWhereThatIsAllowed() {
		Contexts.with(Left.class, Right.class).withAllowCircularReferences(true).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Left.class).call();
			context.getBean(Right.class).left.call();
			assertThat(Contexts.recorded(context, "left")).isEqualTo(2);
		});
	}

	@Test
	void aBeanThatWasMadeTooEarlyIsReported(CapturedOutput output) {
		Contexts.with(TooEarly.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("Bean 'early'").contains("not guarded");
		});
	}

	@Test
	void switchedOffNothingIsGuardedAndNoBeanIsThere() {
		Contexts.with(OnMethod.class, InvalidCircuitBreakerAnnotationTests.EmptyName.class)
			.withPropertyValues("breaker.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.doesNotHaveBean(GuardedMethodRegistry.class)
					.doesNotHaveBean(CircuitBreakerBeanPostProcessor.class)
					.doesNotHaveBean(AdvisorOrderBeanPostProcessor.class)
					.doesNotHaveBean(CircuitBreakerRegistry.class);
				assertThat(context.getBean(OnMethod.class)).isNotInstanceOf(Advised.class);
				assertThat(context.getBean(OnMethod.class).guarded()).isEqualTo("value");
			});
	}

	@Test
	void withoutAnAutoProxyCreatorBeansAreGuardedToo() {
		Contexts.with(OnMethod.class).withPropertyValues("spring.aop.auto=false").run((context) -> {
			context.getBean(OnMethod.class).guarded();
			assertThat(Contexts.recorded(context, "onMethod")).isOne();
		});
	}

	@Test
	void nothingOfTheStarterIsMadeTooEarlyForOtherPostProcessors(CapturedOutput output) {
		Contexts.with(OnMethod.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).doesNotContain("not eligible for getting processed");
		});
	}

	@Test
	void withoutAnAnnotationNoBeanHasAProxy() {
		Contexts.with(Free.class).run((context) -> {
			assertThat(context.getBean(Free.class)).isNotInstanceOf(Advised.class);
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).isEmpty();
		});
	}

	static class Free {

	}

	static class OnMethod {

		int calls;

		static OnMethod target(AssertableApplicationContext context) throws Exception {
			Object target = ((Advised) context.getBean(OnMethod.class)).getTargetSource().getTarget();
			return (OnMethod) target;
		}

		@CircuitBreaker(name = "onMethod")
		public String guarded() {
			this.calls++;
			return "value";
		}

		public String free() {
			return "free";
		}

	}

	static class OtherVisibilities {

		@CircuitBreaker(name = "visibility")
		void packagePrivate() {
		}

		@CircuitBreaker(name = "visibility")
		protected void isProtected() {
		}

	}

	static class Base {

		public void inherited() {
		}

	}

	@CircuitBreaker(name = "onClass")
	static class OnClass extends Base {

		public void one() {
		}

		@CircuitBreaker(name = "ofMethod")
		public void own() {
		}

		void notPublic() {
		}

		@Override
		public String toString() {
			return "OnClass";
		}

	}

	@CircuitBreaker(name = "superclass")
	static class Superclass {

		public void overridden() {
		}

	}

	static class Subclass extends Superclass {

		public void added() {
		}

		@Override
		public void overridden() {
		}

	}

	@CircuitBreaker(name = "withFallback", fallbackMethod = "instead")
	static class OnClassWithFallback implements InitializingBean, DisposableBean {

		public String one() {
			return "value";
		}

		public String instead() {
			return "fallback";
		}

		@Override
		public void afterPropertiesSet() {
		}

		@Override
		public void destroy() {
		}

	}

	interface Repository<T> {

		void find(T id);

	}

	interface NamedRepository extends Repository<String> {

		@Override
		@CircuitBreaker(name = "find")
		void find(String id);

		@CircuitBreaker(name = "byDefault")
		default void byDefault() {
		}

	}

	interface DeeperRepository extends NamedRepository {

	}

	static class Implementation implements DeeperRepository {

		@Override
		public void find(String id) {
		}

		public void notInTheInterface() {
		}

	}

	interface BaseOfFirst<T> {

		void inFirstToo(T value);

	}

	@CircuitBreaker(name = "first")
	interface First extends BaseOfFirst<String> {

		void first();

	}

	@CircuitBreaker(name = "second")
	interface Second {

		void second();

	}

	interface Third {

		void third();

	}

	static class TwoInterfaces implements First, Second, Third {

		@Override
		public void first() {
		}

		@Override
		public void inFirstToo(String value) {
		}

		@Override
		public void second() {
		}

		@Override
		public void third() {
		}

	}

	interface Loader<T> {

		@CircuitBreaker(name = "load")
		void load(T id);

		@Unguarded
		void leftOut();

	}

	static class LoaderBase<K> {

		public void load(K id) {
		}

		public void leftOut() {
		}

		public void third() {
		}

	}

	static class InheritsImplementation extends LoaderBase<String> implements Loader<String>, Third {

	}

	interface ExtendsSecond extends Second, Third {

	}

	static class ThroughAnother implements ExtendsSecond {

		@Override
		public void second() {
		}

		@Override
		public void third() {
		}

	}

	@CircuitBreaker(name = "ofClass")
	static class ClassAndInterface implements First {

		@Override
		public void first() {
		}

		@Override
		@CircuitBreaker(name = "ofItsMethod")
		public void inFirstToo(String value) {
		}

	}

	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@CircuitBreaker(name = "")
	@interface Remote {

		@AliasFor(annotation = CircuitBreaker.class, attribute = "name")
		String value();

		@AliasFor(annotation = CircuitBreaker.class)
		String fallbackMethod() default "";

	}

	@Remote("onType")
	static class Composed {

		@Remote(value = "composed", fallbackMethod = "instead")
		public String guarded() {
			return "value";
		}

		public void other() {
		}

		private String instead() {
			return "instead";
		}

	}

	static class Placeholder {

		@CircuitBreaker(name = "${shop.breaker}-breaker")
		public void guarded() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Scopes {

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		Prototype prototype() {
			return new Prototype();
		}

		@Bean
		@Scope(value = ConfigurableBeanFactory.SCOPE_PROTOTYPE, proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped() {
			return new Scoped();
		}

		@Bean
		@Lazy
		LazyBean lazyBean() {
			return new LazyBean();
		}

	}

	static class Prototype {

		@CircuitBreaker(name = "prototype")
		public void guarded() {
		}

	}

	static class Scoped {

		@CircuitBreaker(name = "scoped")
		public void guarded() {
		}

	}

	static class LazyBean {

		@CircuitBreaker(name = "lazy")
		public void guarded() {
		}

	}

	static class Left {

		@Autowired
		Right right;

		@CircuitBreaker(name = "left")
		public void call() {
		}

	}

	static class Right {

		@Autowired
		Left left;

	}

	@Configuration(proxyBeanMethods = false)
	static class TooEarly {

		@Bean
		static OnMethod early() {
			return new OnMethod();
		}

		@Bean
		static EarlyProcessor processor(OnMethod early) {
			return new EarlyProcessor();
		}

	}

	static class EarlyProcessor implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

}
