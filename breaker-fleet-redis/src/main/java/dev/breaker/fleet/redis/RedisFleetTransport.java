package dev.breaker.fleet.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.breaker.LogText;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetTransport;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.News;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Reply;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A fleet that meets in Redis 6.2 or later, or in what speaks its language. Each exchange
 * is one call of a script, so that it happens as a whole or not at all; all keys have a
 * time to live, and begin with <code>{namespace:1}:</code>, where 1 is the version of the
 * protocol. It has two connections of its own, made by the client of a
 * {@link LettuceConnectionFactory} (to one Redis, by Sentinel, or to a Redis Cluster,
 * with its credentials and TLS), and a thread that lives while a connection is opened.
 * <p>
 * The exchanges of a node are made one after the other. One whose answer has not come
 * within the time limit has failed; whether it was carried out is not known, but it is
 * not carried out twice, nor after a later one of that node.
 */
public final class RedisFleetTransport implements FleetTransport {

	private static final Logger logger = LoggerFactory.getLogger(RedisFleetTransport.class);

	private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

	private static final LuaScript EXCHANGE = LuaScript.load("exchange.lua");

	private static final LuaScript VIEW = LuaScript.load("view.lua");

	private static final LuaScript VERSIONS = LuaScript.load("versions.lua");

	/** One answer that is late can be a pause of Redis; a connection is kept over it. */
	private static final int MOST_TIMEOUTS = 2;

	/**
	 * Connections that are opened at a time: one that hangs is given up after a while.
	 */
	private static final int MOST_ATTEMPTS = 1;

	private static final long VERSIONS_EVERY = TimeUnit.MINUTES.toNanos(1);

	private static final long REFUSED_FOR = TimeUnit.MINUTES.toNanos(1);

	private static final long WARNED_EVERY = TimeUnit.HOURS.toNanos(1);

	private final LettuceConnectionFactory connectionFactory;

	private final FleetKeys keys;

	private final long timeLimit;

	private final ThreadPoolExecutor executor;

	private final KeptConnection<StatefulConnection<String, byte[]>> commands;

	private final KeptConnection<StatefulRedisPubSubConnection<String, byte[]>> subscription;

	private final List<Consumer<News>> consumers = new CopyOnWriteArrayList<>();

	private final Map<NodeId, Conversation> conversations = new ConcurrentHashMap<>();

	private final AtomicInteger timeouts = new AtomicInteger();

	/** How many nodes lived, by the last answer. */
	private volatile int lived;

	private final AtomicLong versionsDue = new AtomicLong(System.nanoTime());

	/** Until then no other subscription is tried. */
	private volatile long refusedUntil = System.nanoTime();

	private final Set<String> knownVersions = ConcurrentHashMap.newKeySet();

	/** When a kind of warning was logged. */
	private final Map<String, Long> warned = new ConcurrentHashMap<>();

	/**
	 * Makes a transport. It connects when it is used.
	 * @param connectionFactory a started {@link LettuceConnectionFactory}, but not one of
	 * a static master with replicas
	 * @param namespace fleets of different namespaces know nothing of each other; not
	 * blank, without braces
	 * @param timeLimit within which Redis must answer, from a millisecond on; one second
	 * and the heartbeat, whichever is shorter, are a good choice
	 * @throws IllegalArgumentException where the connection factory is of another client,
	 * or one of the others is out of its range
	 */
	public RedisFleetTransport(RedisConnectionFactory connectionFactory, String namespace, Duration timeLimit) {
		if (!(connectionFactory instanceof LettuceConnectionFactory lettuce)) {
			throw new IllegalArgumentException("The connection factory is a " + connectionFactory.getClass().getName()
					+ ". The fleet needs Lettuce, which answers without a thread that waits: make the bean a "
					+ "LettuceConnectionFactory.");
		}
		if (timeLimit.toMillis() < 1) {
			throw new IllegalArgumentException(
					"The time limit " + timeLimit + " is shorter than a millisecond. Redis needs longer to answer.");
		}
		this.connectionFactory = lettuce;
		this.keys = new FleetKeys(namespace);
		this.timeLimit = timeLimit.toMillis();
		this.executor = new ThreadPoolExecutor(MOST_ATTEMPTS, MOST_ATTEMPTS, 5, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "breaker-fleet-redis-connect");
					thread.setDaemon(true);
					return thread;
				});
		this.executor.allowCoreThreadTimeOut(true);
		this.commands = new KeptConnection<>(this.executor, this::openCommands);
		this.subscription = new KeptConnection<>(this.executor, this::openSubscription);
	}

	@Override
	public CompletionStage<Reply> exchange(Exchange exchange) {
		Conversation conversation = this.conversations.computeIfAbsent(exchange.node(), (node) -> new Conversation());
		byte[][] arguments = new ExchangeWriter().write(exchange, conversation.report(exchange.report()), fresh(),
				conversation.next(), this.lived);
		CompletableFuture<Reply> reply = new CompletableFuture<>();
		run(EXCHANGE, this.keys.ofExchange(exchange.actions()), arguments, (answer) -> {
			ReplyReader reader = new ReplyReader();
			ReplyReader.Answer read = reader.answer(answer);
			this.lived = read.reply().live();
			reply.complete(read.reply());
			warnOf(reader.leftOut());
			warnOf(read);
			keepListening();
			lookForVersions();
		}, reply);
		return reply;
	}

	/** Names a life of the store as no other one is named. */
	private static String fresh() {
		return Long.toHexString(ThreadLocalRandom.current().nextLong());
	}

	@Override
	public CompletionStage<FleetView> view() {
		CompletableFuture<FleetView> view = new CompletableFuture<>();
		run(VIEW, this.keys.ofView(), new byte[0][], (answer) -> {
			ReplyReader reader = new ReplyReader();
			view.complete(reader.view(answer));
			warnOf(reader.leftOut());
		}, view);
		return view;
	}

	@Override
	public void listen(Consumer<News> consumer) {
		this.consumers.add(consumer);
		keepListening();
	}

	@Override
	public void close() {
		this.commands.close();
		this.subscription.close();
		this.executor.shutdown();
	}

	/**
	 * Has Redis carry out a script, and reads its answer.
	 * @param failed what fails where there is none, or none that can be read
	 */
	private void run(LuaScript script, String[] keys, byte[][] arguments, Consumer<byte[]> reader,
			CompletableFuture<?> failed) {
		CompletableFuture<byte[]> answer = new CompletableFuture<byte[]>().orTimeout(this.timeLimit,
				TimeUnit.MILLISECONDS);
		var unusedReading = answer.whenComplete((bytes, failure) -> {
			lookAfter(failure);
			if (failure != null) {
				failed.completeExceptionally(explained(failure));
				return;
			}
			try {
				reader.accept(bytes);
			}
			catch (RuntimeException ex) {
				failed.completeExceptionally(
						new IOException("Redis answers what is no answer of the fleet: " + ex.getMessage(), ex));
			}
		});
		var unused = this.commands.get().whenComplete((connection, failure) -> {
			if (failure != null) {
				answer.completeExceptionally(failure);
			}
			else if (!answer.isDone()) {
				send(connection, script, keys, arguments, answer);
			}
		});
	}

	private static void send(StatefulConnection<String, byte[]> connection, LuaScript script, String[] keys,
			byte[][] arguments, CompletableFuture<byte[]> answer) {
		RedisFuture<byte[]> sent = commands(connection).evalsha(script.digest(), ScriptOutputType.VALUE, keys,
				arguments);
		pass(sent, answer, (failure) -> {
			if (failure instanceof RedisNoScriptException && !answer.isDone()) {
				RedisFuture<byte[]> again = commands(connection).eval(script.text(), ScriptOutputType.VALUE, keys,
						arguments);
				pass(again, answer, answer::completeExceptionally);
			}
			else {
				answer.completeExceptionally(failure);
			}
		});
	}

	private static void pass(RedisFuture<byte[]> sent, CompletableFuture<byte[]> answer,
			Consumer<Throwable> onFailure) {
		sent.whenComplete((bytes, failure) -> {
			if (failure != null) {
				onFailure.accept(failure);
			}
			else {
				answer.complete((bytes != null) ? bytes : new byte[0]);
			}
		});
		// What is not sent by then is not sent later.
		var unused = answer.whenComplete((bytes, failure) -> sent.cancel(true));
	}

	/** Another connection is needed where this one has failed, or leads to a replica. */
	private void lookAfter(@Nullable Throwable failure) {
		if (failure instanceof TimeoutException) {
			if (this.timeouts.incrementAndGet() >= MOST_TIMEOUTS) {
				this.timeouts.set(0);
				this.commands.drop();
				this.subscription.drop();
			}
			return;
		}
		this.timeouts.set(0);
		if (isReplica(failure)) {
			this.commands.drop();
			this.subscription.drop();
		}
		else if (failure != null && !(failure instanceof RedisCommandExecutionException)) {
			this.commands.drop();
		}
	}

	/** Redis 6.2 says it in the middle of what it says of the script. */
	private static boolean isReplica(@Nullable Throwable failure) {
		return failure instanceof RedisReadOnlyException || (failure instanceof RedisCommandExecutionException
				&& String.valueOf(failure.getMessage()).contains("READONLY "));
	}

	private Exception explained(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		if (cause instanceof TimeoutException) {
			return new TimeoutException("Redis has not answered within " + this.timeLimit + " ms");
		}
		Throwable root = cause;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		String message = LogText.oneLine(String.valueOf(cause.getMessage()));
		if (root != cause) {
			message += ": " + LogText.oneLine(String.valueOf(root.getMessage()));
		}
		if (cause instanceof RedisCommandExecutionException && message.contains("WRONGTYPE")) {
			message += ". Another application has a key of that name: give the fleet another namespace";
		}
		return new IOException("Redis: " + message, cause);
	}

	private static RedisClusterAsyncCommands<String, byte[]> commands(StatefulConnection<String, byte[]> connection) {
		return (connection instanceof StatefulRedisClusterConnection<String, byte[]> cluster) ? cluster.async()
				: ((StatefulRedisConnection<String, byte[]>) connection).async();
	}

	private StatefulConnection<String, byte[]> openCommands() {
		AbstractRedisClient client = this.connectionFactory.getRequiredNativeClient();
		if (client instanceof RedisClusterClient cluster) {
			// The client may know the cluster as it was before.
			cluster.refreshPartitions();
			return cluster.connect(CODEC);
		}
		try {
			return ((RedisClient) client).connect(CODEC);
		}
		catch (IllegalStateException ex) {
			throw new IllegalStateException("The client of the connection factory has no address of its own, as that "
					+ "of a static master with replicas has none. Give the fleet a Redis by its host, by Sentinel, or "
					+ "a Redis Cluster", ex);
		}
	}

	private StatefulRedisPubSubConnection<String, byte[]> openSubscription() throws Exception {
		AbstractRedisClient client = this.connectionFactory.getRequiredNativeClient();
		StatefulRedisPubSubConnection<String, byte[]> opened = (client instanceof RedisClusterClient cluster)
				? cluster.connectPubSub(CODEC) : ((RedisClient) client).connectPubSub(CODEC);
		try {
			opened.addListener(new RedisPubSubAdapter<String, byte[]>() {

				@Override
				public void message(String channel, byte[] message) {
					hear(message);
				}

			});
			opened.async().subscribe(this.keys.news()).get(this.timeLimit, TimeUnit.MILLISECONDS);
			return opened;
		}
		catch (Exception ex) {
			var unused = opened.closeAsync();
			if (ex instanceof ExecutionException && ex.getCause() instanceof RedisCommandExecutionException refusal) {
				this.refusedUntil = System.nanoTime() + REFUSED_FOR;
				warnOfRefusal(String.valueOf(refusal.getMessage()));
			}
			throw ex;
		}
	}

	/** News comes from one connection, and for a moment perhaps from the one before. */
	private synchronized void hear(byte[] message) {
		ReplyReader reader = new ReplyReader();
		try {
			News news = reader.news(message);
			this.consumers.forEach((consumer) -> consumer.accept(news));
		}
		catch (IllegalArgumentException ex) {
			reader.leftOut().add("a message on the channel " + this.keys.news() + " (" + ex.getMessage() + ")");
		}
		warnOf(reader.leftOut());
	}

	private void keepListening() {
		if (!this.consumers.isEmpty() && System.nanoTime() - this.refusedUntil >= 0) {
			var unused = this.subscription.get();
		}
	}

	private void lookForVersions() {
		long due = this.versionsDue.get();
		long now = System.nanoTime();
		if (now - due < 0 || !this.versionsDue.compareAndSet(due, now + VERSIONS_EVERY)) {
			return;
		}
		byte[][] own = { FleetKeys.VERSION.getBytes(StandardCharsets.UTF_8) };
		CompletableFuture<Void> failed = new CompletableFuture<>();
		run(VERSIONS, this.keys.ofVersions(), own,
				(answer) -> new ReplyReader().versions(answer).forEach(this::warnOfVersion), failed);
		var unused = failed
			.whenComplete((none, failure) -> logger.debug("The versions of the fleet are not known", failure));
	}

	private void warnOfVersion(String version) {
		if (this.knownVersions.add(version)) {
			logger.warn(
					"Instances that speak version {} of the fleet's protocol share the namespace '{}' with this one, "
							+ "which speaks version {}. Breakers are shared among instances of one version only: "
							+ "bring all instances to one release.",
					LogText.oneLine(version), this.keys.namespace(), FleetKeys.VERSION);
		}
	}

	private void warnOf(ReplyReader.Answer answer) {
		if (!answer.damaged().isEmpty()) {
			warn("damaged",
					"The records of " + LogText.oneLine(answer.damaged().toString()) + " in the fleet '"
							+ this.keys.namespace()
							+ "' could not be read, and are removed from Redis. The instances tell it again what they "
							+ "know. Check what else writes to its keys.");
		}
		if (!answer.refused().isEmpty()) {
			warnOfRefusal(answer.refused());
		}
	}

	private void warnOf(List<String> leftOut) {
		if (!leftOut.isEmpty()) {
			warn("left out", "What Redis says of the fleet '" + this.keys.namespace() + "' is ignored in part: "
					+ LogText.oneLine(leftOut.toString()) + ". Check what else writes to its keys.");
		}
	}

	private void warnOfRefusal(String why) {
		warn("refused",
				"Redis refuses the news of the fleet (" + LogText.oneLine(why)
						+ "), so that changes come with the next heartbeat only. " + "Allow its user the channel "
						+ this.keys.news() + ".");
	}

	/** At most once an hour of a kind. */
	private void warn(String kind, String message) {
		long now = System.nanoTime();
		Long before = this.warned.get(kind);
		if (before == null || now - before >= WARNED_EVERY) {
			this.warned.put(kind, now);
			logger.warn(message);
		}
	}

	/** The exchanges of a node, which are numbered. */
	private static final class Conversation {

		private long serial;

		private String report = "";

		synchronized long next() {
			return ++this.serial;
		}

		/** As it was last told: the store may have lost it. */
		synchronized String report(@Nullable Map<String, String> changed) {
			if (changed != null) {
				this.report = ExchangeWriter.report(changed);
			}
			return this.report;
		}

	}

}
