package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Leads a circuit breaker with another config through recorded calls, on a clock of its
 * own that goes from one to the next. Used once, by one thread.
 */
final class Replayer implements CircuitBreakerListener {

	/** Thrown by the calls that failed. */
	private final RecordedFailure failed = new RecordedFailure();

	private final List<Run> inOrderOfEnd;

	private final RecordedOutcomes record;

	private final @Nullable Duration slow;

	private final CircuitBreaker breaker;

	private long now;

	private final List<Replay.Opening> openings = new ArrayList<>();

	private long refusedCalls;

	private long failuresSpared;

	private final Map<String, Long> failuresSparedByType = new HashMap<>();

	private long slowCallsSpared;

	private long successesRefused;

	private long unknownCalls;

	Replayer(String name, CircuitBreakerConfig config, RecordedOutcomes record) {
		this.record = record;
		this.inOrderOfEnd = record.recorded().stream().map(Run::new).toList();
		this.now = record.now() - record.spanNanos();
		this.slow = config.slowCallDurationThreshold();
		this.breaker = CircuitBreaker.of(name + " (what-if)", onThisClock(config));
		this.breaker.addListener(this);
	}

	/** What calls count as was judged when they were made. */
	private CircuitBreakerConfig onThisClock(CircuitBreakerConfig config) {
		CircuitBreakerConfig.Builder builder = config.toBuilder();
		if (config.halfOpenProbes() == ProbeSource.DARK) {
			// Dark probes are on the record where the breaker at work was open; elsewhere
			// calls stand in. As many places as must succeed: one that fails opens.
			Integer successes = config.successThresholdInHalfOpenState();
			int probes = (successes != null) ? successes : 1;
			builder.permittedNumberOfCallsInHalfOpenState(probes).successThresholdInHalfOpenState(probes);
		}
		Duration interval = (config.probe() != null) ? config.probeInterval() : null;
		if (interval != null) {
			builder.waitDurationInOpenState(interval);
		}
		return builder.initialState(State.CLOSED)
			// What it would refuse is the question.
			.enforce(true)
			.withoutProbe()
			.halfOpenProbes(ProbeSource.CALLS)
			.waitDurationJitter(0)
			.withoutTimeLimit()
			.withoutRecordOutcomes()
			.recordExceptions()
			.ignoreExceptions()
			.recordException(null)
			.ignoreException(null)
			.recordResult(null)
			.outcomeRule(null)
			.matchCauses(false)
			.nanoClock(() -> this.record.origin() + this.now)
			.clock(new RecordedClock())
			.build();
	}

	Replay run() {
		List<Run> inOrderOfStart = new ArrayList<>(this.inOrderOfEnd);
		// Stable: of two at the same time, the one that was recorded first.
		inOrderOfStart.sort(Comparator.comparingLong((run) -> run.call.start()));
		int ended = 0;
		for (Run run : inOrderOfStart) {
			while (this.inOrderOfEnd.get(ended).isOverBy(run.call.start())) {
				end(this.inOrderOfEnd.get(ended));
				ended++;
			}
			begin(run);
		}
		for (Run run : this.inOrderOfEnd.subList(ended, this.inOrderOfEnd.size())) {
			end(run);
		}
		goTo(this.record.now());
		State state = this.breaker.state();
		if (state == State.OPEN) {
			endOpening(instant(), false);
		}
		Duration open = this.openings.stream().map(Replay.Opening::lasted).reduce(Duration.ZERO, Duration::plus);
		return new Replay(this.openings, open, this.refusedCalls, this.failuresSpared,
				mostFirst(this.failuresSparedByType), this.slowCallsSpared, this.successesRefused, this.unknownCalls,
				state);
	}

	private static Map<String, Long> mostFirst(Map<String, Long> counts) {
		Map<String, Long> sorted = new LinkedHashMap<>();
		counts.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
				.thenComparing(Map.Entry.comparingByKey()))
			.forEach((entry) -> sorted.put(entry.getKey(), entry.getValue()));
		return sorted;
	}

	private void begin(Run run) {
		RecordedCall call = run.call;
		goTo(call.start());
		run.begun = true;
		if (call.kind() == RecordedCall.Kind.REFUSED) {
			if (!this.breaker.permits()) {
				this.refusedCalls += call.times();
			}
			else {
				this.unknownCalls += call.times();
			}
			return;
		}
		if (!call.kind().isCall()) {
			// It would not have run at this time where it gets no place.
			run.permit = this.breaker.tryAcquireProbe();
			return;
		}
		run.permit = this.breaker.tryAcquire();
		if (run.permit == null) {
			refuse(call);
		}
	}

	private void refuse(RecordedCall call) {
		this.refusedCalls++;
		if (this.slow != null && call.elapsed() > Rules.nanos(this.slow)) {
			this.slowCallsSpared++;
		}
		if (call.kind() == RecordedCall.Kind.SUCCESS) {
			this.successesRefused++;
		}
		String type = call.type();
		if (type != null) {
			this.failuresSpared++;
			this.failuresSparedByType.merge(type, 1L, Long::sum);
		}
	}

	private void end(Run run) {
		RecordedCall call = run.call;
		goTo(call.end());
		Permit permit = run.permit;
		if (permit != null) {
			switch (call.kind()) {
				case SUCCESS, PROBE_SUCCESS -> permit.success(null, call.elapsed());
				case FAILURE, PROBE_FAILURE -> permit.failure(this.failed, call.elapsed());
				case IGNORED, REFUSED -> permit.release();
			}
		}
	}

	private void goTo(long time) {
		this.now = Math.max(this.now, time);
	}

	private Instant instant() {
		return this.record.to().minusNanos(this.record.now() - this.now);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		if (change.from() == State.OPEN) {
			endOpening(change.at(), true);
		}
		if (change.to() == State.OPEN) {
			this.openings.add(new Replay.Opening(change.at(), change.reason(), Duration.ZERO, false));
		}
	}

	private void endOpening(Instant at, boolean over) {
		int last = this.openings.size() - 1;
		Replay.Opening opening = this.openings.get(last);
		this.openings.set(last,
				new Replay.Opening(opening.at(), opening.reason(), Duration.between(opening.at(), at), over));
	}

	/** A call on its way through the breaker. */
	private static final class Run {

		private final RecordedCall call;

		private boolean begun;

		private @Nullable Permit permit;

		Run(RecordedCall call) {
			this.call = call;
		}

		boolean isOverBy(long time) {
			return this.begun && this.call.end() <= time;
		}

	}

	/** Tells the instants of the record. */
	private final class RecordedClock extends Clock {

		@Override
		public Instant instant() {
			return Replayer.this.instant();
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

	private static final class RecordedFailure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RecordedFailure() {
			super(null, null, false, false);
		}

	}

}
