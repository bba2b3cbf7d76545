package dev.breaker.spring.cloud.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.cloud.BreakerCircuitBreakerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of docs/spring-cloud.md work.
 */
class DocumentationTests {

	private static final String CLOUD = "spring.cloud.";

	@TempDir
	Path folder;

	@Test
	void theYamlAndTheCustomizerConfigureWhatTheyName() throws IOException {
		Path yaml = Files.writeString(this.folder.resolve("application.yml"), block("yaml"));
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run("--spring.config.location=" + yaml.toUri())) {
			CircuitBreakerFactory<?, ?> factory = context.getBean(CircuitBreakerFactory.class);
			factory.create("Stock#level(String)", "stock");
			factory.create("Stock#count()", "stock");
			factory.create("Stock#reserve(String)", "stock");
			factory.create("others");
			assertThat(config(context, "Stock#level(String)").failureRateThreshold()).isEqualTo(20);
			assertThat(config(context, "Stock#count()").consecutiveFailureThreshold()).isEqualTo(5);
			assertThat(config(context, "Stock#reserve(String)").failureRateThreshold()).isEqualTo(20);
			assertThat(config(context, "others").slidingWindowSize()).isEqualTo(50);
		}
	}

	@Test
	void theYamlHasNoPropertyThatIsUnknown() throws IOException {
		Path yaml = Files.writeString(this.folder.resolve("application.yml"), block("yaml"));
		assertThat(new YamlPropertySourceLoader().load("documentation", new FileSystemResource(yaml)))
			.flatExtracting((source) -> List.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
			.filteredOn((name) -> name.startsWith(CLOUD))
			.hasSize(3)
			.isSubsetOf(knownProperties());
		assertThat(Pattern.compile("`(spring\\.cloud\\.openfeign\\.[a-z.-]+)=").matcher(page()).results())
			.extracting((found) -> found.group(1))
			.isNotEmpty()
			.isSubsetOf(knownProperties());
	}

	@Test
	void theExampleInJavaIsTheOneOfThisTest() throws IOException {
		assertThat(
				plain(Files.readString(Path.of("src/test/java/dev/breaker/spring/cloud/docs/DocumentationTests.java"))))
			.contains(plain(block("java")));
	}

	@Test
	void dependencyIsTheOneThatIsBuilt() throws IOException {
		String version = Files.readString(Path.of("pom.xml"))
			.replaceAll("(?s).*<artifactId>breaker[a-z-]+parent</artifactId>\\s*<version>([^<]+)<.*", "$1");
		assertThat(block("xml")).contains("<artifactId>breaker-spring-cloud</artifactId>",
				"<version>" + version + "</version>");
	}

	private static CircuitBreakerConfig config(ConfigurableApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow().config();
	}

	private Set<String> knownProperties() throws IOException {
		Set<String> known = new HashSet<>();
		for (URL metadata : Collections
			.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream json = metadata.openStream()) {
				List<?> properties = (List<?>) JsonParserFactory.getJsonParser()
					.parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8))
					.getOrDefault("properties", List.of());
				properties.forEach((property) -> known.add(((Map<?, ?>) property).get("name").toString()));
			}
		}
		return known;
	}

	private static String block(String language) throws IOException {
		List<String> blocks = Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```")
			.matcher(page())
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).hasSize(1);
		return blocks.get(0);
	}

	private static String page() throws IOException {
		return Files.readString(Path.of("../docs/spring-cloud.md"));
	}

	private static String plain(String code) {
		return code.replaceAll("\\s", "");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Customizer<BreakerCircuitBreakerFactory> stockBreakers() {
			return (factory) -> {
				factory.configure((builder) -> builder.config().failureRateThreshold(20), "Stock#level(String)");
				factory.configureDefault((id) -> CircuitBreakerConfig.builder().slidingWindowSize(50).build());
			};
		}

	}

}
