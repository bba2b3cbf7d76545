package dev.breaker.spring.config;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor knows of the properties.
 */
class ConfigMetadataTests {

	private static final String DEFAULT_CONFIG = "breaker.configs.default.";

	private final JsonNode metadata = JsonMapper.shared()
		.readTree(Objects.requireNonNull(
				BreakerProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")));

	@ParameterizedTest
	@MethodSource("keys")
	void everyPropertyHasATypeADescriptionAndADefault(String key) {
		JsonNode property = find("properties", key).orElseThrow(() -> new AssertionError("No metadata of " + key));
		assertThat(property.path("type").asString()).isNotEmpty();
		assertThat(property.path("description").asString()).isNotEmpty()
			.as("a word that was broken over a line")
			.doesNotContainPattern("\\w- ");
		assertThat(property.has("defaultValue")).isTrue();
	}

	@ParameterizedTest
	@MethodSource("dev.breaker.spring.config.ConfigParityTests#properties")
	void defaultThatIsShownIsTheOneThatHolds(Method accessor) {
		String shown = find("properties", DEFAULT_CONFIG + ConfigParityTests.key(accessor.getName())).orElseThrow()
			.path("defaultValue")
			.asString();
		Object holds = ReflectionUtils.invokeMethod(accessor, CircuitBreakerConfig.ofDefaults());
		if (holds == null || List.of().equals(holds)) {
			assertThat(shown).isEqualTo("none");
		}
		else if (holds instanceof Number number) {
			assertThat(Double.parseDouble(shown)).isEqualTo(number.doubleValue());
		}
		else if (holds instanceof Duration duration) {
			assertThat(DurationStyle.detectAndParse(shown)).isEqualTo(duration);
		}
		else {
			assertThat(shown).isEqualTo(holds.toString());
		}
	}

	@ParameterizedTest
	@MethodSource("keysThatAcceptNone")
	void editorOffersNone(String key) {
		JsonNode hint = find("hints", key).orElseThrow(() -> new AssertionError("No hint for " + key));
		assertThat(hint.path("values").path(0).path("value").asString()).isEqualTo("none");
	}

	@Test
	void rangeOfASwitchIsInItsDescription() {
		for (PropertyDefinition property : SwitchValidator.SWITCHES) {
			PropertyDefinition.Range range = property.range();
			if (range != null) {
				assertThat(find("properties", "breaker." + property).orElseThrow().path("description").asString())
					.contains((range.max() == Integer.MAX_VALUE) ? range.min() + " or more"
							: range.min() + " to " + range.max());
			}
		}
	}

	@Test
	void defaultOfAListIsAList() {
		for (String key : List.of("breaker.events.types", "breaker.health.down-when-open")) {
			assertThat(find("properties", key).orElseThrow().path("defaultValue").isArray()).as(key).isTrue();
		}
	}

	@Test
	void editorOffersThePropertiesOfEveryConfigAndInstance() {
		for (String section : List.of("breaker.configs", "breaker.instances")) {
			assertThat(find("properties", section).orElseThrow().path("type").asString())
				.isEqualTo("java.util.Map<java.lang.String,%s>".formatted(CircuitBreakerProperties.class.getName()));
		}
	}

	@Test
	void editorOffersClassesAndStates() {
		assertThat(type("record-exceptions"))
			.isEqualTo("java.util.List<java.lang.Class<? extends java.lang.Throwable>>");
		assertThat(type("initial-state")).isEqualTo("dev.breaker.State");
		assertThat(find("hints", DEFAULT_CONFIG + "record-result-predicate").orElseThrow()
			.path("providers")
			.path(0)
			.path("name")
			.asString()).isEqualTo("class-reference");
	}

	private String type(String key) {
		return find("properties", DEFAULT_CONFIG + key).orElseThrow().path("type").asString();
	}

	private Optional<JsonNode> find(String section, String name) {
		return this.metadata.path(section)
			.valueStream()
			.filter((entry) -> entry.path("name").asString().equals(name))
			.findFirst();
	}

	static Stream<String> keys() {
		return Stream.concat(PropertyDefinition.OF_BREAKER.stream()
			.map(PropertyDefinition::toString)
			.filter((key) -> !key.equals(PropertyDefinition.BASE_CONFIG))
			.map(DEFAULT_CONFIG::concat), SwitchValidator.SWITCHES.stream().map((key) -> "breaker." + key));
	}

	static Stream<String> keysThatAcceptNone() {
		return PropertyDefinition.OF_BREAKER.stream()
			.filter(PropertyDefinition::acceptsNone)
			.map((property) -> DEFAULT_CONFIG + property);
	}

}
