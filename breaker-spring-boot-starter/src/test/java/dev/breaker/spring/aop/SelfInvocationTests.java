package dev.breaker.spring.aop;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that an object makes on itself, past its proxy, and what is said about them.
 */
@ExtendWith(OutputCaptureExtension.class)
class SelfInvocationTests {

	private static final String WARNING = "do not go through its proxy";

	private static final Pattern PLACE = Pattern.compile("\\(SelfInvocationTests\\.java:(\\d+)\\)");

	@Test
	void aSelfInvocationIsOneWarningWithPlaceAndRemedy(CapturedOutput output) throws IOException {
		Contexts.with(ByThis.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains(" WARN ", ByThis.class.getName() + ".all(List) calls " + ByThis.class.getName() + ".call(String)",
					"through another bean", "breaker.aspect.mode=aspectj");
		assertThat(sourceLine(output.toString())).contains("call(order); // here");
	}

	@Test
	void allSelfInvocationsAreInOneWarning(CapturedOutput output) {
		Contexts.with(ByThis.class, Twice.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains(ByThis.class.getName() + ".all(List)", Twice.class.getName() + ".first()",
					Twice.class.getName() + ".second()");
	}

	@ParameterizedTest
	@ValueSource(classes = { ByThis.class, ByLambda.class, ByLambdaInLambda.class, ByReference.class, ByInner.class,
			ByInnerOfInner.class, ByAnonymous.class, ByLocal.class, ByVariable.class, ByTernary.class, ByTry.class,
			BySwitch.class, ByLoop.class, ByConstructor.class, ByAssignment.class, Inherits.class, InheritsCallee.class,
			BySuper.class, ByDefaultMethod.class, OfGenericBase.class, CallsOverridden.class, OtherBreaker.class,
			WithFallback.class, WithKey.class, LaterOfSameBreaker.class, AnnotatedInterfaceImpl.class })
	void selfInvocationsAreFound(Class<?> type, CapturedOutput output) throws IOException {
		Contexts.with(type).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(GuardedMethodRegistry.class).bindings())
				.filteredOn((binding) -> binding.method().contains(".call("))
				.singleElement()
				.satisfies((binding) -> {
					assertThat(binding.intercepted()).isFalse();
					assertThat(binding.reason()).startsWith("self-invoked: ");
				});
		});
		assertThat(output).containsOnlyOnce(WARNING);
		assertThat(sourceLine(output.toString())).contains("// here");
	}

	@ParameterizedTest
	@ValueSource(classes = { ByParameter.class, ByField.class, ByInjectedSelf.class, ByNew.class, ByElement.class,
			ByStatic.class, ByEither.class, ByReassigned.class, ByLambdaParameter.class, ByCaptured.class,
			ByReferenceOfOther.class, InStaticNested.class, OfInnerItself.class, Recursive.class,
			OverrideCallsSuper.class, SameBreaker.class, OverridesCaller.class, PrivateOfSameName.class,
			ConstructorOfOther.class, AroundLongs.class })
	void otherCallsAreNoFalseAlarm(Class<?> type, CapturedOutput output) {
		Contexts.with(type).withAllowCircularReferences(true).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(GuardedMethodRegistry.class).bindings()).isNotEmpty()
				.allSatisfy((binding) -> assertThat(binding.intercepted()).as(binding.toString()).isTrue());
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void aClassOfManyBeansIsReportedOnce(CapturedOutput output) {
		Contexts.with(Prototypes.class).run((context) -> {
			context.getBean("prototype", ByThis.class).call("a");
			context.getBean("prototype", ByThis.class).call("b");
			context.getBean("lazy", ByThis.class).call("c");
		});
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void aLazyBeanOfUnknownClassIsReportedWhenItIsMade(CapturedOutput output) {
		Contexts.with(LazyOfInterface.class).run((context) -> {
			assertThat(output).doesNotContain(WARNING);
			context.getBean(Calls.class).all();
			assertThat(output).containsOnlyOnce(WARNING);
		});
	}

	@Test
	void aClassWithoutClassFileIsPassedOverQuietly(CapturedOutput output) throws ClassNotFoundException {
		WithoutFiles classLoader = new WithoutFiles();
		Class<?> hidden = classLoader.loadClass(ByThis.class.getName());
		Contexts.with(hidden).withClassLoader(classLoader).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(GuardedMethodRegistry.class).bindings()).singleElement()
				.matches(MethodBinding::intercepted);
		});
		assertThat(output).doesNotContain(WARNING).doesNotContain("are not looked at");
	}

	@Test
	void strictlyASelfInvocationStopsTheApplication(CapturedOutput output) {
		Contexts.with(ByThis.class).withPropertyValues("breaker.aspect.strict=true").run((context) -> {
			assertThat(Contexts.analysis(context).getDescription())
				.contains(ByThis.class.getName() + ".all(List) calls")
				.contains(ByThis.class.getName() + ".call(String)")
				.containsPattern(PLACE);
			assertThat(Contexts.analysis(context).getAction()).contains("through another bean",
					"breaker.aspect.mode=aspectj");
		});
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void strictlyAllThatIsNeverInterceptedIsReportedAtOnce() {
		Contexts.with(ByThis.class, Twice.class)
			.withPropertyValues("breaker.aspect.strict=true")
			.withInitializer((context) -> context.getBeanFactory().registerSingleton("byHand", new Plain()))
			.run((context) -> assertThat(Contexts.analysis(context).getDescription()).contains("There are 4 problems",
					".all(List) calls", ".first() calls", ".second() calls", "Bean 'byHand'", "registerSingleton"));
	}

	@Test
	void strictlyItIsReportedBesideWhatStopsAnyStart() {
		Contexts.with(ByThis.class, PrivateAndSelf.class)
			.withPropertyValues("breaker.aspect.strict=true")
			.run((context) -> assertThat(Contexts.analysis(context).getDescription()).contains("is private",
					ByThis.class.getName() + ".all(List) calls", PrivateAndSelf.class.getName() + ".all() calls"));
	}

	@Test
	void strictlyALazyBeanIsRefusedEachTime() {
		Contexts.with(LazyOfInterface.class).withPropertyValues("breaker.aspect.strict=true").run((context) -> {
			assertThat(context).hasNotFailed();
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> context.getBean(Calls.class))
					.havingRootCause()
					.withMessageContaining(".all() calls");
			}
		});
	}

	@Test
	void strictlyAnApplicationWithoutAnyStarts() {
		Contexts.with(Plain.class, ByParameter.class)
			.withPropertyValues("breaker.aspect.strict=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	/** The line of this file that the output names. */
	private static String sourceLine(String output) throws IOException {
		Matcher place = PLACE.matcher(output);
		assertThat(place.find()).as(output).isTrue();
		Path file = Path.of("src/test/java/dev/breaker/spring/aop/SelfInvocationTests.java");
		return Files.readAllLines(file).get(Integer.parseInt(place.group(1)) - 1);
	}

	/** Has classes of its own, and gives none of their files. */
	private static final class WithoutFiles extends ClassLoader {

		WithoutFiles() {
			super(SelfInvocationTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.equals(ByThis.class.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = Objects.requireNonNull(file).readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

		@Override
		public @Nullable URL getResource(String name) {
			return name.endsWith("ByThis.class") ? null : super.getResource(name);
		}

	}

	public static class Plain {

		@CircuitBreaker(name = "self")
		public void call() {
		}

	}

	public static class ByThis {

		@CircuitBreaker(name = "self")
		public void call(String order) {
		}

		public void all(List<String> orders) {
			for (String order : orders) {
				call(order); // here
			}
		}

	}

	static class Twice extends Plain {

		void first() {
			this.call();
		}

		void second() {
			call();
		}

	}

	static class ByLambda extends Plain {

		Runnable all() {
			return () -> call(); // here
		}

	}

	static class ByLambdaInLambda extends Plain {

		Supplier<Runnable> all(int number) {
			return () -> () -> {
				if (number > 1) {
					call(); // here
				}
			};
		}

	}

	static class ByReference extends Plain {

		void all() {
			run(this::call); // here
		}

		void run(Runnable work) {
			work.run();
		}

	}

	static class ByInner extends Plain {

		class Inner {

			void all() {
				call(); // here
			}

		}

	}

	static class ByInnerOfInner extends Plain {

		class Inner {

			class Innermost {

				void all() {
					ByInnerOfInner.this.call(); // here
				}

			}

		}

	}

	static class ByAnonymous extends Plain {

		Runnable all() {
			return new Runnable() {

				@Override
				public void run() {
					call(); // here
				}

			};
		}

	}

	static class ByLocal extends Plain {

		void all() {
			class Local {

				Runnable all() {
					return () -> call(); // here
				}

			}
			new Local().all().run();
		}

	}

	static class ByVariable extends Plain {

		void all() {
			ByVariable me = this;
			me.call(); // here
		}

	}

	static class ByTernary {

		@CircuitBreaker(name = "self")
		public long call(long amount, String order) {
			return amount;
		}

		long all(@Nullable String order, boolean twice) {
			return call(twice ? 2L : 1L, (order != null) ? order : "none"); // here
		}

	}

	static class ByTry extends Plain {

		void all(Runnable work) {
			try {
				work.run();
			}
			catch (IllegalStateException ex) {
				call(); // here
			}
		}

	}

	static class BySwitch {

		@CircuitBreaker(name = "self")
		public void call(double amount) {
		}

		void all(String kind) {
			call(switch (kind) { // here
				case "one" -> 1.0;
				case "two" -> 2.0;
				default -> throw new IllegalArgumentException(kind);
			});
		}

	}

	static class ByLoop extends Plain {

		void all(int[] amounts) {
			long sum = 0;
			int i = 0;
			do {
				sum += amounts[i++] * 2L;
				if (sum > 10) {
					continue;
				}
				call(); // here
			}
			while (i < amounts.length);
		}

	}

	static class ByConstructor extends Plain {

		ByConstructor() {
			call(); // here
		}

	}

	static class ByAssignment {

		long sum;

		@CircuitBreaker(name = "self")
		public void call(String[] order, long amount, double[][] shares) {
		}

		void all(String[] orders, String[] kept) {
			kept[0] = kept[1] = orders[0];
			call(kept, this.sum = 2L, new double[2][3]); // here
		}

	}

	abstract static class Base {

		public abstract void call();

		public void all() {
			call(); // here
		}

	}

	static class Inherits extends Base {

		@Override
		@CircuitBreaker(name = "self")
		public void call() {
		}

	}

	static class InheritsCallee extends Plain {

		void all() {
			call(); // here
		}

	}

	static class BySuper extends Plain {

		void all() {
			super.call(); // here
		}

	}

	interface Calls {

		void call();

		default void all() {
			call(); // here
		}

	}

	static class ByDefaultMethod implements Calls {

		@Override
		@CircuitBreaker(name = "self")
		public void call() {
		}

	}

	@CircuitBreaker(name = "self")
	interface Annotated {

		void call();

	}

	static class AnnotatedInterfaceImpl implements Annotated {

		@Override
		public void call() {
		}

		void all() {
			call(); // here
		}

	}

	abstract static class GenericBase<T> {

		public abstract T call(T order);

		T all(T order) {
			return call(order); // here
		}

	}

	static class OfGenericBase extends GenericBase<String> {

		@Override
		@CircuitBreaker(name = "self")
		public String call(String order) {
			return order;
		}

	}

	static class CallsOverridden extends Base {

		@Override
		@CircuitBreaker(name = "self")
		public void call() {
		}

		@Override
		public void all() {
			super.all();
		}

	}

	static class OtherBreaker extends Plain {

		@CircuitBreaker(name = "other")
		public void all() {
			call(); // here
		}

	}

	static class WithFallback {

		@CircuitBreaker(name = "self")
		public void all() {
			call(); // here
		}

		@CircuitBreaker(name = "self", fallbackMethod = "instead")
		public void call() {
		}

		void instead() {
		}

	}

	static class WithKey {

		@CircuitBreaker(name = "self", key = "#a0")
		public void all(String customer) {
			call(customer + "?"); // here
		}

		@CircuitBreaker(name = "self", key = "#a0")
		public void call(String customer) {
		}

	}

	static class LaterOfSameBreaker extends Plain {

		@CircuitBreaker(name = "self")
		public void all() {
			new Thread(() -> call()); // here
		}

	}

	static class ByParameter extends Plain {

		void all(ByParameter other) {
			other.call();
		}

	}

	static class ByField extends Plain {

		@Nullable ByField other;

		void all() {
			if (this.other != null) {
				this.other.call();
			}
		}

	}

	static class ByInjectedSelf extends Plain {

		private final ByInjectedSelf self;

		ByInjectedSelf(@Lazy ByInjectedSelf self) {
			this.self = self;
		}

		void all() {
			this.self.call();
			Runnable later = this.self::call;
			later.run();
		}

	}

	static class ByNew extends Plain {

		void all() {
			new ByNew().call();
			ByNew another = new ByNew();
			another.call();
		}

	}

	static class ByElement extends Plain {

		void all(List<ByElement> others, ByElement[] more) {
			for (ByElement other : others) {
				other.call();
			}
			more[0].call();
		}

	}

	static class ByStatic extends Plain {

		static void all(ByStatic one) {
			one.call();
		}

	}

	static class ByEither extends Plain {

		void all(boolean here, ByEither other) {
			ByEither one = here ? this : other;
			one.call();
		}

	}

	static class ByReassigned extends Plain {

		void all(ByReassigned other) {
			ByReassigned one = this;
			one.toString();
			one = other;
			one.call();
		}

	}

	static class ByLambdaParameter extends Plain {

		Consumer<ByLambdaParameter> all() {
			return (other) -> {
				this.toString();
				other.call();
			};
		}

	}

	static class ByCaptured extends Plain {

		Runnable all(ByCaptured other) {
			this.toString();
			return () -> {
				this.toString();
				other.call();
			};
		}

		Runnable more(ByCaptured other) {
			return new Runnable() {

				@Override
				public void run() {
					other.call();
				}

			};
		}

	}

	static class ByReferenceOfOther extends Plain {

		Runnable all(ByReferenceOfOther other) {
			return other::call;
		}

		Consumer<ByReferenceOfOther> each() {
			return ByReferenceOfOther::call;
		}

	}

	static class InStaticNested extends Plain {

		static class Nested {

			private final InStaticNested around;

			Nested(InStaticNested around) {
				this.around = around;
			}

			void all() {
				this.around.call();
			}

		}

	}

	static class OfInnerItself extends Plain {

		Runnable all() {
			return new Runnable() {

				@Override
				public void run() {
					call("own");
				}

				void call(String own) {
				}

			};
		}

	}

	static class Recursive {

		@CircuitBreaker(name = "self")
		public int call(int depth) {
			return (depth > 0) ? call(depth - 1) : 0;
		}

	}

	static class OverrideCallsSuper extends Plain {

		@Override
		@CircuitBreaker(name = "self")
		public void call() {
			super.call();
		}

	}

	@CircuitBreaker(name = "self")
	static class SameBreaker {

		public void call() {
			call("all");
		}

		public void call(String order) {
		}

	}

	static class OverridesCaller extends Base {

		@Override
		@CircuitBreaker(name = "self")
		public void call() {
		}

		@Override
		public void all() {
		}

	}

	static class WithPrivate {

		private void call() {
		}

		void all() {
			call();
		}

	}

	static class PrivateOfSameName extends WithPrivate {

		@CircuitBreaker(name = "self")
		public void call() {
		}

	}

	static class ConstructorOfOther extends Plain {

		Plain all() {
			Plain other = new Plain();
			other.call();
			return other;
		}

	}

	static class AroundLongs extends Plain {

		long[] sums = new long[2];

		void all(double share, AroundLongs other, int index) {
			this.sums[index] += (long) (share * 3);
			this.sums[index]++;
			long before = this.sums[index]--;
			synchronized (this) {
				other.sums[0] = (before > 3L) ? before : -before;
			}
			other.call();
		}

	}

	static class PrivateAndSelf extends Plain {

		@CircuitBreaker(name = "self")
		private void hidden() {
		}

		void all() {
			hidden();
			call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prototypes {

		@Bean
		@Scope("prototype")
		ByThis prototype() {
			return new ByThis();
		}

		@Bean
		@Lazy
		ByThis lazy() {
			return new ByThis();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyOfInterface {

		@Bean
		@Lazy
		Calls calls() {
			return new ByDefaultMethod();
		}

	}

}
