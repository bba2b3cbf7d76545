package dev.breaker.spring.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.fleet.FleetNode;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.FleetView.NodeView;
import dev.breaker.fleet.NodeId;
import dev.breaker.spring.actuate.FleetDescriptor;
import dev.breaker.spring.actuate.FleetDescriptor.NodeDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Describes a shared breaker: what the fleet has decided, and what each instance says.
 */
final class FleetReport {

	/** So long an operator waits for what the other instances say. */
	private static final Duration PATIENCE = Duration.ofMillis(500);

	private static final String LOCAL_ONLY = " local-only";

	private final NodeId self;

	private final FleetNode node;

	FleetReport(Membership membership) {
		this.self = membership.settings().node();
		this.node = membership.node();
	}

	FleetDescriptor of(CircuitBreaker breaker) {
		FleetNode.Status status = this.node.status();
		List<NodeDescriptor> nodes = nodes(breaker, status.connected() ? view() : null);
		int live = Math.max(status.nodes(), 1);
		FleetRecord record = this.node.record(breaker.name()).orElse(null);
		if (record == null) {
			List<String> alone = alone(nodes);
			return new FleetDescriptor(status.connected(), this.self.name(), live, nodes, State.CLOSED, null, null, 0,
					alone.size(), status.quorum(), alone, List.of());
		}
		Instant now = breaker.config().clock().instant();
		Duration left = (record.until() >= 0) ? this.node.until(record.until()) : null;
		State state = present(record.state(), left);
		boolean opened = (state == State.OPEN || state == State.HALF_OPEN) && record.votes() > 0;
		List<String> voters = opened ? record.voters() : alone(nodes);
		FleetRecord.Progress probes = record.probes();
		return new FleetDescriptor(status.connected(), this.self.name(), live, nodes, state,
				now.minus(this.node.since(record.since())),
				(left != null && state != State.CLOSED) ? now.plus(left) : null, record.epoch(),
				opened ? record.votes() : voters.size(), opened ? record.quorum() : status.quorum(), voters,
				(probes != null) ? probes.holders() : List.of());
	}

	/** Where a hold is over it is closed, though the store has not said so yet. */
	private static State present(State state, @Nullable Duration left) {
		boolean over = left != null && left.isZero() && state != State.OPEN && state != State.HALF_OPEN;
		return over ? State.CLOSED : state;
	}

	/** Those that have opened it by their own rules, which is how they vote. */
	private static List<String> alone(List<NodeDescriptor> nodes) {
		return nodes.stream()
			.filter((each) -> each.localOnly() && each.state() == State.OPEN)
			.map(NodeDescriptor::node)
			.limit(20)
			.toList();
	}

	/** This instance says what it is at this moment. */
	private List<NodeDescriptor> nodes(CircuitBreaker breaker, @Nullable FleetView view) {
		NodeDescriptor own = new NodeDescriptor(this.self.name(), breaker.state(), this.node.isLocalOnly(breaker), 0);
		if (view == null) {
			return List.of(own);
		}
		List<NodeDescriptor> nodes = new ArrayList<>();
		boolean found = false;
		for (NodeView each : view.nodes()) {
			boolean itself = each.node().equals(this.self);
			found |= itself;
			nodes.add(itself ? own : of(each, breaker.name()));
		}
		if (!found) {
			nodes.add(0, own);
		}
		return nodes;
	}

	private static NodeDescriptor of(NodeView each, String breaker) {
		String report = each.report().getOrDefault(breaker, State.CLOSED.name());
		boolean localOnly = report.endsWith(LOCAL_ONLY);
		String state = localOnly ? report.substring(0, report.length() - LOCAL_ONLY.length()) : report;
		return new NodeDescriptor(each.node().name(), state(state), localOnly, each.seen() / 1000.0);
	}

	/** Another instance may be of another version. */
	private static State state(String name) {
		try {
			return State.valueOf(name);
		}
		catch (IllegalArgumentException ex) {
			return State.CLOSED;
		}
	}

	private @Nullable FleetView view() {
		try {
			return this.node.view().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (ExecutionException | TimeoutException ex) {
			return null;
		}
	}

}
