package dev.breaker.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard of {@code docs/observability} has what Grafana's JSON model of a
 * dashboard asks for. Its queries are evaluated by {@link ObservabilityTests}.
 */
class GrafanaDashboardTests {

	private static final int COLUMNS = 24;

	private static final String SOURCE = "{\"type\":\"prometheus\",\"uid\":\"${datasource}\"}";

	private static final Pattern VARIABLE = Pattern.compile("\\$(?!__)(\\w+)");

	private final JsonMapper mapper = new JsonMapper();

	private final JsonNode dashboard = read();

	private JsonNode read() {
		try {
			return this.mapper
				.readTree(Files.readString(Path.of("..", "docs", "observability", "grafana-dashboard.json")));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private List<JsonNode> panels() {
		return this.dashboard.get("panels").valueStream().toList();
	}

	private List<JsonNode> drawn() {
		return panels().stream().filter((panel) -> !panel.get("type").asString().equals("row")).toList();
	}

	@Test
	void itCanBeImported() {
		assertThat(this.dashboard.get("schemaVersion").asInt()).isEqualTo(39);
		assertThat(this.dashboard.get("id").isNull()).isTrue();
		assertThat(this.dashboard.get("uid").asString()).matches("[a-z-]{1,40}");
		assertThat(this.dashboard.get("title").asString()).isNotEmpty();
		assertThat(this.dashboard.at("/time/from").asString()).startsWith("now-");
		assertThat(this.dashboard.at("/time/to").asString()).isEqualTo("now");
	}

	@Test
	void everyPanelIsOfATypeThatGrafanaHasAndSaysOfWhichVersion() {
		assertThat(panels()).extracting((panel) -> panel.get("type").asString())
			.containsOnly("row", "stat", "timeseries", "state-timeline", "table");
		assertThat(drawn()).isNotEmpty().allSatisfy((panel) -> {
			assertThat(panel.get("pluginVersion").asString()).isEqualTo("10.4.0");
			assertThat(panel.get("title").asString()).isNotEmpty();
			assertThat(panel.get("options").isObject()).isTrue();
			assertThat(panel.at("/fieldConfig/defaults").isObject()).isTrue();
			assertThat(panel.at("/fieldConfig/overrides").isArray()).isTrue();
		});
	}

	@Test
	void panelsHaveAPlaceOfTheirOwn() {
		Set<Integer> ids = new HashSet<>();
		Set<List<Integer>> taken = new HashSet<>();
		for (JsonNode panel : panels()) {
			assertThat(ids.add(panel.get("id").asInt())).as(panel.get("title").asString()).isTrue();
			JsonNode place = panel.get("gridPos");
			int left = place.get("x").asInt();
			int top = place.get("y").asInt();
			assertThat(left + place.get("w").asInt()).isBetween(1, COLUMNS);
			for (int x = left; x < left + place.get("w").asInt(); x++) {
				for (int y = top; y < top + place.get("h").asInt(); y++) {
					assertThat(taken.add(List.of(x, y))).as("%s at %d, %d", panel.get("title"), x, y).isTrue();
				}
			}
		}
	}

	@Test
	void everyQueryAsksTheChosenSourceForTheChosenApplication() {
		for (JsonNode panel : drawn()) {
			assertThat(panel.get("datasource")).isEqualTo(this.mapper.readTree(SOURCE));
			Set<String> names = new HashSet<>();
			assertThat(panel.get("targets")).isNotEmpty();
			for (JsonNode target : panel.get("targets")) {
				assertThat(names.add(target.get("refId").asString())).isTrue();
				assertThat(target.get("datasource")).isEqualTo(this.mapper.readTree(SOURCE));
				assertThat(target.get("expr").asString()).contains("job=~\"$application\"", "instance=~\"$instance\"");
				assertThat(variables(target.get("expr").asString())).contains("breaker");
				assertThat(target.path("instant").asBoolean()).isNotEqualTo(target.path("range").asBoolean());
			}
		}
	}

	@Test
	void everyVariableComesAfterThoseThatItUses() {
		List<String> known = new ArrayList<>();
		for (JsonNode variable : this.dashboard.at("/templating/list")) {
			String name = variable.get("name").asString();
			if (name.equals("datasource")) {
				assertThat(variable.get("type").asString()).isEqualTo("datasource");
				assertThat(variable.get("query").asString()).isEqualTo("prometheus");
			}
			else {
				assertThat(variable.get("type").asString()).isEqualTo("query");
				assertThat(variable.get("datasource")).isEqualTo(this.mapper.readTree(SOURCE));
				assertThat(variable.at("/query/query")).isEqualTo(variable.get("definition"));
				assertThat(variable.get("multi").asBoolean()).isTrue();
				assertThat(variable.get("allValue").asString()).isEqualTo(".+");
				assertThat(known).contains("datasource").containsAll(variables(variable.get("definition").asString()));
			}
			known.add(name);
		}
		assertThat(known).containsExactly("datasource", "application", "instance", "breaker");
	}

	@Test
	void everyColumnOfTheTableHasAName() {
		JsonNode table = drawn().stream()
			.filter((panel) -> panel.get("type").asString().equals("table"))
			.findFirst()
			.orElseThrow();
		JsonNode organize = table.get("transformations")
			.valueStream()
			.filter((each) -> each.get("id").asString().equals("organize"))
			.findFirst()
			.orElseThrow();
		for (JsonNode target : table.get("targets")) {
			assertThat(target.get("format").asString()).isEqualTo("table");
			assertThat(organize.at("/options/renameByName").propertyNames())
				.contains("Value #" + target.get("refId").asString());
		}
		Set<String> named = new HashSet<>();
		organize.at("/options/renameByName").valueStream().forEach((name) -> named.add(name.asString()));
		for (JsonNode override : table.at("/fieldConfig/overrides")) {
			assertThat(named).contains(override.at("/matcher/options").asString());
		}
	}

	private static Set<String> variables(String text) {
		Set<String> names = new HashSet<>();
		for (MatchResult match : VARIABLE.matcher(text).results().toList()) {
			names.add(match.group(1));
		}
		return names;
	}

}
