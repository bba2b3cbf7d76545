package dev.breaker.test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Reason;
import dev.breaker.StateChange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class ManualClockTests {

	private final ManualClock clock = new ManualClock();

	@Test
	void standsStillUntilItIsAdvanced() {
		assertThat(this.clock.nanos()).isEqualTo(this.clock.nanos()).isZero();
		assertThat(this.clock.instant()).isEqualTo(this.clock.instant()).isEqualTo(ManualClock.DEFAULT_START);
	}

	@Test
	void nanosecondsAndWallTimeMoveTogether() {
		this.clock.advance(Duration.ofMinutes(2));
		this.clock.advance(Duration.ofNanos(1));
		this.clock.advance(Duration.ZERO);
		assertThat(this.clock.nanos()).isEqualTo(120_000_000_001L);
		assertThat(this.clock.instant()).isEqualTo(ManualClock.DEFAULT_START.plusSeconds(120).plusNanos(1));
	}

	@Test
	void startsWhenTheTestSays() {
		Instant start = Instant.parse("1999-12-31T23:59:59Z");
		ManualClock millennium = new ManualClock(start);
		assertThat(millennium.instant()).isEqualTo(start);
		millennium.advance(Duration.ofSeconds(1));
		assertThat(millennium).hasToString("ManualClock[2000-01-01T00:00:00Z]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT-0.000000001S", "PT-1H" })
	void timeDoesNotGoBack(Duration duration) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(duration))
			.withMessageContainingAll("ManualClock", duration.toString(), "zero or more");
		assertThat(this.clock.nanos()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "P106752D", "PT9223372036.854775807S" })
	void endOfTimeIsRefused(Duration duration) {
		this.clock.advance(Duration.ofNanos(1));
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(duration))
			.withMessageContainingAll(duration.toString(), "292 years");
		assertThat(this.clock.nanos()).isOne();
	}

	@Test
	void startIsRequired() {
		assertThatNullPointerException().isThrownBy(() -> new ManualClock(null)).withMessage("start");
	}

	@Test
	void viewFollowsTheClockInEveryZone() {
		ZoneId zone = ZoneId.of("Europe/Lisbon");
		this.clock.advance(Duration.ofDays(1));
		assertThat(this.clock.clock().instant()).isEqualTo("2026-01-02T00:00:00Z");
		assertThat(this.clock.clock().withZone(zone).instant()).isEqualTo("2026-01-02T00:00:00Z");
		assertThat(this.clock.clock().withZone(zone).getZone()).isEqualTo(zone);
		assertThat(this.clock.clock()).isSameAs(this.clock.clock());
	}

	@Test
	void breakerGoesByIt() {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				this.clock.applyTo(CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(30)))
					.build());
		RecordingListener listener = RecordingListener.of(breaker);
		breaker.open();
		this.clock.advance(Duration.ofNanos(29_999_999_999L));
		CircuitBreakerAssertions.assertThat(breaker).isOpen();
		this.clock.advance(Duration.ofNanos(1));
		CircuitBreakerAssertions.assertThat(breaker).isHalfOpen();
		assertThat(listener.changes()).extracting(StateChange::reason)
			.containsExactly(Reason.COMMAND, Reason.WAIT_ELAPSED);
		assertThat(listener.changes().get(1).at()).isEqualTo(ManualClock.DEFAULT_START.plusSeconds(30));
	}

	@Test
	void noAdvanceIsLostAmongThreads() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				running.add(threads.submit(() -> {
					long last = 0;
					for (int i = 0; i < 10_000; i++) {
						this.clock.advance(Duration.ofNanos(3));
						long now = this.clock.nanos();
						assertThat(now).isGreaterThan(last);
						last = now;
					}
				}));
			}
			for (Future<?> one : running) {
				one.get(30, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.clock.nanos()).isEqualTo(120_000);
	}

}
