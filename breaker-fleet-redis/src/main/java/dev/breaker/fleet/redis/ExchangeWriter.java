package dev.breaker.fleet.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.breaker.ProbeRules;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code exchange.lua}, in their order. Times longer than the store can
 * keep, some 1,500 years, are written as the longest. Not safe for use by several
 * threads.
 */
final class ExchangeWriter {

	private final List<byte[]> arguments = new ArrayList<>();

	/**
	 * Writes an exchange.
	 * @param report of the node, written before
	 * @param fresh names the life of the store, if this exchange begins one
	 * @param serial the number of this exchange of the node
	 * @param lived how many nodes lived by the last answer
	 */
	byte[][] write(Exchange exchange, String report, String fresh, long serial, int lived) {
		String incarnation = exchange.incarnation();
		text(id(exchange.node()));
		text((incarnation != null) ? incarnation : "");
		number((incarnation != null) ? exchange.known() : 0);
		number(exchange.nodeTimeout().toMillis());
		number(exchange.quorum().votes());
		number(exchange.quorum().percent());
		text(report);
		text(fresh);
		number(serial);
		number(lived);
		exchange.actions().forEach(this::write);
		return this.arguments.toArray(byte[][]::new);
	}

	/** How a node is called in the store: its session, a blank, and its name. */
	static String id(NodeId node) {
		if (node.session().isEmpty() || node.session().chars().anyMatch(Character::isWhitespace)) {
			throw new IllegalArgumentException("The session '" + node.session() + "' of node '" + node.name()
					+ "' is empty or has a blank, which ends it in the store. Use letters and digits.");
		}
		return node.session() + " " + node.name();
	}

	static String report(Map<String, String> report) {
		StringBuilder written = new StringBuilder();
		new TreeMap<>(report)
			.forEach((breaker, state) -> written.append(Netstrings.of(breaker)).append(Netstrings.of(state)));
		return written.toString();
	}

	private void write(Action action) {
		if (action instanceof Action.Vote vote) {
			begin("vote", vote);
			number(vote.waitMillis());
			number(vote.ttl());
		}
		else if (action instanceof Action.Withdraw withdraw) {
			begin("withdraw", withdraw);
		}
		else if (action instanceof Action.Demand demand) {
			begin("demand", demand);
			number(demand.epoch());
			number(demand.places());
			rules(demand.rules());
			number(demand.waitMillis());
		}
		else if (action instanceof Action.Result result) {
			begin("result", result);
			number(result.epoch());
			number(result.lease());
			number(result.recorded());
			number(result.failed());
			number(result.slow());
			number(result.returned());
			rules(result.rules());
			number(result.waitMillis());
		}
		else if (action instanceof Action.Key key) {
			begin("key", key);
			text(key.group());
		}
		else if (action instanceof Action.Order order) {
			begin("order", order);
			command(order.command());
			number(order.waitMillis());
		}
		else if (action instanceof Action.Remember remember) {
			begin("remember", remember);
			remember(remember.record(), remember.remaining());
		}
	}

	private void begin(String action, Action of) {
		text(action);
		text(of.breaker());
	}

	private void rules(ProbeRules rules) {
		number(rules.permitted());
		number(rules.successesToClose());
		number(rules.failuresToOpen());
		number(rules.slowCallsToOpen());
		text(Double.toString(rules.slowCallRateToOpen()));
		flag(rules.dark());
	}

	private void command(Action.FleetCommand command) {
		text(command.state());
		limit(command.hold());
		optional(command.comment());
		optional(command.actor());
	}

	private void remember(FleetRecord record, long remaining) {
		number(record.epoch());
		text(record.state().name());
		number(record.since());
		limit(remaining);
		number(record.openings());
		text(record.cause());
		number(record.votes());
		number(record.quorum());
		number(record.live());
		List<String> voters = record.voters().subList(0, Math.min(record.voters().size(), ReplyReader.MOST_NAMES));
		number(voters.size());
		voters.forEach(this::text);
		flag(record.command() != null);
		if (record.command() != null) {
			command(record.command());
		}
	}

	private void text(String text) {
		this.arguments.add(text.getBytes(StandardCharsets.UTF_8));
	}

	private void optional(@Nullable String text) {
		text((text != null) ? "+" + text : "-");
	}

	private void flag(boolean flag) {
		text(flag ? "1" : "0");
	}

	/** Neither negative, which has no meaning here, nor more than the store can keep. */
	private void number(long number) {
		text(Long.toString(Math.max(0, Math.min(number, Netstrings.MOST / 2))));
	}

	/** As a number, or -1 for none. */
	private void limit(long limit) {
		if (limit < 0) {
			text("-1");
		}
		else {
			number(limit);
		}
	}

}
