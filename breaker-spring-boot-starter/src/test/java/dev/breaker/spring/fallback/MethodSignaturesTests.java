package dev.breaker.spring.fallback;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MethodSignaturesTests {

	@Test
	void aDeclarationNamesWhatIsThrownWhereSomethingIs() {
		assertThat(MethodSignatures.declarationWithExceptions(method("failing"), Methods.class))
			.isEqualTo("void failing() throws IOException, IllegalStateException");
		assertThat(MethodSignatures.declarationWithExceptions(method("plain"), Methods.class))
			.isEqualTo("String plain(int)");
	}

	@Test
	void fallbacksOfAStaticMethodAreStatic() {
		assertThat(MethodSignatures.expected(method("stat"), Methods.class, "instead")).containsExactly(
				"static String instead(String id)", "static String instead(String id, Throwable thrown)",
				"static String instead()", "static String instead(Throwable thrown)");
		assertThat(MethodSignatures.expected(method("plain"), Methods.class, "instead")).containsExactly(
				"String instead(int number)", "String instead(int number, Throwable thrown)", "String instead()",
				"String instead(Throwable thrown)");
	}

	@Test
	void aVariableOfAMethodIsShownByItsNameAndOneOfTheClassByItsType() {
		assertThat(MethodSignatures.declaration(method("largest"), Methods.class))
			.isEqualTo("<T> T largest(T, List<T>)");
		assertThat(MethodSignatures.declaration(method("own"), Methods.class)).isEqualTo("Integer own(List<Integer>)");
	}

	@Test
	void aMethodOfJavaIsNamedByItsWholeNameAlone() {
		assertThat(MethodSignatures.isNamed(method("instead$later"), "instead$later")).isTrue();
		assertThat(MethodSignatures.isNamed(method("instead$later"), "instead")).isFalse();
		assertThat(MethodSignatures.isNamed(method("instead$later"), "later")).isFalse();
	}

	private static Method method(String name) {
		return Arrays.stream(Methods.class.getMethods())
			.filter((method) -> method.getName().equals(name))
			.findFirst()
			.orElseThrow();
	}

	public static class Generic<E> {

		public E own(List<E> elements) {
			return elements.get(0);
		}

	}

	public static class Methods extends Generic<Integer> {

		public static String stat(String id) {
			return id;
		}

		public String plain(int number) {
			return "" + number;
		}

		public void failing() throws IOException, IllegalStateException {
			throw new IOException();
		}

		public <T extends Number> T largest(T first, List<T> others) {
			return first;
		}

		public void instead$later() {
		}

	}

}
