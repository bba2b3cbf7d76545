package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs the scenarios under {@code src/test/resources/conformance}, one test each. The
 * README there explains them.
 */
class ConformanceTests {

	private static final Path DIRECTORY = Path.of("src", "test", "resources", "conformance");

	private static final int SCENARIOS = 127;

	private static final Set<String> SCENARIO_KEYS = Set.of("id", "source", "about", "portable", "recommended",
			"conflict", "config", "steps");

	@TestFactory
	Stream<DynamicTest> scenarios() throws IOException {
		return load().stream()
			.filter(ConformanceTests::binds)
			.map((scenario) -> DynamicTest.dynamicTest(scenario.get("id") + ": " + scenario.get("about"),
					() -> new ConformanceScenario(scenario).run()));
	}

	@Test
	void noScenarioIsSkipped() throws IOException {
		List<Map<String, Object>> scenarios = load();
		assertThat(scenarios.stream().filter(ConformanceTests::binds)).hasSize(SCENARIOS);
		Set<Object> ids = new HashSet<>();
		for (Map<String, Object> scenario : scenarios) {
			assertThat(SCENARIO_KEYS).as("keys of %s", scenario.get("id")).containsAll(scenario.keySet());
			assertThat(ids.add(scenario.get("id"))).as("%s is there once", scenario.get("id")).isTrue();
			assertThat((List<?>) scenario.get("steps")).as("steps of %s", scenario.get("id")).isNotEmpty();
		}
	}

	@Test
	void aKeyOrStepThatTheRunnerDoesNotKnowFailsTheRun() {
		refused("{id: x, config: {failureRateTreshold: 50}, steps: [{call: success}]}", "failureRateTreshold");
		refused("{id: x, config: {}, steps: [{jump: 5s}]}", "jump");
		refused("{id: x, config: {}, steps: [{call: maybe}]}", "maybe");
		refused("{id: x, config: {}, steps: [{call: 'failure:NoSuchException'}]}", "NoSuchException");
		refused("{id: x, config: {}, steps: [{op: explode}]}", "explode");
		refused("{id: x, config: {}, steps: [{advance: 5 parsecs}]}", "5 parsecs");
		refused("{id: x, config: {}, steps: [{call: success, expect: {stat: CLOSED}}]}", "stat");
		refused("{id: x, config: {}, steps: [{call: success, expect: {thrown: sometimes}}]}", "sometimes");
		refused("{id: x, config: {}, steps: [{advance: 1s, expect: {admitted: true}}]}", "admitted");
	}

	@ParameterizedTest
	@ValueSource(strings = { "SQLException", "HttpTimeoutException", "GeneralSecurityException", "SSLException",
			"CompletionException", "ExecutionException", "UncheckedIOException", "InvocationTargetException",
			"FileSystemException", "CompletionException(SQLException)", "UncheckedIOException(SocketException)",
			"ExecutionException(CompletionException(IOException))" })
	void exceptionsOfTheJdkAreMadeByWhateverConstructorTheyHave(String exception) {
		new ConformanceScenario(parse("""
				{id: x, config: {consecutiveFailures: 1}, steps: [
				{call: 'failure:%s', expect: {thrown: original, state: OPEN}}]}""".formatted(exception))).run();
	}

	@Test
	void aTimeWindowIsOfWholeSecondsAndOfOneAtLeast() {
		new ConformanceScenario(parse("""
				{id: x, config: {windowType: time, windowSize: 500ms, failureRateThreshold: 50}, steps: [
				{call: success, expect: {calls: 1}}, {advance: 1s, expect: {calls: 0}}, {build: valid}]}""")).run();
		new ConformanceScenario(parse("""
				{id: x, config: {windowType: time, windowSize: 0s, failureRateThreshold: 50}, steps: [
				{build: invalid}]}""")).run();
	}

	@Test
	void anExpectationThatDoesNotHoldFailsTheRun() {
		fails("{id: x, config: {consecutiveFailures: 2}, steps: [{call: failure, expect: {state: OPEN}}]}", "state");
		fails("{id: x, config: {}, steps: [{call: success, expect: {admitted: false}}]}", "admitted");
		fails("{id: x, config: {}, steps: [{call: failure, expect: {thrown: none}}]}", "thrown");
		fails("{id: x, config: {}, steps: [{call: success, expect: {calls: 2}}]}", "calls");
		fails("{id: x, config: {}, steps: [{call: success, expect: {failures: 1}}]}", "failures");
		fails("{id: x, config: {}, steps: [{call: failure, expect: {successes: 1}}]}", "successes");
		fails("{id: x, config: {}, steps: [{call: failure, expect: {consecutiveFailures: 0}}]}", "consecutiveFailures");
		fails("{id: x, config: {}, steps: [{call: success, expect: {slowCalls: 1}}]}", "slowCalls");
		fails("{id: x, config: {}, steps: [{call: success, expect: {failureRate: 1}}]}", "failureRate");
		fails("{id: x, config: {}, steps: [{call: success, expect: {slowCallRate: 1}}]}", "slowCallRate");
		fails("{id: x, config: {}, steps: [{op: open, expect: {remainingOpen: 29s}}]}", "remainingOpen");
		fails("{id: x, config: {}, steps: [{op: open}, {call: success, expect: {notPermitted: 0}}]}", "notPermitted");
		fails("{id: x, config: {}, steps: [{op: open, expect: {legal: false}}]}", "legal");
		fails("{id: x, config: {}, steps: [{build: invalid}]}", "build");
		fails("{id: x, config: {failureRateThreshold: 0}, steps: [{build: valid}]}", "build");
	}

	private static void refused(String scenario, String named) {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> new ConformanceScenario(parse(scenario)).run())
			.withMessageContaining(named);
	}

	private static void fails(String scenario, String named) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> new ConformanceScenario(parse(scenario)).run())
			.withMessageContaining(named);
	}

	private static boolean binds(Map<String, Object> scenario) {
		return Boolean.TRUE.equals(scenario.get("portable")) || Boolean.TRUE.equals(scenario.get("recommended"));
	}

	private static List<Map<String, Object>> load() throws IOException {
		List<Map<String, Object>> scenarios = new ArrayList<>();
		try (Stream<Path> files = Files.list(DIRECTORY)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".yaml")).sorted().toList()) {
				try (InputStream content = Files.newInputStream(file)) {
					scenarios.addAll(yaml().<List<Map<String, Object>>>load(content));
				}
			}
		}
		return scenarios;
	}

	private static Map<String, Object> parse(String scenario) {
		return yaml().load(scenario);
	}

	private static Yaml yaml() {
		return new Yaml(new SafeConstructor(new LoaderOptions()));
	}

}
