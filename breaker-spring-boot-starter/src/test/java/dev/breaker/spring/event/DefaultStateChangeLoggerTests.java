package dev.breaker.spring.event;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class DefaultStateChangeLoggerTests {

	/** Logs have the zone of the system; another one is named. */
	private static final String ZONE = ZoneId.systemDefault()
		.getRules()
		.getOffset(ManualClock.DEFAULT_START)
		.equals(ZoneOffset.UTC) ? "" : " UTC";

	private final ManualClock clock = new ManualClock();

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
		breaker.addListener(new DefaultStateChangeLogger());
		return breaker;
	}

	@Test
	void openingIsOneWarnLineWithTheExplanation() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(4)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.waitDurationInOpenState(Duration.ofSeconds(30)));
		Calls.succeed(breaker);
		Calls.succeed(breaker, Duration.ofSeconds(2));
		Calls.fail(breaker, 2);
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE). "
				+ "Open: 2 of the last 4 calls failed (50 %, threshold 50 %), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 30 s; last failure: java.lang.IllegalStateException: Read timed out");
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
				"WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND). Held open by command until 00:10"
						+ ZONE,
				"INFO Circuit breaker 'payments': FORCED_OPEN -> DISABLED (COMMAND)",
				"WARN Circuit breaker 'payments': DISABLED -> FORCED_OPEN (COMMAND). Held open by command until another command");
	}

	@Test
	void aChangeThatIsNotEnforcedIsInfoAndSaysSo() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(1)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(30))
			.enforce(false));
		Calls.fail(breaker, 1);
		Calls.succeed(breaker);
		Calls.fail(breaker, 1);
		this.clock.advance(Duration.ofSeconds(30));
		Calls.succeed(breaker);
		assertThat(lines())
			.containsExactly("INFO Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE, not enforced). "
					+ "Open: 1 of the last 1 calls failed (100 %, threshold 50 %), "
					+ "mostly java.lang.IllegalStateException; the next probe may pass in 30 s; "
					+ "not enforced, no call is refused; last failure: java.lang.IllegalStateException: Read timed out",
					"INFO Circuit breaker 'payments': OPEN -> HALF_OPEN (WAIT_ELAPSED, not enforced); "
							+ "would have refused 2 calls in 30 s",
					"INFO Circuit breaker 'payments': HALF_OPEN -> CLOSED (PROBES_SUCCEEDED, not enforced)");
	}

	@Test
	void forcingItOpenIsWarnedOfWhereThatRefusesNobody() {
		CircuitBreaker breaker = breaker(this.clock.config().enforce(false));
		breaker.forceOpen();
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND, "
				+ "not enforced). Held open by command until another command; not enforced, no call is refused");
	}

	@Test
	void operatorAndCommentAreInTheLine() {
		CircuitBreaker breaker = breaker(this.clock.config());
		breaker.apply(StateCommand.to(State.FORCED_OPEN).comment("partner asked\nWARN forged").actor("alice\nof WARN"));
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND). "
				+ "Held open by alice of WARN until another command: partner asked WARN forged");
	}

	@Test
	void whoEndedTheRefusalsAndWhyIsInTheLine() {
		CircuitBreaker breaker = breaker(this.clock.config());
		breaker.apply(StateCommand.to(State.DISABLED).actor("alice\nof WARN").comment("partner is back\nWARN forged"));
		breaker.apply(StateCommand.to(State.CLOSED).comment("all is well"));
		assertThat(lines()).containsExactly(
				"INFO Circuit breaker 'payments': CLOSED -> DISABLED (COMMAND by alice of WARN: partner is back WARN forged)",
				"INFO Circuit breaker 'payments': DISABLED -> CLOSED (COMMAND: all is well)");
	}

	@Test
	void keyOfABreakerForgesNoLine() {
		CircuitBreaker breaker = CircuitBreaker.of("inventory:berlin\nWARN forged\u0085\u202Edesrever",
				this.clock.config().minimumNumberOfCalls(1).build());
		breaker.addListener(new DefaultStateChangeLogger());
		Calls.fail(breaker, new IllegalStateException("no\r\nERROR forged\u2029too"));
		assertThat(lines()).containsExactly("WARN Circuit breaker 'inventory:berlin WARN forged desrever': "
				+ "CLOSED -> OPEN (FAILURE_RATE). Open: 1 of the last 1 calls failed (100 %, threshold 50 %), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 60 s; "
				+ "last failure: java.lang.IllegalStateException: no ERROR forged too");
	}

	@Test
	void oneFailureIsNoRowOfFailures() {
		CircuitBreaker breaker = breaker(this.clock.config().minimumNumberOfCalls(1));
		Calls.fail(breaker, 1);
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE). "
				+ "Open: 1 of the last 1 calls failed (100 %, threshold 50 %), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 60 s; last failure: java.lang.IllegalStateException: Read timed out");
	}

	@Test
	void openingWithoutRecoveryIsInfoAfterTheThird() {
		CircuitBreaker breaker = breaker(flapping());
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 720; opening++) {
			reopen(breaker);
		}
		assertThat(breaker.snapshot().openings()).isEqualTo(720);
		assertThat(openings()).hasSize(720);
		assertThat(openings().subList(0, 4)).containsExactly(
				"WARN Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE). Open: 1 of the last 1 calls "
						+ "failed (100 %, threshold 50 %), mostly java.lang.IllegalStateException; the next probe may "
						+ "pass in 5 s; last failure: java.lang.IllegalStateException: Read timed out",
				reopening("WARN", "2 openings in a row"),
				reopening("WARN", "3 openings in a row, further ones are logged as INFO"),
				reopening("INFO", "4 openings in a row"));
		assertThat(openings().subList(4, 720)).allMatch((line) -> line.startsWith("INFO "));
		assertThat(openings().get(719)).isEqualTo(reopening("INFO", "720 openings in a row"));
	}

	@Test
	void openingAfterARecoveryIsWarnedOfAnew() {
		CircuitBreaker breaker = breaker(flapping());
		for (int outage = 1; outage <= 2; outage++) {
			this.appender.list.clear();
			Calls.fail(breaker, 1);
			for (int opening = 2; opening <= 5; opening++) {
				reopen(breaker);
			}
			assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "INFO");
			assertThat(openings().get(0)).doesNotContain("in a row");
			this.clock.advance(Duration.ofSeconds(5));
			Calls.succeed(breaker);
		}
	}

	@Test
	void openingDuringTheRampIsNoRecovery() {
		CircuitBreaker breaker = breaker(flapping().recoveryRampDuration(Duration.ofSeconds(30)));
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 5; opening++) {
			relapse(breaker);
		}
		assertThat(breaker.snapshot().openings()).isEqualTo(5);
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "INFO");
		assertThat(openings().get(4)).startsWith("INFO Circuit breaker 'payments': CLOSED -> OPEN")
			.endsWith("; 5 openings in a row");
		recover(breaker, Duration.ofSeconds(30));
		Calls.fail(breaker, 1);
		assertThat(breaker.snapshot().openings()).isOne();
		assertThat(openings().get(5)).startsWith("WARN ").doesNotContain("in a row");
	}

	@Test
	void openingBeforeTheBreakerIsStableIsNoRecovery() {
		CircuitBreaker breaker = breaker(flapping().stableFor(Duration.ofMinutes(10)));
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 4; opening++) {
			recover(breaker, Duration.ofMinutes(9));
			Calls.fail(breaker, 1);
		}
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO");
		recover(breaker, Duration.ofMinutes(9));
		breaker.disable();
		breaker.open();
		reopen(breaker);
		assertThat(breaker.snapshot().openings()).isEqualTo(6);
		assertThat(openings().get(5)).startsWith("INFO ").endsWith("; 6 openings in a row");
		recover(breaker, Duration.ofMinutes(10));
		breaker.disable();
		breaker.open();
		assertThat(breaker.snapshot().openings()).isOne();
		assertThat(openings().get(6)).startsWith("WARN ").doesNotContain("in a row");
	}

	@Test
	void resetEndsTheRowOfOpeningsDuringTheRamp() {
		CircuitBreaker breaker = breaker(flapping().recoveryRampDuration(Duration.ofSeconds(30)));
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 4; opening++) {
			relapse(breaker);
		}
		breaker.reset();
		Calls.fail(breaker, 1);
		recover(breaker, Duration.ZERO);
		breaker.reset();
		Calls.fail(breaker, 1);
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "WARN", "WARN");
		assertThat(openings().subList(4, 6)).noneMatch((line) -> line.contains("in a row"));
	}

	@Test
	void resetEndsTheRowOfOpenings() {
		CircuitBreaker breaker = breaker(flapping());
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 4; opening++) {
			reopen(breaker);
		}
		breaker.reset();
		Calls.fail(breaker, 1);
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "WARN");
	}

	@Test
	void operatorsOpeningIsWarnedOfHoweverManyThereWere() {
		CircuitBreaker breaker = breaker(flapping());
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 4; opening++) {
			reopen(breaker);
		}
		breaker.halfOpen();
		breaker.open();
		breaker.forceOpen();
		breaker.open();
		reopen(breaker);
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "WARN", "WARN", "WARN", "INFO");
		assertThat(openings().get(7)).endsWith("; 7 openings in a row");
		assertThat(breaker.snapshot().openings()).isEqualTo(7);
	}

	@Test
	void commandForTheSameStateIsLoggedAndIsNoOpening() {
		CircuitBreaker breaker = breaker(flapping());
		Calls.fail(breaker, 1);
		breaker.apply(StateCommand.to(State.OPEN).hold(Duration.ofSeconds(9)).actor("alice"));
		assertThat(lines().get(lines().size() - 1)).startsWith("WARN Circuit breaker 'payments': ")
			.contains("OPEN -> OPEN (COMMAND). Open by alice; the next probe may pass in 9 s")
			.doesNotContain("in a row");
		breaker.halfOpen();
		Calls.fail(breaker, 1);
		assertThat(openings().get(openings().size() - 1)).contains("; 2 openings in a row");
	}

	@Test
	void breakerThatIsOpenFromTheStartHasOpenedOnce() {
		CircuitBreaker breaker = breaker(flapping().initialState(State.OPEN));
		reopen(breaker);
		assertThat(openings()).containsExactly(reopening("WARN", "2 openings in a row"));
		assertThat(breaker.snapshot().openings()).isEqualTo(2);
	}

	@Test
	void eachBreakerHasARowOfItsOwn() {
		StateChangeLogger listener = new DefaultStateChangeLogger();
		CircuitBreaker first = CircuitBreaker.of("payments", flapping().build());
		CircuitBreaker second = CircuitBreaker.of("payments", flapping().build());
		first.addListener(listener);
		second.addListener(listener);
		Calls.fail(first, 1);
		for (int opening = 2; opening <= 4; opening++) {
			reopen(first);
		}
		Calls.fail(second, 1);
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "WARN");
	}

	@Test
	void changeThatWasOvertakenHasNoFiguresOfAnother() {
		CircuitBreaker breaker = CircuitBreaker.of("payments", flapping().build());
		breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				if (change.to() == State.OPEN) {
					changed.forceOpen(Duration.ofMinutes(10));
				}
			}
		});
		breaker.addListener(new DefaultStateChangeLogger());
		Calls.fail(breaker, 1);
		assertThat(lines()).containsExactly(
				"WARN Circuit breaker 'payments': CLOSED -> OPEN (FAILURE_RATE); "
						+ "last failure: java.lang.IllegalStateException: Read timed out",
				"WARN Circuit breaker 'payments': OPEN -> FORCED_OPEN (COMMAND). Held open by command " + "until 00:10"
						+ ZONE + "; last failure: java.lang.IllegalStateException: Read timed out");
	}

	@Test
	void changeThatWasOvertakenByAnEqualOneHasNoFigures() {
		CircuitBreaker breaker = CircuitBreaker.of("payments", flapping().build());
		breaker.addListener(new CircuitBreakerListener() {

			private int changes;

			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				if (change.to() == State.FORCED_OPEN && this.changes++ == 0) {
					changed.close();
					changed.forceOpen(Duration.ofMinutes(1));
				}
			}
		});
		breaker.addListener(new DefaultStateChangeLogger());
		breaker.forceOpen(Duration.ofMinutes(10));
		assertThat(lines()).containsExactly("WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND)",
				"INFO Circuit breaker 'payments': FORCED_OPEN -> CLOSED (COMMAND)",
				"WARN Circuit breaker 'payments': CLOSED -> FORCED_OPEN (COMMAND). Held open by command until 00:01"
						+ ZONE);
	}

	@Test
	void overtakenOpeningsAreCountedAllTheSame() {
		CircuitBreaker breaker = CircuitBreaker.of("payments", flapping().build());
		breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				if (change.to() == State.OPEN) {
					DefaultStateChangeLoggerTests.this.clock.advance(Duration.ofSeconds(5));
					changed.state();
				}
			}
		});
		breaker.addListener(new DefaultStateChangeLogger());
		Calls.fail(breaker, 1);
		for (int opening = 2; opening <= 5; opening++) {
			Calls.fail(breaker, 1);
		}
		assertThat(levels()).containsExactly("WARN", "WARN", "WARN", "INFO", "INFO");
		assertThat(openings().get(4)).endsWith("Read timed out; 5 openings in a row");
	}

	private CircuitBreakerConfig.Builder flapping() {
		return this.clock.config()
			.minimumNumberOfCalls(1)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(5));
	}

	private void reopen(CircuitBreaker breaker) {
		this.clock.advance(Duration.ofSeconds(5));
		Calls.fail(breaker, 1);
	}

	/** Closes at the first probe, and opens again at once. */
	private void relapse(CircuitBreaker breaker) {
		recover(breaker, Duration.ZERO);
		Calls.fail(breaker, 1);
	}

	/** Closes at the first probe, and stays closed for so long. */
	private void recover(CircuitBreaker breaker, Duration closed) {
		this.clock.advance(breaker.snapshot().retryAfter());
		Calls.succeed(breaker);
		this.clock.advance(closed);
	}

	private static String reopening(String level, String row) {
		return level + " Circuit breaker 'payments': HALF_OPEN -> OPEN (PROBES_FAILED). Open: 1 of 1 probes failed, "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 5 s; "
				+ "last failure: java.lang.IllegalStateException: Read timed out; " + row;
	}

	private List<String> openings() {
		return lines().stream()
			.filter((line) -> line.matches("\\w+ Circuit breaker '.*': \\w+ -> (FORCED_)?OPEN.*"))
			.toList();
	}

	private List<String> levels() {
		return openings().stream().map((line) -> line.substring(0, line.indexOf(' '))).toList();
	}

	@Test
	void refusalsAreNotLoggedHoweverManyThereAre() {
		CircuitBreaker breaker = breaker(this.clock.config());
		breaker.forceOpen();
		this.appender.list.clear();
		assertThat(Calls.refused(breaker, 500)).isEqualTo(500);
		assertThat(lines()).isEmpty();
	}

	@Test
	void refusalsAreSummedUpWhenThePeriodEnds() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(1)
			.permittedNumberOfCallsInHalfOpenState(2)
			.waitDurationInOpenState(Duration.ofSeconds(60)));
		Calls.fail(breaker, 1);
		Calls.refused(breaker, 1_204);
		this.clock.advance(Duration.ofSeconds(60));
		Permit probe = breaker.acquire();
		Permit other = breaker.acquire();
		Calls.refused(breaker, 1);
		this.clock.advance(Duration.ofSeconds(2));
		probe.failure(new IllegalStateException("Read timed out"), 0);
		other.release();
		Calls.refused(breaker, 7);
		this.clock.advance(Duration.ofSeconds(60));
		Calls.succeed(breaker);
		Calls.succeed(breaker);
		assertThat(lines()).hasSize(5);
		assertThat(lines().get(0)).doesNotContain("refused");
		assertThat(lines().subList(1, 5)).map((line) -> line.substring(line.indexOf("': ")))
			.satisfiesExactly(
					(line) -> assertThat(line)
						.isEqualTo("': OPEN -> HALF_OPEN (WAIT_ELAPSED); refused 1,204 calls in 60 s"),
					(line) -> assertThat(line).startsWith("': HALF_OPEN -> OPEN (PROBES_FAILED). ")
						.endsWith("; 2 openings in a row; refused 1 call in 2 s"),
					(line) -> assertThat(line)
						.isEqualTo("': OPEN -> HALF_OPEN (WAIT_ELAPSED); refused 7 calls in 60 s"),
					(line) -> assertThat(line).isEqualTo("': HALF_OPEN -> CLOSED (PROBES_SUCCEEDED)"));
		assertThat(breaker.snapshot().notPermittedCallsTotal()).isEqualTo(1_212);
	}

	@Test
	void aNewOutageSumsUpItsOwnRefusalsAlone() {
		CircuitBreaker breaker = breaker(this.clock.config());
		for (int outage = 1; outage <= 2; outage++) {
			breaker.forceOpen();
			Calls.refused(breaker, 3);
			this.clock.advance(Duration.ofMinutes(5));
			breaker.apply(StateCommand.to(State.FORCED_OPEN).actor("alice"));
			Calls.refused(breaker, 2);
			breaker.disable();
			breaker.close();
		}
		assertThat(lines().stream().filter((line) -> line.contains("refused"))).hasSize(2)
			.allMatch((line) -> line.endsWith("FORCED_OPEN -> DISABLED (COMMAND); refused 5 calls in 5 min"));
	}

	@Test
	void aBreakerThatWasOpenFromTheStartSaysWhatItRefused() {
		CircuitBreaker breaker = breaker(this.clock.config().initialState(State.OPEN));
		Calls.refused(breaker, 2);
		breaker.close();
		assertThat(lines())
			.containsExactly("INFO Circuit breaker 'payments': OPEN -> CLOSED (COMMAND); refused 2 calls");
	}

	@Test
	void theFactsOfALineAreFieldsOfAStructuredLog() {
		CircuitBreaker breaker = breaker(this.clock.config().minimumNumberOfCalls(2));
		Calls.succeed(breaker);
		Calls.fail(breaker, 1);
		Calls.refused(breaker, 3);
		breaker.apply(StateCommand.to(State.DISABLED).actor("alice").comment("no\nWARN forged"));
		JsonNode opened = structured(this.appender.list.get(0));
		assertThat(opened.at("/log/level").asString()).isEqualTo("WARN");
		assertThat(opened.get("message").asString()).contains("Open: 1 of the last 2 calls failed");
		JsonNode fields = opened.get("breaker");
		assertThat(fields.get("name").asString()).isEqualTo("payments");
		assertThat(fields.get("from").asString()).isEqualTo("CLOSED");
		assertThat(fields.get("to").asString()).isEqualTo("OPEN");
		assertThat(fields.get("reason").asString()).isEqualTo("FAILURE_RATE");
		assertThat(fields.get("exception").asString()).isEqualTo("java.lang.IllegalStateException");
		assertThat(fields.at("/failure/rate").asDouble()).isEqualTo(50.0);
		assertThat(fields.get("openings").asInt()).isEqualTo(1);
		JsonNode disabled = structured(this.appender.list.get(1)).get("breaker");
		assertThat(disabled.get("actor").asString()).isEqualTo("alice");
		assertThat(disabled.get("comment").asString()).isEqualTo("no WARN forged");
		assertThat(disabled.get("refused").asInt()).isEqualTo(3);
		assertThat(disabled.has("openings")).isFalse();
		assertThat(disabled.has("enforced")).isFalse();
	}

	@Test
	void aStructuredLogTellsSlowCallsAndWhatRefusesNobody() {
		CircuitBreaker breaker = breaker(this.clock.config()
			.minimumNumberOfCalls(2)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(50)
			.enforce(false));
		Calls.succeed(breaker);
		Calls.succeed(breaker, Duration.ofSeconds(2));
		JsonNode opened = structured(this.appender.list.get(0)).get("breaker");
		assertThat(opened.get("reason").asString()).isEqualTo("SLOW_CALL_RATE");
		assertThat(opened.at("/slow/call/rate").asDouble()).isEqualTo(50.0);
		assertThat(opened.get("enforced").asBoolean()).isFalse();
	}

	/** The event as Spring Boot writes it with logging.structured.format.console=ecs. */
	private static JsonNode structured(ILoggingEvent event) {
		LoggerContext context = new LoggerContext();
		context.putObject(Environment.class.getName(), new MockEnvironment());
		StructuredLogEncoder encoder = new StructuredLogEncoder();
		encoder.setContext(context);
		encoder.setFormat("ecs");
		encoder.start();
		return new JsonMapper().readTree(encoder.encode(event));
	}

	private List<String> lines() {
		assertThat(this.appender.list).allMatch((event) -> event.getLevel().isGreaterOrEqual(Level.INFO));
		return this.appender.list.stream()
			.map((event) -> event.getLevel() + " " + event.getFormattedMessage())
			.toList();
	}

}
