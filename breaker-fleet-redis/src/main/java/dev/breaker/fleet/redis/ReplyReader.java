package dev.breaker.fleet.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.breaker.State;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.News;
import dev.breaker.fleet.NodeId;
import dev.breaker.fleet.Reply;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the scripts answer and publish. What has another form throws an
 * {@link IllegalArgumentException}; a record, or a node, that makes no sense is left out
 * of it, with a word on why.
 */
final class ReplyReader {

	static final int MOST_NAMES = 20;

	private static final String RESET = "RESET";

	private static final int MOST_ENTRIES = 1_000_000;

	private static final Comparator<NodeId> BY_NAME = Comparator.comparing(NodeId::name).thenComparing(NodeId::session);

	/** What was left out, and why. */
	private final List<String> leftOut = new ArrayList<>();

	List<String> leftOut() {
		return this.leftOut;
	}

	/**
	 * The answer to an exchange.
	 *
	 * @param damaged the breakers whose records could not be read in the store
	 * @param refused why the news could not be published; empty where they were, or there
	 * were none
	 */
	record Answer(Reply reply, List<String> damaged, String refused) {
	}

	Answer answer(byte[] bytes) {
		Netstrings in = new Netstrings(bytes);
		long now = in.number(0, Netstrings.MOST);
		String incarnation = in.text();
		long revision = in.number(0, Netstrings.MOST);
		int live = in.integer();
		int quorum = in.integer();
		int granted = (int) in.number(0, MOST_ENTRIES);
		List<Reply.Grant> grants = new ArrayList<>();
		for (int i = 0; i < granted; i++) {
			grants.add(new Reply.Grant(in.text(), in.number(1, revision), in.number(1, revision), in.integer()));
		}
		List<String> damaged = in.texts(MOST_ENTRIES);
		String refused = in.text();
		List<FleetRecord> changed = records(in);
		in.end();
		return new Answer(new Reply(now, incarnation, revision, live, quorum, changed, List.copyOf(grants)), damaged,
				refused);
	}

	News news(byte[] bytes) {
		Netstrings in = new Netstrings(bytes);
		long now = in.number(0, Netstrings.MOST);
		String incarnation = in.text();
		List<FleetRecord> changed = records(in);
		in.end();
		return new News(now, incarnation, changed);
	}

	FleetView view(byte[] bytes) {
		Netstrings in = new Netstrings(bytes);
		int count = (int) in.number(0, MOST_ENTRIES);
		List<FleetView.NodeView> nodes = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String id = in.text();
			long seen = in.number(0, Netstrings.MOST);
			Netstrings report = in.nested();
			try {
				nodes.add(new FleetView.NodeView(node(id), seen, report(report)));
			}
			catch (IllegalArgumentException ex) {
				this.leftOut.add("the node '" + id + "' (" + ex.getMessage() + ")");
			}
		}
		in.end();
		nodes.sort(Comparator.comparing(FleetView.NodeView::node, BY_NAME));
		return new FleetView(List.copyOf(nodes));
	}

	List<String> versions(byte[] bytes) {
		Netstrings in = new Netstrings(bytes);
		List<String> versions = in.texts(MOST_ENTRIES);
		in.end();
		return versions;
	}

	private static NodeId node(String id) {
		int blank = id.indexOf(' ');
		if (blank < 1) {
			throw new IllegalArgumentException("no session, blank and name");
		}
		return new NodeId(id.substring(blank + 1), id.substring(0, blank));
	}

	private static Map<String, String> report(Netstrings in) {
		Map<String, String> report = new TreeMap<>();
		while (!in.isAtEnd()) {
			report.put(in.text(), in.text());
		}
		return Map.copyOf(report);
	}

	private List<FleetRecord> records(Netstrings in) {
		int count = (int) in.number(0, MOST_ENTRIES);
		List<FleetRecord> records = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Netstrings each = in.nested();
			try {
				records.add(record(each));
			}
			catch (IllegalArgumentException ex) {
				this.leftOut.add("a record (" + ex.getMessage() + ")");
			}
		}
		return List.copyOf(records);
	}

	private static FleetRecord record(Netstrings in) {
		String breaker = in.text();
		long epoch = in.number(1, Netstrings.MOST);
		long revision = in.number(epoch, Netstrings.MOST);
		State state = state(in.text());
		long since = in.number(0, Netstrings.MOST);
		long until = in.number(-1, Netstrings.MOST);
		int openings = in.integer();
		String cause = in.text();
		int votes = in.integer();
		int quorum = in.integer();
		int live = in.integer();
		List<String> voters = in.texts(MOST_NAMES);
		Action.FleetCommand command = in.flag() ? command(in) : null;
		FleetRecord.Progress probes = in.flag() ? progress(in) : null;
		in.end();
		if ((state == State.HALF_OPEN) != (probes != null) || (state == State.OPEN && until < 0)) {
			throw new IllegalArgumentException(
					breaker + " is " + state + (probes != null ? " with" : " without") + " probes, until " + until);
		}
		return new FleetRecord(breaker, epoch, revision, state, since, until, openings, cause, votes, quorum, live,
				voters, command, probes);
	}

	private static State state(String name) {
		for (State state : State.values()) {
			if (state.name().equals(name)) {
				return state;
			}
		}
		throw new IllegalArgumentException("'" + name + "' is not a state");
	}

	private static Action.FleetCommand command(Netstrings in) {
		String state = in.text();
		return new Action.FleetCommand(RESET.equals(state) ? RESET : state(state).name(),
				in.number(-1, Netstrings.MOST), optional(in), optional(in));
	}

	private static @Nullable String optional(Netstrings in) {
		String text = in.text();
		return switch (text.isEmpty() ? ' ' : text.charAt(0)) {
			case '+' -> text.substring(1);
			case '-' -> null;
			default -> throw new IllegalArgumentException("'" + text + "' says neither that it is there nor that not");
		};
	}

	private static FleetRecord.Progress progress(Netstrings in) {
		return new FleetRecord.Progress(in.integer(), in.integer(), in.integer(), in.integer(), in.integer(),
				in.texts(MOST_NAMES));
	}

}
