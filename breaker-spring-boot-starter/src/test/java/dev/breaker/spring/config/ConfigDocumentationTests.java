package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of docs/configuration.md, and the properties that docs/whatif.md names.
 */
class ConfigDocumentationTests {

	private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| (.+) \\| ([^|]+) \\|$");

	@Test
	void tableHasEachPropertyOfABreaker() throws IOException {
		assertThat(rows("Properties of a config or an instance"))
			.containsOnlyKeys(PropertyDefinition.OF_BREAKER.stream().map(PropertyDefinition::toString).toList());
	}

	@Test
	void tableHasEachSwitch() throws IOException {
		assertThat(rows("Switches"))
			.containsOnlyKeys(SwitchValidator.SWITCHES.stream().map((key) -> "breaker." + key).toList());
	}

	@Test
	void tableHasTheDefaultsThatAnEditorShows() throws IOException {
		Map<String, String> defaults = JsonMapper.shared()
			.readTree(Objects.requireNonNull(
					BreakerProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")))
			.path("properties")
			.valueStream()
			.collect(Collectors.toMap((property) -> property.path("name").asString(),
					ConfigDocumentationTests::defaultValue));
		rows("Properties of a config or an instance").forEach((key, shown) -> {
			if (!key.equals(PropertyDefinition.BASE_CONFIG)) {
				assertThat(shown).as(key)
					.matches("(" + Pattern.quote(defaults.get("breaker.configs.default." + key)) + ")\\b.*");
			}
		});
		rows("Switches").forEach((key, shown) -> {
			if (!List.of("breaker.aspect.order", "breaker.events.types").contains(key)) {
				assertThat(shown).as(key).isEqualTo(defaults.get(key));
			}
		});
	}

	@Test
	void whatIfRefusesThePropertiesThatItsPageNames() throws IOException {
		String refused = Files.readString(Path.of("..", "docs", "whatif.md"))
			.replaceFirst("(?s).* properties, which are refused: ", "")
			.replaceFirst("(?s)\\.\n.*", "");
		assertThat(Pattern.compile("`([a-z-]+)`").matcher(refused).results().map((name) -> name.group(1)))
			.containsExactlyInAnyOrderElementsOf(
					ReplayedProperties.UNTOLD.keySet().stream().map(ConfigReader::key).toList());
	}

	private static String defaultValue(JsonNode property) {
		JsonNode value = property.path("defaultValue");
		return value.isEmpty() && value.isArray() ? "none" : value.asString("");
	}

	/** The defaults by key. */
	private static Map<String, String> rows(String heading) throws IOException {
		String page = Files.readString(Path.of("..", "docs", "configuration.md"));
		String section = page.replaceFirst("(?s).*\n## " + heading + "\n", "").replaceFirst("(?s)\n## .*", "");
		Map<String, String> rows = new LinkedHashMap<>();
		for (MatchResult row : ROW.matcher(section).results().toList()) {
			String shown = row.group(3).replace("`", "");
			rows.put(row.group(1), shown.replaceFirst("^off\\b", "none"));
		}
		return rows;
	}

}
