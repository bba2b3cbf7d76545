package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
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

	/** Whether calls only stand in for the probes. */
	private final boolean darkProbes;

	private final CircuitBreaker breaker;

	private long now;

	/** Refusals that share a record, and have not taken their turns in a share yet. */
	private long waiting;

	/** They came before that time. */
	private long waitingUntil;

	private final List<Replay.Opening> openings = new ArrayList<>();

	private long refusedCalls;

	private long failuresSpared;

	private final Map<String, Long> failuresSparedByType = new HashMap<>();

	private long slowCallsSpared;

	private long successesRefused;

	private long unknownCalls;

	Replayer(String name, CircuitBreakerConfig config, RecordedOutcomes record) {
		this.record = record;
		this.inOrderOfEnd = runs(record.recorded());
		this.now = record.now() - record.spanNanos();
		this.slow = config.slowCallDurationThreshold();
		this.darkProbes = config.halfOpenProbes() == ProbeSource.DARK;
		this.breaker = CircuitBreaker.of(name + " (what-if)", onThisClock(config));
		this.breaker.addListener(this);
	}

	private static List<Run> runs(List<RecordedCall> calls) {
		List<Run> runs = new ArrayList<>(calls.size());
		long next = Long.MAX_VALUE;
		for (int i = calls.size() - 1; i >= 0; i--) {
			RecordedCall call = calls.get(i);
			runs.add(new Run(call, Math.min(call.end() + OutcomeRecorder.TOGETHER, next)));
			next = call.end();
		}
		Collections.reverse(runs);
		return List.copyOf(runs);
	}

	/** What calls count as was judged when they were made. */
	private CircuitBreakerConfig onThisClock(CircuitBreakerConfig config) {
		CircuitBreakerConfig.Builder builder = config.toBuilder();
		if (this.darkProbes) {
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
			long start = run.call.start();
			if (start >= this.waitingUntil) {
				refuseThoseThatWait();
			}
			while (this.inOrderOfEnd.get(ended).isOverBy(start)) {
				end(this.inOrderOfEnd.get(ended));
				ended++;
			}
			begin(run);
		}
		refuseThoseThatWait();
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
			refuseThoseThatWait();
			long atOnce = isSharing() ? 1 : call.times();
			refuseAgain(atOnce);
			this.waiting = call.times() - atOnce;
			this.waitingUntil = run.together;
			return;
		}
		if (!call.kind().isCall()) {
			// It would not have run at this time where it gets no place.
			run.permit = this.breaker.tryAcquireProbe();
			return;
		}
		run.permit = this.breaker.tryAcquire();
		while (run.permit == null && this.waiting > 0 && isSharing()) {
			// Some of them came before this call, and it was their turn.
			this.waiting--;
			this.refusedCalls++;
			run.permit = this.breaker.tryAcquire();
		}
		if (run.permit == null) {
			refuse(call);
		}
	}

	private void refuseThoseThatWait() {
		if (this.waiting > 0) {
			refuseAgain(this.waiting);
			this.waiting = 0;
		}
	}

	/** So many calls that were refused, at this moment. */
	private void refuseAgain(long calls) {
		long left = calls;
		while (left > 0 && isSharing()) {
			// A refusal takes its turn, or those that were admitted would be refused.
			Permit permit = this.breaker.tryAcquire();
			if (permit != null) {
				permit.release();
				this.unknownCalls++;
			}
			else {
				this.refusedCalls++;
			}
			left--;
		}
		if (permitsRefused()) {
			this.unknownCalls += left;
		}
		else {
			this.refusedCalls += left;
		}
	}

	/** Whether it is closed, and may refuse a share all the same. */
	private boolean isSharing() {
		return this.breaker.state() == State.CLOSED && this.breaker.period().isLimited();
	}

	/** With dark probes no call passes between them. */
	private boolean permitsRefused() {
		return !(this.darkProbes && this.breaker.state() == State.HALF_OPEN) && this.breaker.permits();
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

		/** Refusals on the same record came before that time. */
		private final long together;

		private boolean begun;

		private @Nullable Permit permit;

		Run(RecordedCall call, long together) {
			this.call = call;
			this.together = together;
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
