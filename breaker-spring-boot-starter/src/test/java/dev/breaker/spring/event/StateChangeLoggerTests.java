package dev.breaker.spring.event;

import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.HandClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class StateChangeLoggerTests {

	private final HandClock clock = new HandClock();

	private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

	private final Logger logger = (Logger) LoggerFactory.getLogger("dev.breaker.CircuitBreaker");

	@BeforeEach
	void listen() {
		this.appender.start();
		this.logger.addAppender(this.appender);
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.appender);
	}

	private CircuitBreaker breaker(CircuitBreakerConfig.Builder config) {
		CircuitBreaker breaker = CircuitBreaker.of("payments", config.build());
		breaker.addListener(new StateChangeLogger());
		return breaker;
	}

	@Test
	void openingIsOneWarnLineWithFiguresLastFailureAndOutlook() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(4)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.waitDurationInOpenState(Duration.ofSeconds(30)));
		Calls.succeed(breaker);
		Calls.succeed(breaker, Duration.ofSeconds(2));
		Calls.fail(breaker, 2);
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE): "
				+ "2 of 4 calls failed (50.0 %, threshold 50.0 %), 1 slow (25.0 %, threshold 100.0 %), "
				+ "2 failures in a row; last failure: java.lang.IllegalStateException: Read timed out; "
				+ "a probe may pass in 30.0 s");
	}

	@Test
	void recoveringIsTwoInfoLines() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(1)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(30)));
		Calls.fail(breaker, 1);
		this.appender.list.clear();
		this.clock.advance(Duration.ofSeconds(30));
		Calls.succeed(breaker);
		assertThat(lines()).containsExactly("INFO Circuit breaker 'payments': OPEN -> HALF_OPEN (WAIT_ELAPSED)",
				"INFO Circuit breaker 'payments': HALF_OPEN -> CLOSED (PROBES_SUCCEEDED)");
	}

	@Test
	void forcingItOpenIsWarnedOfWithItsHold() {
		CircuitBreaker breaker = breaker(this.clock.config());
		breaker.forceOpen(Duration.ofMinutes(10));
		breaker.disable();
		breaker.forceOpen();
		assertThat(lines()).containsExactly(
				"WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND); refuses all calls for 600.0 s",
				"INFO Circuit breaker 'payments': FORCED_OPEN -> DISABLED (COMMAND)",
				"WARN Circuit breaker 'payments': DISABLED -> FORCED_OPEN (COMMAND); refuses all calls until another command");
	}

	@Test
	void keyOfABreakerForgesNoLine() {
		CircuitBreaker breaker = CircuitBreaker.of("inventory:berlin\nWARN forged\u0085\u202Edesrever",
				this.clock.config().minimumNumberOfCalls(1).build());
		breaker.addListener(new StateChangeLogger());
		Calls.fail(breaker, new IllegalStateException("no\r\nERROR forged\u2029too"));
		assertThat(lines()).containsExactly("WARN Circuit breaker 'inventory:berlin WARN forged desrever': "
				+ "CLOSED -> OPEN (FAILURE_RATE): 1 of 1 calls failed (100.0 %, threshold 50.0 %); "
				+ "last failure: java.lang.IllegalStateException: no ERROR forged too; "
				+ "a probe may pass in 60.0 s");
	}

	@Test
	void refusalsAreNotLoggedHoweverManyThereAre() {
		CircuitBreaker breaker = breaker(this.clock.config());
		breaker.forceOpen();
		this.appender.list.clear();
		assertThat(Calls.refused(breaker, 500)).isEqualTo(500);
		assertThat(lines()).isEmpty();
	}

	private List<String> lines() {
		assertThat(this.appender.list).allMatch((event) -> event.getLevel().isGreaterOrEqual(Level.INFO));
		return this.appender.list.stream()
			.map((event) -> event.getLevel() + " " + event.getFormattedMessage())
			.toList();
	}

}
