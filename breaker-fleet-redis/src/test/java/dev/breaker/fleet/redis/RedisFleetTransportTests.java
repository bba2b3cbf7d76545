package dev.breaker.fleet.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.breaker.ProbeRules;
import dev.breaker.State;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.News;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.Reply;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KillArgs;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.Mockito;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The transport on a real Redis: how it connects, what it hears, and what happens to it
 * when Redis is slow, away, empty, full or somebody else's.
 */
@ParameterizedClass
@EnumSource(RedisBinary.class)
@ExtendWith(OutputCaptureExtension.class)
class RedisFleetTransportTests {

	private static final String PAYMENTS = "payments";

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(200);

	private static final long WAIT = 60_000;

	private final RedisBinary binary;

	private TestRedis redis;

	RedisFleetTransportTests(RedisBinary binary) {
		this.binary = binary;
	}

	@AfterEach
	void stop() throws Exception {
		if (this.redis != null) {
			this.redis.close();
		}
	}

	private void start(String... settings) {
		this.redis = TestRedis.start(this.binary, settings);
	}

	private RedisFleetTransport transport(Duration timeLimit) {
		return transport(this.redis.connections(), timeLimit);
	}

	private RedisFleetTransport transport(RedisConnectionFactory connections, Duration timeLimit) {
		return this.redis.keep(new RedisFleetTransport(connections, "orders", timeLimit));
	}

	private static TestNode node(String name, RedisFleetTransport transport) {
		return new TestNode(name, (exchange) -> answer(transport, exchange)).quorum(new Quorum(1, 0));
	}

	private static Reply answer(RedisFleetTransport transport, Exchange exchange) {
		return transport.exchange(exchange).toCompletableFuture().join();
	}

	/** Why an exchange fails, which it does. */
	private static Throwable failure(RedisFleetTransport transport, Action... actions) {
		CompletableFuture<Reply> reply = transport.exchange(node("n1", transport).exchange(null, actions))
			.toCompletableFuture();
		try {
			throw new AssertionError("The exchange has not failed: " + reply.get());
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitAnswer(TestNode node) {
		Awaitility.await().atMost(LONG).ignoreException(CompletionException.class).until(() -> node.say().live() > 0);
	}

	private static Action order(String breaker, String state) {
		return new Action.Order(breaker, new Action.FleetCommand(state, -1, null, null), WAIT);
	}

	private static Action vote() {
		return new Action.Vote(PAYMENTS, WAIT, WAIT);
	}

	private static List<News> hear(RedisFleetTransport transport) {
		List<News> heard = new CopyOnWriteArrayList<>();
		transport.listen(heard::add);
		return heard;
	}

	/** Gives commands until one of them is heard. */
	private static void awaitNews(List<News> heard, TestNode node) {
		heard.clear();
		Awaitility.await().atMost(LONG).ignoreException(CompletionException.class).until(() -> {
			node.say(order("heard", "FORCED_OPEN"));
			return heard.stream()
				.flatMap((news) -> news.changed().stream())
				.anyMatch((record) -> record.breaker().equals("heard"));
		});
	}

	@Test
	void anExchangeIsAnsweredOverTheConnectionFactory() {
		start();
		RedisFleetTransport transport = transport(LONG);
		TestNode node = node("n1", transport);
		FleetRecord open = TestNode.changed(node.say(vote()), PAYMENTS);
		assertThat(open.state()).isEqualTo(State.OPEN);
		assertThat(open.until() - open.since()).isEqualTo(WAIT);
		node.report(Map.of(PAYMENTS, "OPEN"));
		node.say();
		assertThat(transport.view().toCompletableFuture().join().nodes()).singleElement()
			.satisfies((view) -> assertThat(view).extracting(FleetView.NodeView::node, FleetView.NodeView::report)
				.containsExactly(node.id(), Map.of(PAYMENTS, "OPEN")));
	}

	@Test
	void newsOfAllNewEpochsComeAtOnce() {
		start();
		RedisFleetTransport transport = transport(LONG);
		List<News> heard = hear(transport(LONG));
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		heard.clear();
		Reply reply = node.say(order("mail", "FORCED_OPEN"), vote(), order("stock", "DISABLED"));
		Awaitility.await().atMost(LONG).untilAsserted(() -> assertThat(heard).isNotEmpty());
		assertThat(heard).filteredOn((news) -> news.changed().size() > 1).singleElement().satisfies((news) -> {
			assertThat(news.incarnation()).isEqualTo(reply.incarnation());
			assertThat(news.now()).isEqualTo(reply.now());
			assertThat(news.changed()).isEqualTo(reply.changed());
		});
	}

	@Test
	void newsOfAnotherNamespaceAreNotHeard() {
		start();
		List<News> heard = hear(transport(LONG));
		RedisFleetTransport other = this.redis
			.keep(new RedisFleetTransport(this.redis.connections(), "invoices", LONG));
		TestNode stranger = node("n1", other);
		stranger.say(order(PAYMENTS, "FORCED_OPEN"));
		TestNode node = node("n1", transport(LONG));
		assertThat(node.say().changed()).isEmpty();
		awaitNews(heard, node);
		assertThat(heard).flatExtracting(News::changed).extracting(FleetRecord::breaker).doesNotContain(PAYMENTS);
	}

	@Test
	void aCallerDoesNotWaitForRedis() throws Exception {
		start();
		// Accepts connections, and says nothing
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			LettuceConnectionFactory connections = this.redis
				.connections(new RedisStandaloneConfiguration(TestRedis.HOST, silent.getLocalPort()));
			RedisFleetTransport transport = transport(connections, Duration.ofSeconds(2));
			hear(transport);
			CompletableFuture<Reply> reply = transport.exchange(node("n1", transport).exchange(null))
				.toCompletableFuture();
			assertThat(reply).isNotDone();
			assertThat(reply).failsWithin(LONG)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(TimeoutException.class)
				.withMessage("Redis has not answered within 2000 ms");
		}
	}

	@Test
	void aConnectionThatHangsIsMadeAnew() throws Exception {
		start();
		try (ServerSocket way = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			AtomicInteger port = new AtomicInteger();
			ExecutorService executor = Executors.newCachedThreadPool();
			try {
				executor.execute(() -> lead(way, port, executor));
				RedisFleetTransport transport = transport(
						this.redis.connections(new RedisStandaloneConfiguration(TestRedis.HOST, way.getLocalPort())),
						SHORT);
				for (int i = 0; i < 3; i++) {
					assertThat(failure(transport)).isInstanceOf(TimeoutException.class);
				}
				// What has hung goes on hanging.
				port.set(this.redis.port());
				awaitAnswer(node("n1", transport));
			}
			finally {
				executor.shutdownNow();
			}
		}
	}

	/** Leads connections to what listens at a port, and nowhere while that is zero. */
	private static void lead(ServerSocket way, AtomicInteger port, ExecutorService executor) {
		List<Socket> ends = new ArrayList<>();
		try {
			while (true) {
				Socket from = way.accept();
				ends.add(from);
				int present = port.get();
				if (present != 0) {
					Socket to = new Socket(TestRedis.HOST, present);
					ends.add(to);
					executor.execute(() -> copy(from, to));
					executor.execute(() -> copy(to, from));
				}
			}
		}
		catch (IOException ex) {
			ends.forEach((end) -> {
				try {
					end.close();
				}
				catch (IOException closing) {
					throw new UncheckedIOException(closing);
				}
			});
		}
	}

	private static void copy(Socket from, Socket to) {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			// One end is closed.
		}
	}

	@Test
	void aPausedRedisFailsTheExchangeAndComesBack() {
		start();
		RedisFleetTransport transport = transport(SHORT);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitAnswer(node);
		String incarnation = node.incarnation();
		this.redis.pause();
		for (int i = 0; i < 5; i++) {
			assertThat(failure(transport, order(PAYMENTS, "FORCED_OPEN"))).isInstanceOf(TimeoutException.class);
		}
		this.redis.resume();
		awaitAnswer(node);
		assertThat(node.incarnation()).isEqualTo(incarnation);
		awaitNews(heard, node);
	}

	@Test
	void whatRedisWasAskedWhilePausedDoesNotUndoWhatCameLater() {
		start();
		RedisFleetTransport transport = transport(SHORT);
		TestNode node = node("n1", transport);
		awaitAnswer(node);
		this.redis.pause();
		for (int i = 0; i < 3; i++) {
			failure(transport, order(PAYMENTS, "FORCED_OPEN"));
		}
		this.redis.resume();
		Awaitility.await().atMost(LONG).ignoreException(CompletionException.class).until(() -> {
			node.say(order(PAYMENTS, "DISABLED"));
			return true;
		});
		// All that the connections of before had to say has been read by then.
		Awaitility.await()
			.atMost(LONG)
			.until(() -> this.redis.commands()
				.clientList()
				.lines()
				.filter((line) -> line.contains("cmd=eval"))
				.count() <= 1);
		assertThat(TestNode.changed(node("n2", transport).say(), PAYMENTS).state()).isEqualTo(State.DISABLED);
	}

	@Test
	void aRedisThatIsKilledAndStartsEmptyIsFoundAgain() {
		start();
		RedisFleetTransport transport = transport(Duration.ofSeconds(2));
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		node.say(order(PAYMENTS, "FORCED_OPEN"));
		String incarnation = node.incarnation();
		long revision = node.known();
		this.redis.kill();
		// The client need not have noticed yet that the connection is gone.
		assertThat(failure(transport)).isInstanceOfAny(IOException.class, TimeoutException.class)
			.hasMessageStartingWith("Redis");
		this.redis.restart();
		awaitAnswer(node);
		assertThat(node.incarnation()).isNotEqualTo(incarnation);
		assertThat(node.known()).isGreaterThanOrEqualTo(revision);
		awaitNews(heard, node);
	}

	@Test
	void aRedisThatIsAwayFromTheStartIsFoundLater() {
		start();
		this.redis.kill();
		RedisFleetTransport transport = transport(LONG);
		List<News> heard = hear(transport);
		assertThat(failure(transport)).isInstanceOf(IOException.class)
			.hasMessageContaining(Integer.toString(this.redis.port()));
		this.redis.restart();
		TestNode node = node("n1", transport);
		awaitAnswer(node);
		awaitNews(heard, node);
	}

	@Test
	void aRedisThatWasFlushedIsAnotherLife() {
		start();
		TestNode node = node("n1", transport(LONG));
		node.say(order(PAYMENTS, "FORCED_OPEN"));
		String incarnation = node.incarnation();
		this.redis.commands().flushall();
		Reply reply = node.say();
		assertThat(reply.incarnation()).isNotEqualTo(incarnation);
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void aScriptThatRedisHasForgottenIsSentAgain() {
		start();
		TestNode node = node("n1", transport(LONG));
		node.say();
		this.redis.commands().scriptFlush();
		assertThat(node.say(order(PAYMENTS, "FORCED_OPEN")).changed()).hasSize(1);
	}

	@Test
	void aReadOnlyReplicaFailsTheExchange() throws Exception {
		start();
		try (TestRedis replica = TestRedis.start(this.binary, "--replicaof", TestRedis.HOST,
				Integer.toString(this.redis.port()))) {
			RedisFleetTransport transport = replica
				.keep(new RedisFleetTransport(replica.connections(), "orders", LONG));
			assertThat(failure(transport)).isInstanceOf(IOException.class).hasMessageContaining("READONLY");
			replica.commands().replicaofNoOne();
			awaitAnswer(node("n1", transport));
		}
	}

	@Test
	void aMasterThatBecameAReplicaIsLeft() throws Exception {
		start();
		try (TestRedis master = TestRedis.start(this.binary)) {
			AtomicInteger port = new AtomicInteger(this.redis.port());
			ExecutorService executor = Executors.newCachedThreadPool();
			try (ServerSocket way = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
				executor.execute(() -> lead(way, port, executor));
				TestNode node = node("n1", transport(
						this.redis.connections(new RedisStandaloneConfiguration(TestRedis.HOST, way.getLocalPort())),
						LONG));
				node.say();
				this.redis.commands().replicaof(TestRedis.HOST, master.port());
				port.set(master.port());
				awaitAnswer(node);
			}
			finally {
				executor.shutdownNow();
			}
		}
	}

	@Test
	void aWrongPasswordFailsTheExchange() {
		start("--requirepass", "right");
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(TestRedis.HOST,
				this.redis.port());
		configuration.setPassword("wrong");
		assertThat(failure(transport(this.redis.connections(configuration), LONG))).isInstanceOf(IOException.class)
			.hasMessageContaining("WRONGPASS");
		configuration.setPassword("right");
		awaitAnswer(node("n1", transport(this.redis.connections(configuration), LONG)));
	}

	@Test
	void aUserNeedsTheKeysAndTheChannelOfTheFleet() {
		start();
		acl("SETUSER", "fleet", "on", ">secret", "resetchannels", "~{orders:1}:*", "~{orders}:versions",
				"&{orders:1}:news", "+@read", "+@write", "+@connection", "+eval", "+evalsha", "+time", "+publish",
				"+subscribe");
		RedisFleetTransport transport = transport(this.redis.connections(user("fleet")), LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		assertThat(node.say(vote()).changed()).isNotEmpty();
	}

	@Test
	void aUserOfAClusterMayAskForItsNodesToo() {
		startCluster();
		acl("SETUSER", "fleet", "on", ">secret", "resetchannels", "~{orders:1}:*", "~{orders}:versions",
				"&{orders:1}:news", "+@read", "+@write", "+@connection", "+eval", "+evalsha", "+time", "+publish",
				"+subscribe", "+cluster|nodes", "+info");
		RedisClusterConfiguration configuration = cluster();
		configuration.setUsername("fleet");
		configuration.setPassword("secret");
		RedisFleetTransport transport = transport(cluster(configuration), LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		assertThat(node.say(vote()).changed()).isNotEmpty();
	}

	private void startCluster() {
		start("--cluster-enabled", "yes");
		this.redis.commands().clusterAddSlots(IntStream.range(0, SlotHash.SLOT_COUNT).toArray());
		Awaitility.await().atMost(LONG).until(() -> this.redis.commands().clusterInfo().contains("cluster_state:ok"));
	}

	private RedisClusterConfiguration cluster() {
		return new RedisClusterConfiguration(Set.of(TestRedis.HOST + ":" + this.redis.port()));
	}

	private LettuceConnectionFactory cluster(RedisClusterConfiguration configuration) {
		return this.redis.keep(new LettuceConnectionFactory(configuration, TestRedis.clientConfiguration()));
	}

	private void acl(String... arguments) {
		this.redis.commands()
			.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8),
					new CommandArgs<>(StringCodec.UTF8).addValues(arguments));
	}

	private RedisStandaloneConfiguration user(String name) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(TestRedis.HOST,
				this.redis.port());
		configuration.setUsername(name);
		configuration.setPassword("secret");
		return configuration;
	}

	@Test
	void withoutTheChannelAUserLearnsByHeartbeats(CapturedOutput output) {
		start();
		acl("SETUSER", "mute", "on", ">secret", "~*", "resetchannels", "+@all");
		RedisFleetTransport transport = transport(this.redis.connections(user("mute")), LONG);
		hear(transport);
		TestNode node = node("n1", transport);
		for (int i = 0; i < 3; i++) {
			assertThat(node.say(order(PAYMENTS, "FORCED_OPEN")).changed()).hasSize(1);
		}
		Awaitility.await().atMost(LONG).untilAsserted(() -> assertThat(output).contains("Redis refuses the news"));
		assertThat(output).containsOnlyOnce("Redis refuses the news")
			.contains("Allow its user the channel {orders:1}:news");
	}

	@Test
	void aClientWithoutAnAddressSaysWhatToGive() {
		start();
		LettuceConnectionFactory connections = this.redis.keep(new LettuceConnectionFactory(
				new RedisStaticMasterReplicaConfiguration(TestRedis.HOST, this.redis.port()),
				TestRedis.clientConfiguration()));
		assertThat(failure(transport(connections, LONG))).isInstanceOf(IOException.class)
			.hasMessageContaining("a static master with replicas")
			.hasMessageContaining("by its host, by Sentinel, or a Redis Cluster");
	}

	@Test
	void aFullRedisFailsTheExchangeAsAWhole() {
		start();
		RedisFleetTransport transport = transport(LONG);
		node("n1", transport).say(order(PAYMENTS, "FORCED_OPEN"));
		this.redis.commands().configSet("maxmemory", "1");
		assertThat(failure(transport, order(PAYMENTS, "DISABLED"), order("mail", "DISABLED")))
			.isInstanceOf(IOException.class)
			.hasMessageContaining("OOM");
		this.redis.commands().configSet("maxmemory", "0");
		Reply reply = node("n2", transport).say();
		assertThat(reply.changed()).singleElement()
			.satisfies((record) -> assertThat(record.state()).isEqualTo(State.FORCED_OPEN));
	}

	@Test
	void aRedisThatEvictsFailsNoExchange() {
		start("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-random");
		TestNode node = node("n1", transport(LONG));
		String filling = "x".repeat(20_000);
		for (int i = 0; i < 500; i++) {
			this.redis.commands().set("theirs:" + i, filling);
			Reply reply = node.say(order(PAYMENTS, (i % 2 == 0) ? "FORCED_OPEN" : "RESET"));
			assertThat(reply.changed()).extracting(FleetRecord::state)
				.contains((i % 2 == 0) ? State.FORCED_OPEN : State.CLOSED);
		}
	}

	@Test
	void aKeyOfAnotherApplicationIsNamedAndKept() {
		start();
		this.redis.commands().set("{orders:1}:records", "theirs");
		this.redis.commands().set("theirs", "too");
		assertThat(failure(transport(LONG), vote())).isInstanceOf(IOException.class)
			.hasMessageContaining("WRONGTYPE")
			.hasMessageContaining("{orders:1}:records")
			.hasMessageContaining("give the fleet another namespace");
		assertThat(this.redis.commands().keys("*")).containsExactlyInAnyOrder("{orders:1}:records", "theirs");
	}

	@Test
	void aDamagedRecordIsReportedOnce(CapturedOutput output) {
		start();
		RedisFleetTransport transport = transport(LONG);
		TestNode node = node("n1", transport);
		for (int i = 0; i < 3; i++) {
			node.say(order(PAYMENTS, "FORCED_OPEN"));
			this.redis.commands().hset("{orders:1}:records", PAYMENTS, "[]");
			assertThat(node("n2", transport).say().changed()).isEmpty();
		}
		assertThat(output).containsOnlyOnce("The records of [payments] in the fleet 'orders' could not be read");
	}

	@Test
	void noiseOnTheChannelIsIgnored(CapturedOutput output) {
		start();
		RedisFleetTransport transport = transport(LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		heard.clear();
		for (String noise : List.of("", "noise", "1:1,4:life,1:1,1:x,", "1:1,4:life,7:9999999,")) {
			assertThat(this.redis.commands().publish("{orders:1}:news", noise)).isEqualTo(1);
		}
		awaitNews(heard, node);
		assertThat(output).containsOnlyOnce("What Redis says of the fleet 'orders' is ignored in part");
	}

	@Test
	void aSubscriptionThatWasLostComesBack() {
		start();
		RedisFleetTransport transport = transport(LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		for (int i = 0; i < 3; i++) {
			this.redis.commands().clientKill(KillArgs.Builder.typePubsub());
			awaitNews(heard, node);
		}
	}

	@Test
	void nodesOfAnotherVersionAreSaidOnce(CapturedOutput output) {
		start();
		this.redis.commands().hset("{orders:2}:records", PAYMENTS, "theirs");
		this.redis.commands().hset("{orders}:versions", "2", Long.toString(System.currentTimeMillis()));
		this.redis.commands().hset("{orders}:versions", "0", "1000");
		TestNode node = node("n1", transport(LONG));
		assertThat(node.say().changed()).isEmpty();
		Awaitility.await()
			.atMost(LONG)
			.untilAsserted(() -> assertThat(output)
				.contains("Instances that speak version 2 of the fleet's protocol share the namespace 'orders'"));
		node.say();
		assertThat(output).containsOnlyOnce("Instances that speak version").doesNotContain("speak version 0");
		assertThat(this.redis.commands().hget("{orders:2}:records", PAYMENTS)).isEqualTo("theirs");
		assertThat(this.redis.commands().hexists("{orders}:versions", "1")).isTrue();
		assertThat(this.redis.commands().pttl("{orders}:versions")).isPositive();
	}

	@Test
	void aClusterHasAllKeysOfAScriptInOneSlot() {
		String[] keys = new FleetKeys("orders")
			.ofExchange(List.of(vote(), order("a{b}c", "RESET"), order("}{", "RESET"), order("", "RESET")));
		assertThat(keys).hasSize(10);
		assertThat(keys).extracting((key) -> SlotHash.getSlot(key)).containsOnly(SlotHash.getSlot(keys[0]));
		assertThat(SlotHash.getSlot(new FleetKeys("orders").ofView()[0])).isEqualTo(SlotHash.getSlot(keys[0]));
	}

	@Test
	void aFleetMeetsInACluster() {
		startCluster();
		RedisFleetTransport transport = transport(cluster(cluster()), LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		FleetRecord open = TestNode.changed(node.say(new Action.Vote(PAYMENTS, 0, WAIT)), PAYMENTS);
		ProbeRules rules = new ProbeRules(1, 1, 1, ProbeRules.NEVER, false);
		Reply.Grant lease = node.say(new Action.Demand(PAYMENTS, open.epoch(), 1, rules, 0)).grants().get(0);
		FleetRecord closed = TestNode.changed(
				node.say(new Action.Result(PAYMENTS, lease.epoch(), lease.lease(), 1, 0, 0, 0, rules, 0)), PAYMENTS);
		assertThat(closed.state()).isEqualTo(State.CLOSED);
		assertThat(transport.view().toCompletableFuture().join().nodes()).hasSize(1);
		this.redis.kill();
		failure(transport);
	}

	@Test
	void aFleetMeetsInWhatSentinelKnows() throws Exception {
		start();
		int port = TestRedis.freePort();
		Path folder = TestRedis.folder();
		Path configuration = folder.resolve("sentinel.conf");
		Files.writeString(configuration, "port " + port + "\nbind 127.0.0.1\ndir " + folder
				+ "\nsentinel monitor shop 127.0.0.1 " + this.redis.port() + " 1\n");
		Process sentinel = TestRedis
			.launch(List.of(this.binary.path().toString(), configuration.toString(), "--sentinel"), folder);
		try {
			TestRedis.awaitAnswer(port);
			LettuceConnectionFactory connections = this.redis
				.keep(new LettuceConnectionFactory(new RedisSentinelConfiguration("shop", Set.of("127.0.0.1:" + port)),
						TestRedis.clientConfiguration()));
			RedisFleetTransport transport = transport(connections, LONG);
			List<News> heard = hear(transport);
			TestNode node = node("n1", transport);
			awaitAnswer(node);
			awaitNews(heard, node);
		}
		finally {
			sentinel.destroyForcibly().onExit().join();
			try (var files = Files.list(folder)) {
				for (Path file : files.toList()) {
					Files.delete(file);
				}
			}
			Files.delete(folder);
		}
	}

	@Test
	void aFleetMeetsOverTls(@TempDir Path folder) throws Exception {
		assumeThat(this.binary).as("the embedded Redis is built without TLS").isEqualTo(RedisBinary.INSTALLED);
		Path store = folder.resolve("redis.p12");
		Process keytool = TestRedis
			.launch(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
					"-alias", "redis", "-keyalg", "RSA", "-dname", "CN=redis", "-ext", "san=ip:127.0.0.1", "-storetype",
					"PKCS12", "-keystore", store.toString(), "-storepass", "secret"), folder);
		assertThat(keytool.waitFor()).isZero();
		char[] password = "secret".toCharArray();
		KeyStore keys = KeyStore.getInstance(store.toFile(), password);
		Path certificate = pem(folder, "CERTIFICATE", keys.getCertificate("redis").getEncoded());
		Path key = pem(folder, "PRIVATE KEY", keys.getKey("redis", password).getEncoded());
		int port = TestRedis.freePort();
		start("--tls-port", Integer.toString(port), "--tls-cert-file", certificate.toString(), "--tls-key-file",
				key.toString(), "--tls-ca-cert-file", certificate.toString(), "--tls-auth-clients", "no");
		LettuceConnectionFactory connections = this.redis
			.keep(new LettuceConnectionFactory(new RedisStandaloneConfiguration(TestRedis.HOST, port),
					LettuceClientConfiguration.builder()
						.clientOptions(ClientOptions.builder()
							.sslOptions(SslOptions.builder().trustManager(certificate.toFile()).build())
							.build())
						.useSsl()
						.build()));
		RedisFleetTransport transport = transport(connections, LONG);
		List<News> heard = hear(transport);
		awaitNews(heard, node("n1", transport));
	}

	private static Path pem(Path folder, String kind, byte[] content) throws IOException {
		return Files.writeString(folder.resolve(kind + ".pem"), "-----BEGIN " + kind + "-----\n"
				+ Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + kind + "-----\n");
	}

	@Test
	void aClosedTransportLeavesNoConnection() {
		start();
		long before = connections();
		RedisFleetTransport transport = new RedisFleetTransport(this.redis.connections(), "orders", LONG);
		List<News> heard = hear(transport);
		TestNode node = node("n1", transport);
		awaitNews(heard, node);
		assertThat(connections()).isEqualTo(before + 2);
		CompletableFuture<Reply> last = transport.exchange(node.exchange(null, order(PAYMENTS, "FORCED_OPEN")))
			.toCompletableFuture();
		transport.close();
		Awaitility.await().atMost(LONG).until(() -> connections() == before);
		assertThat(last).isDone();
		assertThat(TestNode.changed(node("n2", transport(LONG)).say(), PAYMENTS).state()).isEqualTo(State.FORCED_OPEN);
		assertThat(failure(transport)).hasMessageContaining("closed");
	}

	private long connections() {
		return this.redis.commands().clientList().lines().count();
	}

	@Test
	void onlyLettuceIsAccepted() {
		start();
		RedisConnectionFactory other = Mockito.mock(RedisConnectionFactory.class);
		assertThatIllegalArgumentException().isThrownBy(() -> new RedisFleetTransport(other, "orders", LONG))
			.withMessageContaining("needs Lettuce");
	}

	@Test
	void aNameThatBreaksTheKeysIsRefused() {
		start();
		RedisConnectionFactory connections = this.redis.connections();
		for (String namespace : List.of("", " ", "a{b", "a}b")) {
			assertThatIllegalArgumentException().isThrownBy(() -> new RedisFleetTransport(connections, namespace, LONG))
				.withMessageContaining("The namespace '" + namespace + "'");
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedisFleetTransport(connections, "orders", Duration.ofNanos(999_999)))
			.withMessageContaining("time limit");
		Exchange exchange = new Exchange(new NodeId("n1", "a b"), null, 0, TestNode.TIMEOUT, Quorum.DEFAULT, null,
				new ArrayList<>());
		assertThatIllegalArgumentException().isThrownBy(() -> transport(LONG).exchange(exchange))
			.withMessageContaining("The session 'a b' of node 'n1'");
	}

}
