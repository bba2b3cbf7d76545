package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a file may say of a fleet. The artifact for it is not there.
 */
class ConfigClusterTests {

	@TempDir
	Path directory;

	@Test
	void withoutAWordThereIsNoFleet() {
		try (ConfigurableApplicationContext context = application().start("")) {
			BreakerProperties.Cluster cluster = cluster(context);
			assertThat(cluster.enabled()).isFalse();
			assertThat(cluster.namespace()).isNull();
			assertThat(cluster.nodeId()).isNull();
			assertThat(cluster.quorum()).isNull();
			assertThat(cluster.heartbeat()).isEqualTo(Duration.ofSeconds(1));
			assertThat(cluster.nodeTimeout()).isEqualTo(Duration.ofSeconds(5));
			assertThat(cluster.joinTimeout()).isEqualTo(Duration.ofMillis(200));
			assertThat(cluster.breakers()).isNull();
		}
	}

	@Test
	void everyPropertyIsRead() {
		try (ConfigurableApplicationContext context = application().start("""
				breaker.cluster:
				  enabled: false
				  namespace: shop
				  node-id: shop-1
				  quorum: 30%
				  heartbeat: 500ms
				  node-timeout: 1s
				  join-timeout: 0s
				  breakers: [ payments, "stock-*" ]
				""")) {
			BreakerProperties.Cluster cluster = cluster(context);
			assertThat(cluster.namespace()).isEqualTo("shop");
			assertThat(cluster.nodeId()).isEqualTo("shop-1");
			assertThat(cluster.quorum()).hasToString("30%").extracting("votes", "percent").containsExactly(0, 30);
			assertThat(cluster.heartbeat()).isEqualTo(Duration.ofMillis(500));
			assertThat(cluster.nodeTimeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(cluster.joinTimeout()).isZero();
			assertThat(cluster.breakers()).isEqualTo(List.of("payments", "stock-*"));
		}
	}

	@ParameterizedTest
	@CsvSource({ "3, 3, 0", "'\"3\"', 3, 0", "1%, 0, 1", "'\"100 %\"', 0, 100", "999999, 999999, 0" })
	void quorumIsANumberOrAPercentage(String written, int votes, int percent) {
		try (ConfigurableApplicationContext context = application().start("breaker.cluster.quorum: " + written)) {
			ClusterQuorum quorum = cluster(context).quorum();
			assertThat(quorum).isNotNull();
			assertThat(quorum.votes()).isEqualTo(votes);
			assertThat(quorum.percent()).isEqualTo(percent);
			assertThat(ClusterQuorum.valueOf(quorum.toString())).hasToString(quorum.toString());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "0%", "101%", "30.5%", "2.5", "half", "30 percent", "1000000" })
	void quorumThatIsNoneIsRefused(String written) {
		assertThat(failure("breaker.cluster.quorum: " + written)).contains("Property: breaker.cluster.quorum\n")
			.contains("Value: \"" + written + "\"")
			.contains("application.yml] - 1:")
			.contains("Reason: must be a number of instances such as 3, or a percentage of them such as 30%, from 1 on")
			.contains("Change \"breaker.cluster.quorum\": it must be a number of instances such as 3, or a percentage");
	}

	@Test
	void quorumOfCodeIsRefusedWithItsText() {
		assertThatIllegalArgumentException().isThrownBy(() -> ClusterQuorum.valueOf("a\nb"))
			.withMessage(
					"Invalid quorum 'a b': must be a number of instances such as 3, or a percentage of them such as"
							+ " 30%, from 1 on");
	}

	@Test
	void fleetWithoutTheArtifactIsRefused() {
		assertThat(failure("breaker.cluster.enabled: true")).contains("Property: breaker.cluster.enabled\n")
			.contains("application.yml] - 1:")
			.contains("Reason: needs the artifact breaker-fleet-redis, which is not on the class path")
			.contains(
					"Add the dependency dev.breaker:breaker-fleet-redis, or change \"breaker.cluster.enabled\" to false.");
	}

	@ParameterizedTest
	@CsvSource({ "heartbeat, 99ms, must be between 100ms and 1m", "heartbeat, 61s, must be between 100ms and 1m",
			"heartbeat, -1s, must be between 100ms and 1m", "join-timeout, -1ms, must be between 0s and 1m",
			"join-timeout, 2m, must be between 0s and 1m",
			"node-timeout, 61m, 'must be at least two heartbeats, and at most 1h'",
			"node-timeout, -5s, 'must be at least two heartbeats, and at most 1h'" })
	void timeOutOfItsRangeIsRefused(String property, String value, String requirement) {
		assertThat(failure("breaker.cluster." + property + ": " + value))
			.contains("Property: breaker.cluster." + property + "\n")
			.contains("Value: \"" + value + "\"")
			.contains("Reason: " + requirement)
			.contains("Change \"breaker.cluster." + property + "\": it " + requirement + ".");
	}

	@ParameterizedTest
	@ValueSource(strings = { "heartbeat", "node-timeout", "join-timeout" })
	void timeWithoutAUnitIsRefused(String property) {
		assertThat(failure("breaker.cluster." + property + ": 5"))
			.contains("Reason: must be a duration such as 500ms, 5s or PT5S, with its unit");
	}

	@Test
	void nodeTimeoutOfLessThanTwoHeartbeatsIsRefused() {
		assertThat(failure("breaker.cluster.node-timeout: 1999ms")).contains("Property: breaker.cluster.node-timeout\n")
			.contains(
					"Reason: contradicts the heartbeat of 1s: \"breaker.cluster.node-timeout\" must be at least twice \"breaker.cluster.heartbeat\"")
			.contains(
					"Change \"breaker.cluster.node-timeout\" or \"breaker.cluster.heartbeat\": five heartbeats are usual.");
		assertThat(failure("breaker.cluster: { node-timeout: 3s, heartbeat: 2s }"))
			.contains("Property: breaker.cluster.node-timeout\n")
			.contains("Reason: contradicts the heartbeat of 2s");
		assertThat(failure("breaker.cluster.heartbeat: 3s")).contains("Property: breaker.cluster.heartbeat\n")
			.contains("Reason: contradicts the node timeout of 5s");
	}

	@Test
	void timeThatIsWrongByItselfContradictsNothing() {
		assertThat(failure("breaker.cluster: { node-timeout: 10s, heartbeat: soon }")).doesNotContain("contradicts")
			.contains("Property: breaker.cluster.heartbeat\n");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			namespace | "a{b}"     | must have no braces, which Redis Cluster takes for the part of a key that is hashed
			namespace | "a\\nb"    | must be one line without control characters
			node-id   | "a\\u0007b" | must be one line without control characters
			""")
	void nameThatOthersCannotReadIsRefused(String property, String value, String requirement) {
		assertThat(failure("breaker.cluster." + property + ": " + value))
			.contains("Property: breaker.cluster." + property + "\n")
			.contains("Reason: " + requirement)
			.contains("Change \"breaker.cluster." + property + "\": it " + requirement + ".");
	}

	@Test
	void nameThatIsTooLongIsRefused() {
		for (String property : List.of("namespace", "node-id")) {
			assertThat(failure("breaker.cluster." + property + ": " + "x".repeat(101)))
				.contains("Property: breaker.cluster." + property + "\n")
				.contains("Reason: must have at most 100 characters, and has 101");
		}
	}

	@Test
	void listOfNoBreakersIsRefused() {
		assertThat(failure("breaker.cluster.breakers: [ ]")).contains("Property: breaker.cluster.breakers\n")
			.contains("Reason: names no breaker")
			.contains("Name at least one, remove \"breaker.cluster.breakers\" to share all of breaker.instances,"
					+ " or set \"breaker.cluster.enabled\" to false.");
	}

	@Test
	void keyThatIsNoneIsRefusedWithTheNearest() {
		assertThat(failure("breaker.cluster.namspace: shop")).contains("Property: breaker.cluster.namspace\n")
			.contains("did you mean \"breaker.cluster.namespace\"?");
		assertThat(failure("breaker.cluster: true")).contains("Property: breaker.cluster\n")
			.contains("Reason: is not a property");
	}

	@Test
	void keyWrittenTwiceIsRefused() {
		assertThat(failure("""
				breaker.cluster:
				  node-id: a
				  nodeId: b
				""")).contains("is the same property as \"breaker.cluster.node-id\"");
	}

	private static BreakerProperties.Cluster cluster(ConfigurableApplicationContext context) {
		return context.getBean(BreakerProperties.class).cluster();
	}

	private String failure(String yaml) {
		return application().failure(yaml);
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
