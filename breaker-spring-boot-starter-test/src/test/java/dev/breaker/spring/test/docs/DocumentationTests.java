package dev.breaker.spring.test.docs;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.breaker.test.CircuitBreakerAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of docs/testing.md are those that the tests of this package run, and its
 * table has each assertion.
 */
class DocumentationTests {

	private static final Path PAGE = Path.of("../docs/testing.md");

	private static final Path FOLDER = Path.of("src/test/java/dev/breaker/spring/test/docs");

	static Stream<String> javaBlocks() throws IOException {
		return blocks("java").stream();
	}

	@ParameterizedTest
	@MethodSource("javaBlocks")
	void exampleIsATest(String example) throws IOException {
		String tests = Files.readString(FOLDER.resolve("CheckoutTests.java"))
				+ Files.readString(FOLDER.resolve("WithoutSpringTests.java"));
		assertThat(plain(tests)).contains(plain(example.replace("com.example.shop", "dev.breaker.spring.test.docs")));
	}

	@Test
	void dependencyIsTheOneThatIsBuilt() throws IOException {
		String pom = Files.readString(Path.of("pom.xml"));
		String version = pom.replaceAll("(?s).*<artifactId>breaker[a-z-]+parent</artifactId>\\s*<version>([^<]+)<.*",
				"$1");
		assertThat(blocks("xml")).singleElement()
			.asString()
			.contains("<artifactId>breaker-spring-boot-starter-test</artifactId>",
					"<version>" + version + "</version>");
	}

	@Test
	void tableHasEachAssertion() throws IOException {
		String row = Files.readString(PAGE)
			.lines()
			.filter((line) -> line.startsWith("| `CircuitBreakerAssertions.assertThat` |"))
			.findFirst()
			.orElseThrow();
		assertThat(Pattern.compile("`(\\w+)`").matcher(row).results().map((name) -> name.group(1)))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(CircuitBreakerAssert.class.getDeclaredMethods())
				.filter((method) -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
				.map(Method::getName)
				.toList());
	}

	private static List<String> blocks(String language) throws IOException {
		List<String> blocks = Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```")
			.matcher(Files.readString(PAGE))
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).isNotEmpty();
		return blocks;
	}

	private static String plain(String code) {
		return code.replaceAll("\\s", "");
	}

}
