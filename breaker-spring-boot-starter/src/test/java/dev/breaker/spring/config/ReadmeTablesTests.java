package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.breaker.spring.event.BreakerEvent;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.Ordered;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * README's tables of properties and switches are those that there are, with their
 * defaults.
 */
class ReadmeTablesTests {

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	/** What the README says in words. */
	private static final Map<String, Object> IN_WORDS = Map.of("100 before the last, so outside of `@Transactional`",
			Ordered.LOWEST_PRECEDENCE - 100, "all but `success`",
			EnumSet.complementOf(EnumSet.of(BreakerEvent.Type.SUCCESS)), "none", List.of());

	private final JsonNode metadata = JsonMapper.shared()
		.readTree(Objects.requireNonNull(
				BreakerProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")));

	@Test
	void tableOfPropertiesHasAllOfThemAndNoOther() throws IOException {
		assertThat(table("| property of a config or an instance |").keySet()).containsExactlyInAnyOrderElementsOf(
				BoundProperty.OF_BREAKER.stream().map(BoundProperty::toString).toList());
	}

	@Test
	void tableOfSwitchesHasAllOfThemAndNoOther() throws IOException {
		assertThat(table("| switch |").keySet()).containsExactlyInAnyOrderElementsOf(
				BoundProperty.SWITCHES.stream().map((property) -> "breaker." + property).toList());
	}

	@TestFactory
	List<DynamicTest> defaultOfEachPropertyIsTheOneOfTheMetadata() throws IOException {
		List<DynamicTest> tests = new ArrayList<>();
		table("| property of a config or an instance |").forEach((key, says) -> {
			if (!key.equals(BoundProperty.BASE_CONFIG)) {
				tests.add(DynamicTest.dynamicTest(key,
						() -> assertSame(says, defaultOf("breaker.configs.default." + key))));
			}
		});
		return tests;
	}

	@TestFactory
	List<DynamicTest> defaultOfEachSwitchIsTheOneThatHolds() throws IOException {
		List<DynamicTest> tests = new ArrayList<>();
		Map<String, String> table = table("| switch |");
		for (BoundProperty property : BoundProperty.SWITCHES) {
			String key = "breaker." + property;
			tests.add(DynamicTest.dynamicTest(key, () -> {
				String says = Objects.requireNonNull(table.get(key));
				Object holds = IN_WORDS.getOrDefault(says, plain(says));
				assertThat(String.valueOf(holds)).isEqualTo(String.valueOf(value(property)));
				if (!IN_WORDS.containsKey(says)) {
					assertThat(defaultOf(key)).isEqualTo(holds);
				}
			}));
		}
		return tests;
	}

	/** The start of a cell is the default; what follows says when it is another one. */
	private static void assertSame(String says, String metadata) {
		String first = plain(says.split("[;:,]", 2)[0]);
		if (metadata.equals("none")) {
			assertThat(first).isIn("none", "off", "every Throwable");
		}
		else if (metadata.matches("[0-9.]+")) {
			assertThat(Double.parseDouble(first)).isEqualTo(Double.parseDouble(metadata));
		}
		else if (metadata.matches("[0-9]+[a-z]+")) {
			assertThat(DurationStyle.detectAndParse(first)).isEqualTo(DurationStyle.detectAndParse(metadata));
		}
		else {
			assertThat(first).isEqualToIgnoringCase(metadata);
		}
	}

	private static String plain(String cell) {
		return cell.replace("`", "").trim();
	}

	private String defaultOf(String key) {
		return this.metadata.path("properties")
			.valueStream()
			.filter((property) -> property.path("name").asString().equals(key))
			.findFirst()
			.orElseThrow()
			.path("defaultValue")
			.asString();
	}

	private static Object value(BoundProperty property) throws ReflectiveOperationException {
		Object at = new BreakerProperties();
		for (String element : property.toString().split("\\.")) {
			String name = Arrays.stream(element.split("-"))
				.map((word) -> StringUtils.capitalize(word))
				.reduce("", String::concat);
			Object owner = at;
			at = Arrays.stream(owner.getClass().getMethods())
				.filter((method) -> Set.of("get" + name, "is" + name).contains(method.getName()))
				.min(Comparator.comparing((method) -> method.getName()))
				.orElseThrow()
				.invoke(owner);
		}
		return at;
	}

	/** The last cell of each row by each key of the first one. */
	private static Map<String, String> table(String heading) throws IOException {
		List<String> lines = Files.readAllLines(Path.of("..", "README.md"));
		Map<String, String> rows = new LinkedHashMap<>();
		lines.stream()
			.dropWhile((line) -> !line.startsWith(heading))
			.skip(2)
			.takeWhile((line) -> line.startsWith("|"))
			.forEach((line) -> {
				String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|");
				List<String> keys = CODE.matcher(cells[0]).results().map((MatchResult code) -> code.group(1)).toList();
				String says = cells[cells.length - 1].trim();
				String[] each = (keys.size() > 1 && says.contains(",")) ? says.split(", ") : null;
				for (int i = 0; i < keys.size(); i++) {
					String key = keys.get(i).startsWith(".")
							? keys.get(0).substring(0, keys.get(0).lastIndexOf('.')) + keys.get(i) : keys.get(i);
					rows.put(key, (each != null) ? each[i] : says);
				}
			});
		assertThat(rows).as(heading).isNotEmpty();
		return rows;
	}

}
