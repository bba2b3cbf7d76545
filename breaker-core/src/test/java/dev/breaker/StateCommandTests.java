package dev.breaker;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A command as a value.
 */
class StateCommandTests {

	private final TestBreaker test = TestBreaker.simple();

	@Test
	void commentAndActorReachTheChange() {
		this.test.breaker.apply(StateCommand.to(State.FORCED_OPEN)
			.hold(Duration.ofMinutes(10))
			.comment("the partner asked")
			.actor("alice"));
		StateChange change = this.test.snapshot().lastChange();
		assertThat(change.comment()).isEqualTo("the partner asked");
		assertThat(change.actor()).isEqualTo("alice");
		assertThat(this.test.heard.changes()).containsExactly(change);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(10));
	}

	@Test
	void saysWhatItCommands() {
		assertThat(StateCommand.to(State.CLOSED)).hasToString("StateCommand[CLOSED]");
		assertThat(StateCommand.to(State.OPEN).hold(Duration.ofMinutes(10)).comment("drill").actor("alice"))
			.hasToString("StateCommand[OPEN for PT10M]");
		assertThat(StateCommand.reset()).hasToString("StateCommand[reset]");
	}

	@Test
	void whatTheRulesDecideHasNeither() {
		this.test.breaker.apply(StateCommand.to(State.OPEN).comment("a drill").actor("alice"));
		this.test.advance(Duration.ofSeconds(10));
		StateChange change = this.test.snapshot().lastChange();
		assertThat(change.to()).isEqualTo(State.HALF_OPEN);
		assertThat(change.comment()).isNull();
		assertThat(change.actor()).isNull();
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void everyStateCanBeCommanded(State state) {
		this.test.breaker.apply(StateCommand.to(state));
		assertThat(this.test.state()).isEqualTo(state);
	}

	@Test
	void aResetClearsEverything() {
		this.test.fail(3);
		this.test.breaker.apply(StateCommand.reset().actor("alice"));
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		assertThat(this.test.snapshot().failedCallsTotal()).isZero();
		assertThat(this.test.snapshot().lastChange().actor()).isEqualTo("alice");
		assertThat(this.test.heard.news()).endsWith("reset");
	}

	@Test
	void aCommandIsImmutable() {
		StateCommand command = StateCommand.to(State.OPEN);
		command.hold(Duration.ofSeconds(1)).comment("why").actor("alice");
		assertThat(command.hold()).isNull();
		assertThat(command.comment()).isNull();
		assertThat(command.actor()).isNull();
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "HALF_OPEN", "METRICS_ONLY" })
	void aHoldThatHasNoMeaningIsRefused(State state) {
		assertThatIllegalArgumentException().isThrownBy(() -> StateCommand.to(state).hold(Duration.ofSeconds(1)))
			.withMessage("Invalid hold (PT1S): %s takes none; OPEN, FORCED_OPEN and DISABLED do", state);
	}

	@Test
	void aResetTakesNoHold() {
		assertThatIllegalArgumentException().isThrownBy(() -> StateCommand.reset().hold(Duration.ofSeconds(1)))
			.withMessageContaining("a reset takes none");
	}

	@Test
	void aNegativeHoldIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> StateCommand.to(State.DISABLED).hold(Duration.ofSeconds(-1)))
			.withMessage("Invalid hold (PT-1S): must be zero or more");
	}

	@Test
	void itsTextIsWhatItDoes() {
		assertThat(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(10)))
			.hasToString("StateCommand[FORCED_OPEN for PT10M]");
		assertThat(StateCommand.to(State.CLOSED).comment("not shown")).hasToString("StateCommand[CLOSED]");
		assertThat(StateCommand.reset()).hasToString("StateCommand[reset]");
	}

}
