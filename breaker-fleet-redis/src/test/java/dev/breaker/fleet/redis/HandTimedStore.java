package dev.breaker.fleet.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Reply;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;

/**
 * The script in a real Redis, with a clock that is moved by hand in place of the
 * server's: the script reads it from a key.
 */
final class HandTimedStore implements AutoCloseable {

	private static final String TIME = "redis.call('TIME')";

	private static final String CLOCK = "clock";

	static final String NAMESPACE = "orders";

	static final FleetKeys KEYS = new FleetKeys(NAMESPACE);

	private final LuaScript script = byHand("exchange.lua");

	private final LuaScript view = byHand("view.lua");

	private final RedisClient client;

	private final StatefulRedisConnection<String, byte[]> connection;

	private final Map<NodeId, Long> serials = new HashMap<>();

	private final Map<NodeId, String> reports = new HashMap<>();

	private int lives;

	private int lived;

	private long now;

	private List<String> damaged = List.of();

	HandTimedStore(TestRedis redis, long now) {
		this.client = RedisClient.create(RedisURI.create(TestRedis.HOST, redis.port()));
		this.connection = this.client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
		now(now);
	}

	/** A script that reads its clock from a key. */
	static LuaScript byHand(String name) {
		String text = LuaScript.load(name).text();
		if (!text.contains(TIME)) {
			throw new AssertionError(name + " does not read the clock as " + TIME);
		}
		return LuaScript.of(text.replace(TIME, "redis.call('HMGET', '" + CLOCK + "', 'seconds', 'micros')"));
	}

	long now() {
		return this.now;
	}

	void now(long now) {
		this.now = now;
		this.connection.sync().hset(CLOCK, Map.of("seconds", bytes(now / 1000), "micros", bytes(now % 1000 * 1000)));
	}

	void advance(Duration time) {
		now(this.now + time.toMillis());
	}

	private static byte[] bytes(long number) {
		return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
	}

	Reply exchange(Exchange exchange) {
		return exchange(exchange, this.serials.merge(exchange.node(), 1L, Long::sum));
	}

	Reply exchange(Exchange exchange, long serial) {
		if (exchange.report() != null) {
			this.reports.put(exchange.node(), ExchangeWriter.report(exchange.report()));
		}
		byte[][] arguments = new ExchangeWriter().write(exchange, this.reports.getOrDefault(exchange.node(), ""),
				"life-" + ++this.lives, serial, this.lived);
		byte[] bytes = this.connection.sync()
			.eval(this.script.text(), ScriptOutputType.VALUE, KEYS.ofExchange(exchange.actions()), arguments);
		ReplyReader reader = new ReplyReader();
		ReplyReader.Answer answer = reader.answer(bytes);
		if (!reader.leftOut().isEmpty()) {
			throw new AssertionError("Left out: " + reader.leftOut());
		}
		this.damaged = answer.damaged();
		this.lived = answer.reply().live();
		return answer.reply();
	}

	/** How many nodes the next one to speak knows of. */
	void lived(int lived) {
		this.lived = lived;
	}

	/** The breakers whose records the last exchange could not read. */
	List<String> damaged() {
		return this.damaged;
	}

	FleetView view() {
		byte[] bytes = this.connection.sync()
			.eval(this.view.text(), ScriptOutputType.VALUE, KEYS.ofView(), new byte[0][]);
		return new ReplyReader().view(bytes);
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
