package dev.breaker.fleet.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.breaker.fleet.Action;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A node that remembers what the store has told it, and decides nothing.
 */
final class TestNode {

	static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final NodeId id;

	private final Function<Exchange, Reply> store;

	private Quorum quorum = Quorum.DEFAULT;

	private Duration timeout = TIMEOUT;

	private @Nullable String incarnation;

	private long known;

	TestNode(String name, Function<Exchange, Reply> store) {
		this.id = new NodeId(name, "s-" + name.replaceAll("\\W", ""));
		this.store = store;
	}

	TestNode quorum(Quorum quorum) {
		this.quorum = quorum;
		return this;
	}

	TestNode timeout(Duration timeout) {
		this.timeout = timeout;
		return this;
	}

	NodeId id() {
		return this.id;
	}

	@Nullable String incarnation() {
		return this.incarnation;
	}

	long known() {
		return this.known;
	}

	void known(long known) {
		this.known = known;
	}

	Exchange exchange(@Nullable Map<String, String> report, Action... actions) {
		return new Exchange(this.id, this.incarnation, this.known, this.timeout, this.quorum, report, List.of(actions));
	}

	Reply say(Action... actions) {
		return heard(this.store.apply(exchange(null, actions)));
	}

	Reply report(Map<String, String> report) {
		return heard(this.store.apply(exchange(report)));
	}

	Reply heard(Reply reply) {
		this.incarnation = reply.incarnation();
		this.known = reply.revision();
		return reply;
	}

	/** The record of a breaker, which has changed since the node was told last. */
	static FleetRecord changed(Reply reply, String breaker) {
		return reply.changed()
			.stream()
			.filter((record) -> record.breaker().equals(breaker))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No news of " + breaker + " in " + reply));
	}

}
