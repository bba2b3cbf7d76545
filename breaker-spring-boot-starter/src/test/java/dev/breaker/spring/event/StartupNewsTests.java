package dev.breaker.spring.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule;
import dev.breaker.StateChange;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@ExtendWith(OutputCaptureExtension.class)
class StartupNewsTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.clock.config()
		.ignoreExceptions(IllegalArgumentException.class)
		.outcomeRule((result, thrown) -> "none".equals(result) ? OutcomeRule.Verdict.IGNORED : null)
		.build());

	private final StartupNews news = new StartupNews(this.registry, () -> null);

	private final CircuitBreaker breaker = this.registry.get("payments");

	@Test
	void everyKindIsToldInOrderAndOnce() {
		everyKind();
		Recording first = new Recording();
		Recording second = new Recording();
		this.news.handOver(List.of(first, second));
		assertThat(first.heard).containsExactly("success 20", "failure 30", "ignored 30", "ignored result 40", "OPEN",
				"refused", "CLOSED", "reset");
		assertThat(second.heard).isEqualTo(first.heard);
		Calls.succeed(this.breaker);
		assertThat(first.heard).hasSize(9).endsWith("success 20");
		assertThat(kept()).isEmpty();
	}

	@Test
	void missedEventsHaveTheTimesThatCallsTook() {
		everyKind();
		RingEventStore events = new RingEventStore(this.registry, 10, EnumSet.allOf(BreakerEvent.Type.class),
				this.news);
		events.afterSingletonsInstantiated();
		assertThat(events.all()).extracting(BreakerEvent::type, BreakerEvent::elapsed)
			.containsExactly(tuple(BreakerEvent.Type.SUCCESS, Duration.ofMillis(20)),
					tuple(BreakerEvent.Type.FAILURE, Duration.ofMillis(30)),
					tuple(BreakerEvent.Type.IGNORED, Duration.ofMillis(30)),
					tuple(BreakerEvent.Type.IGNORED, Duration.ofMillis(40)),
					tuple(BreakerEvent.Type.STATE_CHANGE, null), tuple(BreakerEvent.Type.NOT_PERMITTED, null),
					tuple(BreakerEvent.Type.STATE_CHANGE, null), tuple(BreakerEvent.Type.RESET, null));
	}

	@Test
	void callsThatWouldBeRefusedAreToldAndKept() {
		this.breaker.reconfigure(this.breaker.config().toBuilder().enforce(false).build());
		this.breaker.open();
		Calls.succeed(this.breaker);
		RingEventStore events = new RingEventStore(this.registry, 10, EnumSet.allOf(BreakerEvent.Type.class),
				this.news);
		events.afterSingletonsInstantiated();
		assertThat(events.all()).extracting(BreakerEvent::type, BreakerEvent::elapsed, BreakerEvent::enforced)
			.containsExactly(tuple(BreakerEvent.Type.STATE_CHANGE, null, false),
					tuple(BreakerEvent.Type.WOULD_REFUSE, null, null),
					tuple(BreakerEvent.Type.SUCCESS, Duration.ofMillis(20), null));
		List<CircuitBreaker> told = new ArrayList<>();
		this.news.handOver(List.of(new CircuitBreakerListener() {
			@Override
			public void onWouldRefuse(CircuitBreaker refusing) {
				told.add(refusing);
			}
		}));
		assertThat(told).containsExactly(this.breaker);
	}

	@Test
	void tenThousandCallsAndAsManyChangesAreKept(CapturedOutput output) {
		for (int i = 0; i < 10_000; i++) {
			Calls.succeed(this.breaker);
		}
		assertThat(output).doesNotContain("there are more than");
		Calls.succeed(this.breaker);
		Calls.succeed(this.breaker);
		assertThat(output).containsOnlyOnce("While the context starts there are more than 10000 calls");
		assertThat(kept()).hasSize(10_000);
		for (int i = 0; i < 5_001; i++) {
			this.breaker.open();
			this.breaker.close();
		}
		assertThat(output).containsOnlyOnce("While the context starts there are more than 10000 changes");
		assertThat(kept()).hasSize(20_000)
			.filteredOn((news) -> news.type() == BreakerEvent.Type.STATE_CHANGE)
			.hasSize(10_000);
	}

	@Test
	void aLogThatFailsHindersNoListener() {
		everyKind();
		Recording recording = new Recording();
		Logger logger = (Logger) LoggerFactory.getLogger(StartupNews.class);
		Appender<ILoggingEvent> full = new AppenderBase<>() {

			@Override
			protected void append(ILoggingEvent event) {
				throw new AssertionError("The disk is full");
			}

		};
		full.start();
		logger.addAppender(full);
		try {
			this.news.handOver(List.of(new Deaf(), recording));
		}
		finally {
			logger.detachAppender(full);
		}
		assertThat(recording.heard).hasSize(8);
	}

	@Test
	void aListenerThatFailsHindersNoOther(CapturedOutput output) {
		everyKind();
		Recording recording = new Recording();
		this.news.handOver(List.of(new Deaf(), recording));
		assertThat(recording.heard).hasSize(8);
		assertThat(output).containsOnlyOnce("A listener of circuit breaker 'payments' failed; its further failures")
			.contains("no ears");
	}

	@Test
	void nothingIsHeardAfterClose() {
		Calls.succeed(this.breaker);
		this.news.close();
		Calls.succeed(this.breaker);
		assertThat(kept()).isEmpty();
	}

	@Test
	void aCallThatHasSeenTheNewsBeforeTheyCloseLeavesNothing() {
		this.news.close();
		this.news.onSuccess(this.breaker, 1);
		assertThat(kept()).isEmpty();
	}

	@Test
	void aCallThatHasSeenTheNewsBeforeTheListenersIsToldToThem() {
		Recording recording = new Recording();
		this.news.handOver(List.of(recording));
		this.news.onSuccess(this.breaker, Duration.ofMillis(20).toNanos());
		assertThat(recording.heard).containsExactly("success 20");
		assertThat(kept()).isEmpty();
	}

	@Test
	void aSlowCallIsToldAsSlowAndIsNoEventOfItsOwn() {
		this.breaker
			.reconfigure(this.breaker.config().toBuilder().slowCallDurationThreshold(Duration.ofSeconds(1)).build());
		Calls.succeed(this.breaker, Duration.ofSeconds(2));
		RingEventStore events = new RingEventStore(this.registry, 10, EnumSet.allOf(BreakerEvent.Type.class),
				this.news);
		events.afterSingletonsInstantiated();
		assertThat(events.all()).extracting(BreakerEvent::type).containsExactly(BreakerEvent.Type.SUCCESS);
		List<Duration> slow = new ArrayList<>();
		this.news.handOver(List.of(new CircuitBreakerListener() {
			@Override
			public void onSlowCall(CircuitBreaker called, long elapsedNanos) {
				slow.add(Duration.ofNanos(elapsedNanos));
			}
		}));
		assertThat(slow).containsExactly(Duration.ofSeconds(2));
	}

	@Test
	void aClockThatFailsLosesNoNews() {
		Instant before = Instant.now();
		InstantSource failing = () -> {
			throw new IllegalStateException("clock");
		};
		Calls.succeed(this.registry.get("odd", this.clock.config().clock(failing.withZone(ZoneOffset.UTC)).build()));
		assertThat(kept()).singleElement().satisfies((news) -> assertThat(news.at()).isAfterOrEqualTo(before));
	}

	@Test
	void aListenerOfOneBreakerHearsOfThatAlone() {
		Calls.succeed(this.breaker);
		CircuitBreaker other = this.registry.get("other");
		Calls.fail(other, 1);
		Recording recording = new Recording();
		this.news.addTo(other, recording);
		Calls.succeed(other);
		Calls.succeed(this.breaker);
		assertThat(recording.heard).containsExactly("failure 30", "success 20");
	}

	private void everyKind() {
		Calls.succeed(this.breaker);
		Calls.fail(this.breaker, 1);
		Calls.fail(this.breaker, new IllegalArgumentException());
		this.breaker.acquire().success("none", Duration.ofMillis(40).toNanos());
		this.breaker.open();
		Calls.refused(this.breaker, 1);
		this.breaker.close();
		this.breaker.reset();
	}

	private List<StartupNews.News> kept() {
		List<StartupNews.News> kept = new ArrayList<>();
		this.news.catchUp(() -> {
		}, kept::add);
		return kept;
	}

	/**
	 * Writes down what it hears, with the milliseconds that calls took.
	 */
	private static final class Deaf implements CircuitBreakerListener {

		@Override
		public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			throw new IllegalStateException("no ears");
		}

	}

	private static final class Recording implements CircuitBreakerListener {

		private final List<String> heard = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.heard.add(change.to().name());
		}

		@Override
		public void onReset(CircuitBreaker breaker) {
			this.heard.add("reset");
		}

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			this.heard.add("success " + Duration.ofNanos(elapsedNanos).toMillis());
		}

		@Override
		public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
			this.heard.add("failure " + Duration.ofNanos(elapsedNanos).toMillis());
		}

		@Override
		public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			this.heard.add("ignored " + Duration.ofNanos(elapsedNanos).toMillis());
		}

		@Override
		public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
			this.heard.add("ignored result " + Duration.ofNanos(elapsedNanos).toMillis());
		}

		@Override
		public void onNotPermitted(CircuitBreaker breaker) {
			this.heard.add("refused");
		}

	}

}
