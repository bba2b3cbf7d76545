package dev.breaker.spring.fallback;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a fallback that was found tells of itself, and how it runs without a context.
 */
class FallbackMethodTests {

	@Test
	void theMethodsAreListedFromTheNearestToTheLastResort() {
		assertThat(parameters(resolve(Shop.class, "all").methods())).containsExactly("CallNotPermittedException",
				"RuntimeException", "Throwable", "");
	}

	@Test
	void aRefusalHasTheMethodWhoseThrowableIsNearest() {
		assertThat(parameters(resolve(Shop.class, "all").forRefusals())).isEqualTo("CallNotPermittedException");
		assertThat(parameters(resolve(Shop.class, "wide").forRefusals())).isEqualTo("RuntimeException");
	}

	@Test
	void aRefusalHasTheMethodThatTakesNoThrowableWhereNoOtherTakesIt() {
		assertThat(parameters(resolve(Shop.class, "last").forRefusals())).isEmpty();
	}

	@Test
	void aRefusalHasNoMethodWhereNoneTakesIt() {
		FallbackMethod fallback = resolve(Shop.class, "io");
		assertThat(fallback.forRefusals()).isNull();
		assertThat(fallback.methods()).hasSize(2);
	}

	@Test
	void aFallbackOfTheSameBeanNamesNoOther() {
		assertThat(resolve(Shop.class, "io").otherBean()).isNull();
		assertThat(resolve(Shop.class, "elsewhere::io").otherBean()).isEqualTo("elsewhere");
	}

	@Test
	void aMethodOfTheSameNameThatDoesNotFitIsTold() {
		assertThat(resolve(Shop.class, "odd").ignored()).hasSize(1)
			.containsValue("int odd(Exception): it returns int, which is no String");
	}

	@Test
	void ofAnInterfaceWithoutAnObjectADefaultMethodRunsWithoutTheProxy() throws Throwable {
		assertThat(callOnProxy("byDefault")).isEqualTo("default of down");
	}

	@Test
	void ofAnInterfaceWithoutAnObjectAMethodWithoutABodyRunsOnTheProxy() throws Throwable {
		assertThat(callOnProxy("remotely")).isEqualTo("remotely by the proxy");
	}

	@Test
	void aStaticMethodHasOnlyStaticFallbacks() throws Throwable {
		assertThat(resolve(Statics.class, "fixed").call("proxy", null, new Object[0], new IOException("down")))
			.isEqualTo("fixed");
		assertThatExceptionOfType(InvalidCircuitBreakerAnnotationException.class)
			.isThrownBy(() -> resolve(Statics.class, "ofAnObject"))
			.withMessageContainingAll("static String ofAnObject()",
					"String ofAnObject(): it is not static, and the guarded method is");
	}

	private static @Nullable Object callOnProxy(String fallback) throws Throwable {
		Object proxy = Proxy.newProxyInstance(Client.class.getClassLoader(), new Class<?>[] { Client.class },
				(self, method, arguments) -> method.getName() + " by the proxy");
		return resolve(Client.class, fallback).call(proxy, null, new Object[0], new IOException("down"));
	}

	private static FallbackMethod resolve(Class<?> type, String fallback) {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		Method guarded = Arrays.stream(type.getDeclaredMethods())
			.filter((method) -> method.getName().equals("guarded"))
			.findFirst()
			.orElseThrow();
		return new FallbackResolver(beans, beans.getBeanProvider(FallbackListener.class)).resolve("shop", guarded, type,
				fallback, new Value());
	}

	private static List<String> parameters(List<Method> methods) {
		return methods.stream().map(FallbackMethodTests::parameters).toList();
	}

	private static String parameters(@Nullable Method method) {
		assertThat(method).isNotNull();
		return String.join(", ", Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).toList());
	}

	/** The result is there when a method has returned. */
	private static final class Value implements FallbackResult {

		@Override
		public boolean fits(ResolvableType wanted, ResolvableType given) {
			return MethodSignatures.isAssignable(wanted, given);
		}

		@Override
		public boolean carriesExceptions() {
			return false;
		}

		@Override
		public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
			return result;
		}

	}

	static class Shop {

		String guarded() {
			return "";
		}

		String all() {
			return "";
		}

		String all(Throwable thrown) {
			return "";
		}

		String all(CallNotPermittedException thrown) {
			return "";
		}

		String all(RuntimeException thrown) {
			return "";
		}

		String wide(Throwable thrown) {
			return "";
		}

		String wide(RuntimeException thrown) {
			return "";
		}

		String wide(IllegalStateException thrown) {
			return "";
		}

		String last(IOException thrown) {
			return "";
		}

		String last() {
			return "";
		}

		String io(IOException thrown) {
			return "";
		}

		String io(IllegalStateException thrown) {
			return "";
		}

		String odd(Throwable thrown) {
			return "";
		}

		int odd(Exception thrown) {
			return 0;
		}

	}

	interface Client {

		String guarded();

		String remotely(Throwable thrown);

		default String byDefault(Throwable thrown) {
			return "default of " + thrown.getMessage();
		}

	}

	static class Statics {

		static String guarded() {
			return "";
		}

		static String fixed() {
			return "fixed";
		}

		String ofAnObject() {
			return "";
		}

	}

}
