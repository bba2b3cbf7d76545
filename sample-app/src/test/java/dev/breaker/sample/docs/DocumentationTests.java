package dev.breaker.sample.docs;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.FileSystemResource;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

class DocumentationTests {

	private static final Path PROJECT = Path.of("..");

	/** Their blocks are compiled and run by the tests of their modules. */
	private static final Set<String> OF_OTHER_MODULES = Set.of("docs/testing.md", "docs/spring-cloud.md",
			"docs/dashboard.md");

	private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;\\R");

	private static final Pattern TOP_LEVEL_TYPE = Pattern.compile("(?m)^(final |abstract )?(class|interface|record) ");

	private static final Pattern INSTANCE = Pattern.compile("breaker\\.instances\\.?(\\[[^]]*]|[^.]+)\\..*");

	private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(#[^)]*)?\\)");

	@TempDir
	Path folder;

	static Stream<Block> yamlBlocks() {
		return blocks("yaml");
	}

	static Stream<Block> javaBlocks() {
		return blocks("java");
	}

	static Stream<Block> javaSnippets() {
		return javaBlocks().filter((block) -> !block.declaresTypes());
	}

	static Stream<Block> javaTypes() {
		return javaBlocks().filter(Block::declaresTypes);
	}

	@ParameterizedTest
	@MethodSource("yamlBlocks")
	void yamlBlockConfiguresWhatItNames(Block yaml) throws IOException {
		Path file = Files.writeString(this.folder.resolve("application.yml"), yaml.text());
		try (ConfigurableApplicationContext context = start(file)) {
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			assertThat(instances(file)).allSatisfy(
					(name) -> assertThat(registry.find(name).isPresent() || registry.findGroup(name).isPresent())
						.as(name)
						.isTrue());
		}
	}

	@ParameterizedTest
	@MethodSource("yamlBlocks")
	void yamlBlockHasNoPropertyThatIsUnknown(Block yaml) throws IOException {
		Path file = Files.writeString(this.folder.resolve("application.yml"), yaml.text());
		Set<String> known = new HashSet<>();
		Set<String> maps = new HashSet<>();
		for (URL metadata : Collections
			.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			for (Map<?, ?> property : properties(metadata)) {
				String name = property.get("name").toString();
				(String.valueOf(property.get("type")).matches("java\\.util\\.(Map<|List<dev\\.).*") ? maps : known)
					.add(name);
			}
		}
		assertThat(propertyNames(file)).isNotEmpty().allSatisfy((name) -> {
			String plain = name.replaceAll("\\[[^]]*]", "");
			assertThat(known.contains(plain) || maps.stream().anyMatch((map) -> (plain + ".").startsWith(map + ".")))
				.as(name)
				.isTrue();
		});
	}

	@ParameterizedTest
	@MethodSource("javaSnippets")
	void javaSnippetCompilesAndItsGuardsAreAccepted(Block java) throws Exception {
		boolean guarded = java.text().contains("@CircuitBreaker(");
		compile(guarded ? members(java.text()) : statements(java.text()));
		if (guarded) {
			try (URLClassLoader classes = compiled()) {
				Class<?> type = classes.loadClass("dev.breaker.sample.docs.Block");
				try (ConfigurableApplicationContext context = start(emptyYaml(), type)) {
					assertThat(AopUtils.isAopProxy(context.getBean(type))).isTrue();
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("javaTypes")
	void javaTypesCompileAndTheirBeansStart(Block java) throws Exception {
		compile("package dev.breaker.sample.docs;\nimport dev.breaker.sample.docs.Vocabulary.*;\n"
				+ withoutOmissions(java.text()));
		try (URLClassLoader classes = compiled()) {
			Class<?>[] components = components(classes);
			if (components.length > 0) {
				try (ConfigurableApplicationContext context = start(emptyYaml(), components)) {
					assertThat(components).allSatisfy((type) -> assertThat(context.getBean(type)).isNotNull());
				}
			}
		}
	}

	@Test
	void dependencyIsTheOneThatIsBuilt() {
		String pom = read("pom.xml");
		String version = pom.replaceAll("(?s).*<artifactId>breaker-parent</artifactId>\\s*<version>([^<]+)<.*", "$1");
		assertThat(blocks("xml").filter((block) -> block.page().equals("README.md"))).singleElement()
			.extracting(Block::text)
			.asString()
			.contains("<artifactId>breaker-spring-boot-starter</artifactId>", "<version>" + version + "</version>");
	}

	@Test
	void linksLeadToAFileAndAHeading() {
		for (String page : pages()) {
			assertThat(LINK.matcher(read(page)).results()).as(page).allSatisfy((link) -> {
				Path target = link.group(1).isEmpty() ? PROJECT.resolve(page)
						: PROJECT.resolve(page).resolveSibling(link.group(1));
				assertThat(target).exists();
				if (link.group(2) != null) {
					assertThat(anchors(target)).contains(link.group(2));
				}
			});
		}
	}

	@Test
	void indexHasEachPage() {
		String index = read("docs/README.md");
		assertThat(pages()).filteredOn((page) -> page.matches("docs/(?!README).*"))
			.allSatisfy((page) -> assertThat(index).contains("](" + page.substring("docs/".length()) + ")"));
	}

	private static Stream<Block> blocks(String language) {
		List<Block> blocks = pages().stream()
			.filter((page) -> !OF_OTHER_MODULES.contains(page))
			.flatMap((page) -> Block.of(page, language))
			.toList();
		assertThat(blocks).as("blocks of %s", language).isNotEmpty();
		return blocks.stream();
	}

	private static List<String> pages() {
		try (Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
			return Stream
				.concat(Stream.of("README.md"),
						docs.map((page) -> PROJECT.relativize(page).toString().replace(File.separatorChar, '/'))
							.filter((page) -> page.endsWith(".md"))
							.sorted())
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> anchors(Path page) throws IOException {
		return Pattern.compile("(?m)^#+ (.*)$")
			.matcher(Files.readString(page))
			.results()
			.map((heading) -> "#" + heading.group(1).toLowerCase().replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
			.toList();
	}

	private ConfigurableApplicationContext start(Path yaml, Class<?>... beans) {
		ClassLoader classes = (beans.length > 0) ? beans[0].getClassLoader() : getClass().getClassLoader();
		return new SpringApplicationBuilder(new DefaultResourceLoader(classes), Application.class).sources(beans)
			.web(WebApplicationType.NONE)
			.run("--spring.config.location=" + yaml.toUri());
	}

	private Path emptyYaml() throws IOException {
		return Files.writeString(this.folder.resolve("application.yml"), "");
	}

	private static List<String> instances(Path yaml) throws IOException {
		return propertyNames(yaml).stream()
			.map(INSTANCE::matcher)
			.filter((matcher) -> matcher.matches())
			.map((matcher) -> matcher.group(1).replaceAll("^\\[|]$", ""))
			.distinct()
			.toList();
	}

	private static List<String> propertyNames(Path yaml) throws IOException {
		return new YamlPropertySourceLoader().load("documentation", new FileSystemResource(yaml))
			.stream()
			.flatMap((source) -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
			.toList();
	}

	@SuppressWarnings("unchecked")
	private static List<Map<?, ?>> properties(URL metadata) throws IOException {
		try (InputStream json = metadata.openStream()) {
			return (List<Map<?, ?>>) JsonParserFactory.getJsonParser()
				.parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8))
				.getOrDefault("properties", List.of());
		}
	}

	private static String members(String java) {
		return wrap(java, "dev.breaker.annotation.CircuitBreaker", "%s");
	}

	private static String statements(String java) {
		return wrap(java, "dev.breaker.CircuitBreaker", "void run() throws Exception {%n%s}");
	}

	private static String wrap(String java, String circuitBreaker, String form) {
		String imports = IMPORT.matcher(java)
			.results()
			.map((found) -> found.group().strip())
			.collect(Collectors.joining("\n"));
		String code = withoutOmissions(IMPORT.matcher(java).replaceAll(""));
		return """
				package dev.breaker.sample.docs;
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

	// Bodies may be left out: { … }
	private static String withoutOmissions(String java) {
		return java.replace("{ … }", "{ throw new UnsupportedOperationException(); }");
	}

	private void compile(String java) throws IOException {
		Path source = Files.writeString(this.folder.resolve("Block.java"), java);
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter complaints = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
			boolean compiles = compiler
				.getTask(complaints, files, null, List.of("-parameters", "-proc:none", "-d", this.folder.toString(),
						"-classpath", System.getProperty("java.class.path")), null, files.getJavaFileObjects(source))
				.call();
			assertThat(compiles).as("%s%n%s", complaints, java).isTrue();
		}
	}

	private URLClassLoader compiled() throws IOException {
		return new URLClassLoader(new URL[] { this.folder.toUri().toURL() }, getClass().getClassLoader());
	}

	private Class<?>[] components(ClassLoader classes) throws Exception {
		try (Stream<Path> files = Files.list(this.folder.resolve("dev/breaker/sample/docs"))) {
			Set<Class<?>> components = new HashSet<>();
			for (Path file : files.toList()) {
				Class<?> type = classes
					.loadClass("dev.breaker.sample.docs." + file.getFileName().toString().replace(".class", ""));
				if (AnnotatedElementUtils.hasAnnotation(type, Component.class)) {
					components.add(type);
				}
			}
			return components.toArray(Class<?>[]::new);
		}
	}

	private static String read(String file) {
		try {
			return Files.readString(PROJECT.resolve(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	record Block(String page, int line, String text) {

		static Stream<Block> of(String page, String language) {
			String text = read(page);
			return Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```")
				.matcher(text)
				.results()
				.map((block) -> new Block(page, (int) text.substring(0, block.start()).lines().count() + 1,
						block.group(1)));
		}

		boolean declaresTypes() {
			return TOP_LEVEL_TYPE.matcher(this.text).find();
		}

		@Override
		public String toString() {
			return this.page + ":" + this.line;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
