package dev.breaker.sample.readme;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

class ReadmeTests {

	private static final String README = read(Path.of("..", "README.md"));

	private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;\\R");

	private static final Pattern INSTANCE = Pattern.compile("breaker\\.instances\\.(\\[[^]]*]|[^.]+)\\..*");

	@TempDir
	Path folder;

	static Stream<String> yamlBlocks() {
		return blocks("yaml");
	}

	static Stream<String> javaBlocks() {
		return blocks("java");
	}

	@ParameterizedTest
	@MethodSource("yamlBlocks")
	void yamlBlockConfiguresWhatItNames(String yaml) throws IOException {
		Path file = Files.writeString(this.folder.resolve("application.yml"), yaml);
		try (ConfigurableApplicationContext context = start(file)) {
			assertThat(context.getBean(CircuitBreakerRegistry.class).all()).extracting("name")
				.containsAll(instances(file));
		}
	}

	@ParameterizedTest
	@MethodSource("javaBlocks")
	void javaBlockCompilesAndItsGuardsAreAccepted(String java) throws Exception {
		boolean guarded = java.contains("@CircuitBreaker(");
		Path source = this.folder.resolve("Block.java");
		Files.writeString(source, guarded ? members(java) : statements(java));
		compile(source);
		if (guarded) {
			try (URLClassLoader classes = new URLClassLoader(new URL[] { this.folder.toUri().toURL() },
					getClass().getClassLoader())) {
				Class<?> type = classes.loadClass("dev.breaker.sample.readme.Block");
				Path file = Files.writeString(this.folder.resolve("application.yml"), "");
				try (ConfigurableApplicationContext context = start(file, type)) {
					assertThat(AopUtils.isAopProxy(context.getBean(type))).isTrue();
				}
			}
		}
	}

	@Test
	void dependencyIsTheOneThatIsBuilt() {
		String pom = read(Path.of("..", "pom.xml"));
		String version = pom.replaceAll("(?s).*<artifactId>breaker-parent</artifactId>\\s*<version>([^<]+)<.*", "$1");
		assertThat(blocks("xml")).singleElement()
			.asString()
			.contains("<artifactId>breaker-spring-boot-starter</artifactId>", "<version>" + version + "</version>");
	}

	private static Stream<String> blocks(String language) {
		List<String> blocks = Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```")
			.matcher(README)
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).as("blocks of %s in README.md", language).isNotEmpty();
		return blocks.stream();
	}

	private ConfigurableApplicationContext start(Path yaml, Class<?>... beans) {
		ClassLoader classes = (beans.length > 0) ? beans[0].getClassLoader() : getClass().getClassLoader();
		return new SpringApplicationBuilder(new DefaultResourceLoader(classes), Application.class).sources(beans)
			.web(WebApplicationType.NONE)
			.run("--spring.config.location=" + yaml.toUri());
	}

	private static List<String> instances(Path yaml) throws IOException {
		return new YamlPropertySourceLoader().load("README", new FileSystemResource(yaml))
			.stream()
			.flatMap((source) -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
			.map(INSTANCE::matcher)
			.filter((matcher) -> matcher.matches())
			.map((matcher) -> matcher.group(1).replaceAll("^\\[|]$", ""))
			.distinct()
			.toList();
	}

	private static String members(String java) {
		return wrap(java, "dev.breaker.annotation.CircuitBreaker", "%s");
	}

	private static String statements(String java) {
		return wrap(java, "dev.breaker.CircuitBreaker", "void run() throws Exception {%n%s}");
	}

	// README leaves bodies out: { … }
	private static String wrap(String java, String circuitBreaker, String form) {
		String imports = IMPORT.matcher(java)
			.results()
			.map((found) -> found.group().strip())
			.collect(Collectors.joining("\n"));
		String code = IMPORT.matcher(java)
			.replaceAll("")
			.replace("{ … }", "{ throw new UnsupportedOperationException(); }");
		return """
				package dev.breaker.sample.readme;
				import java.time.*;
				import java.util.*;
				import java.util.concurrent.*;
				import dev.breaker.*;
				import dev.breaker.spring.*;
				import %s;
				%s
				public class Block extends Vocabulary {
				%s
				}
				""".formatted(circuitBreaker, imports, form.formatted(code));
	}

	private void compile(Path source) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter complaints = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
			boolean compiles = compiler
				.getTask(complaints, files, null, List.of("-parameters", "-proc:none", "-d", this.folder.toString(),
						"-classpath", System.getProperty("java.class.path")), null, files.getJavaFileObjects(source))
				.call();
			assertThat(compiles).as("%s%n%s", complaints, Files.readString(source)).isTrue();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
