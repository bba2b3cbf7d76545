package dev.breaker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A hundred calls a second to a service that is partly ill, and to one that warms up,
 * with a clock that is moved by hand. The tables of docs/recovery-ramp.md are what comes
 * out here.
 */
class RecoverySimulationTests {

	private static final long SECOND = 1_000_000_000;

	private static final int CALLS_A_SECOND = 100;

	/** Healthy until then, ill for a minute, and watched for three more. */
	private static final long ILL_FROM = 30;

	private static final long WELL_FROM = 90;

	private static final long END = 270;

	private static final Map<String, Supplier<LongPredicate>> ILL_SERVICES = new LinkedHashMap<>();

	static {
		ILL_SERVICES.put("one of three nodes fails", () -> nodes(1));
		ILL_SERVICES.put("two of three nodes fail", () -> nodes(2));
		ILL_SERVICES.put("it answers half of the calls", () -> capacity((second) -> CALLS_A_SECOND / 2));
	}

	private static final Map<String, Function<HandClock, Guard>> GUARDS = new LinkedHashMap<>();

	static {
		GUARDS.put("no breaker", (clock) -> (service) -> service.getAsBoolean() ? Outcome.SERVED : Outcome.WASTED);
		GUARDS.put("`failure-rate-threshold: 30`", (clock) -> guard(
				CircuitBreakerConfig.builder().failureRateThreshold(30).waitDurationInOpenState(Duration.ofSeconds(10)),
				clock));
		GUARDS.put("`refuse: share`, `share-factor: 2`", (clock) -> guard(sharing(2), clock));
		GUARDS.put("`refuse: share`, `share-factor: 1.1`", (clock) -> guard(sharing(1.1), clock));
		GUARDS.put("the anchor's rule", AdaptiveThrottle::new);
	}

	private static CircuitBreakerConfig.Builder sharing(double factor) {
		return CircuitBreakerConfig.builder()
			.failureRateThreshold(90)
			.refuse(Refuse.SHARE)
			.shareFactor(factor)
			.waitDurationInOpenState(Duration.ofSeconds(10));
	}

	@Test
	void thePageShowsWhatComesOut() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "recovery-ramp.md"));
		List<String> rows = new ArrayList<>();
		ILL_SERVICES.forEach((service, behaviour) -> GUARDS.forEach((guard, made) -> rows
			.add("| %s | %s | %s |".formatted(service, guard, illness(made, behaviour.get())))));
		for (CircuitBreakerConfig.Builder config : List.of(withoutRamp(), withRamp())) {
			String ramp = (config.build().recoveryRampDuration() != null) ? "`recovery-ramp-duration: 40s`" : "no ramp";
			Figures figures = warmUp(config);
			rows.add("| %s | %s | %d |".formatted(ramp, figures, figures.openings));
		}
		assertThat(page).contains(rows);
	}

	@Test
	void aShareServesMoreUsersThanAnOpenBreaker() {
		ILL_SERVICES.forEach((service, behaviour) -> {
			Figures open = illness(GUARDS.get("`failure-rate-threshold: 30`"), behaviour.get());
			for (double factor : new double[] { 2, 1.1 }) {
				Figures share = illness((clock) -> guard(sharing(factor), clock), behaviour.get());
				assertThat(share.served).as(service + ", factor " + factor).isGreaterThan(open.served);
			}
		});
	}

	@Test
	void aShareWastesFewerCallsThanNoBreaker() {
		ILL_SERVICES.forEach((service, behaviour) -> {
			Figures none = illness(GUARDS.get("no breaker"), behaviour.get());
			Figures share = illness((clock) -> guard(sharing(1.1), clock), behaviour.get());
			assertThat(share.wasted).as(service).isLessThan(none.wasted);
		});
	}

	@Test
	void aShareIsOverSoonerThanThatOfTheAnchor() {
		ILL_SERVICES.forEach((service, behaviour) -> {
			Figures anchor = illness(GUARDS.get("the anchor's rule"), behaviour.get());
			Figures share = illness((clock) -> guard(sharing(1.1), clock), behaviour.get());
			assertThat(share.recovered).as(service).isLessThan(anchor.recovered);
		});
	}

	@Test
	void aServiceThatWarmsUpIsNotKnockedOverAgain() {
		Figures without = warmUp(withoutRamp());
		Figures with = warmUp(withRamp());
		assertThat(without.openings).isGreaterThan(1);
		assertThat(with.openings).isZero();
		assertThat(with.served).isGreaterThan(without.served);
		assertThat(with.wasted).isLessThan(without.wasted);
	}

	/** What becomes of the calls of the minute in which the service is ill. */
	private static Figures illness(Function<HandClock, Guard> guard, LongPredicate ill) {
		HandClock clock = new HandClock();
		return simulate(clock, guard.apply(clock), ILL_FROM, WELL_FROM, WELL_FROM,
				(now) -> now < ILL_FROM * SECOND || now >= WELL_FROM * SECOND || ill.test(now));
	}

	private static CircuitBreakerConfig.Builder withoutRamp() {
		return CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(10));
	}

	private static CircuitBreakerConfig.Builder withRamp() {
		return withoutRamp().recoveryRampDuration(Duration.ofSeconds(40));
	}

	/**
	 * What becomes of the calls of the two minutes after a service came back that answers
	 * 20 calls a second at first, and all of them after 40 seconds.
	 */
	private static Figures warmUp(CircuitBreakerConfig.Builder config) {
		HandClock clock = new HandClock();
		LongPredicate warming = capacity(
				(second) -> (int) Math.min(CALLS_A_SECOND, 20 + (second - WELL_FROM) * 80 / 40));
		Guard guard = guard(config, clock);
		return simulate(clock, guard, WELL_FROM, WELL_FROM + 120, WELL_FROM,
				(now) -> now < ILL_FROM * SECOND || (now >= WELL_FROM * SECOND && warming.test(now)));
	}

	private static Figures simulate(HandClock clock, Guard guard, long from, long to, long wellFrom,
			LongPredicate service) {
		Figures figures = new Figures();
		int openings = 0;
		while (clock.now() < END * SECOND) {
			long now = clock.now();
			Outcome outcome = guard.call(() -> service.test(now));
			if (now >= from * SECOND && now < to * SECOND) {
				figures.add(outcome);
			}
			if (now >= wellFrom * SECOND) {
				if (outcome != Outcome.SERVED) {
					figures.recovered = (now - wellFrom * SECOND) / (double) SECOND;
				}
				figures.openings = guard.openings() - openings;
			}
			else {
				openings = guard.openings();
			}
			clock.advance(Duration.ofNanos(SECOND / CALLS_A_SECOND));
		}
		return figures;
	}

	/** The calls go to three nodes in turn, of which so many fail. */
	private static LongPredicate nodes(int failing) {
		int[] next = { 0 };
		return (now) -> next[0]++ % 3 >= failing;
	}

	/** So many calls of each second are answered, the others fail. */
	private static LongPredicate capacity(Function<Long, Integer> ofSecond) {
		long[] second = { -1 };
		int[] calls = { 0 };
		return (now) -> {
			if (now / SECOND != second[0]) {
				second[0] = now / SECOND;
				calls[0] = 0;
			}
			return calls[0]++ < ofSecond.apply(second[0]);
		};
	}

	private static Guard guard(CircuitBreakerConfig.Builder config, HandClock clock) {
		CircuitBreaker breaker = CircuitBreaker.of("simulation", config.nanoClock(clock).build());
		RecordingListener heard = new RecordingListener();
		breaker.addListener(heard);
		return new Guard() {

			@Override
			public Outcome call(BooleanSupplier service) {
				Permit permit = breaker.tryAcquire();
				if (permit == null) {
					return Outcome.REFUSED;
				}
				if (service.getAsBoolean()) {
					permit.success(null, 0);
					return Outcome.SERVED;
				}
				permit.failure(new IllegalStateException(), 0);
				return Outcome.WASTED;
			}

			@Override
			public int openings() {
				return (int) heard.changes()
					.stream()
					.filter((change) -> change.from() == State.CLOSED && change.to() == State.OPEN)
					.count();
			}

		};
	}

	private enum Outcome {

		SERVED, WASTED, REFUSED

	}

	/** What stands between the users and the service. */
	private interface Guard {

		Outcome call(BooleanSupplier service);

		/** How often it has opened while it was closed. */
		default int openings() {
			return 0;
		}

	}

	/**
	 * The rule of failsafe-go's adaptive throttler with its defaults: by chance, of the
	 * calls made in the last minute, in twenty buckets, those that exceed the successes
	 * divided by 0.9, at most 90 percent.
	 */
	private static final class AdaptiveThrottle implements Guard {

		private static final long BUCKET = 3 * SECOND;

		private final HandClock clock;

		private final Random random = new Random(42);

		private final Deque<long[]> buckets = new ArrayDeque<>();

		AdaptiveThrottle(HandClock clock) {
			this.clock = clock;
		}

		@Override
		public Outcome call(BooleanSupplier service) {
			long bucket = this.clock.now() / BUCKET;
			this.buckets.removeIf((each) -> each[0] <= bucket - 20);
			double calls = this.buckets.stream().mapToLong((each) -> each[1]).sum();
			double successes = this.buckets.stream().mapToLong((each) -> each[2]).sum();
			double refused = Math.min(0.9, Math.max(0, calls - successes / 0.9) / (calls + 1));
			if (this.random.nextDouble() < refused) {
				return Outcome.REFUSED;
			}
			boolean served = service.getAsBoolean();
			if (this.buckets.isEmpty() || this.buckets.getLast()[0] != bucket) {
				this.buckets.add(new long[] { bucket, 0, 0 });
			}
			this.buckets.getLast()[1]++;
			this.buckets.getLast()[2] += served ? 1 : 0;
			return served ? Outcome.SERVED : Outcome.WASTED;
		}

	}

	private static final class Figures {

		private int served;

		private int wasted;

		private int refused;

		private int openings;

		/**
		 * Seconds from when the service is well until the last call that is not served.
		 */
		private double recovered;

		void add(Outcome outcome) {
			switch (outcome) {
				case SERVED -> this.served++;
				case WASTED -> this.wasted++;
				case REFUSED -> this.refused++;
			}
		}

		@Override
		public String toString() {
			double calls = this.served + this.wasted + this.refused;
			return String.format(Locale.ROOT, "%.1f %% | %.1f %% | %.1f %% | %.1f s", 100 * this.served / calls,
					100 * this.wasted / calls, 100 * this.refused / calls, this.recovered);
		}

	}

}
