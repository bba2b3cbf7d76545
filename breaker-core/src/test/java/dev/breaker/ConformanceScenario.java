package dev.breaker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static dev.breaker.ConformanceConfig.duration;
import static dev.breaker.ConformanceConfig.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Takes the steps of one conformance scenario.
 */
final class ConformanceScenario {

	private static final Set<String> STEP_KEYS = Set.of("call", "times", "duration", "start", "finish", "with",
			"advance", "op", "for", "build", "expect");

	private static final Set<String> FIGURES = Set.of("state", "calls", "failures", "successes", "slowCalls",
			"failureRate", "slowCallRate", "consecutiveFailures", "remainingOpen", "notPermitted");

	private final HandClock clock = new HandClock();

	private final RecordingListener heard = new RecordingListener();

	private final Map<String, Started> started = new HashMap<>();

	private final List<Map<String, Object>> steps;

	private final ConformanceConfig config;

	private CircuitBreaker breaker;

	@SuppressWarnings("unchecked")
	ConformanceScenario(Map<String, Object> scenario) {
		this.config = new ConformanceConfig((Map<String, Object>) scenario.get("config"));
		this.steps = (List<Map<String, Object>>) scenario.get("steps");
	}

	void run() {
		for (int i = 0; i < this.steps.size(); i++) {
			Map<String, Object> step = this.steps.get(i);
			take(step, "step " + (i + 1) + " " + step);
		}
	}

	@SuppressWarnings("unchecked")
	private void take(Map<String, Object> step, String at) {
		for (String key : step.keySet()) {
			known(STEP_KEYS.contains(key), "step key", key);
		}
		Map<String, Object> expected = new HashMap<>((Map<String, Object>) step.getOrDefault("expect", Map.of()));
		if (step.containsKey("build")) {
			build(String.valueOf(step.get("build")), at);
		}
		else if (step.containsKey("call")) {
			call(step, expected, at);
		}
		else if (step.containsKey("start")) {
			Permit permit = breaker().tryAcquire();
			check(expected.remove("admitted"), permit != null, at + ": admitted");
			this.started.put(String.valueOf(step.get("start")), new Started(permit, this.clock.now()));
		}
		else if (step.containsKey("finish")) {
			finish(this.started.remove(String.valueOf(step.get("finish"))), String.valueOf(step.get("with")), at);
		}
		else if (step.containsKey("advance")) {
			this.clock.advance(duration(step.get("advance")));
		}
		else if (step.containsKey("op")) {
			command(step, expected.remove("legal"), at);
		}
		else {
			known(step.keySet().equals(Set.of("expect")), "step", step);
		}
		figures(expected, at);
	}

	private CircuitBreaker breaker() {
		if (this.breaker == null) {
			this.breaker = CircuitBreaker.of("conformance", this.config.toBuilder().nanoClock(this.clock).build());
			this.breaker.addListener(this.heard);
		}
		return this.breaker;
	}

	private void build(String expected, String at) {
		known(expected.equals("valid") || expected.equals("invalid"), "build", expected);
		Throwable refusal = null;
		try {
			this.config.toBuilder().build();
		}
		catch (IllegalArgumentException ex) {
			refusal = ex;
		}
		if (expected.equals("valid")) {
			assertThat(refusal).as(at + ": build").isNull();
		}
		else {
			assertThat(refusal).as(at + ": build").isNotNull().hasMessageStartingWith("Invalid ");
		}
	}

	private void call(Map<String, Object> step, Map<String, Object> expected, String at) {
		int times = ((Number) step.getOrDefault("times", 1)).intValue();
		Duration takes = duration(step.getOrDefault("duration", "0s"));
		Object admitted = expected.remove("admitted");
		Object thrown = expected.remove("thrown");
		for (int i = 0; i < times; i++) {
			Outcome outcome = outcome(String.valueOf(step.get("call")));
			boolean[] ran = new boolean[1];
			Throwable caught = null;
			Object result = null;
			try {
				result = breaker().call(() -> {
					ran[0] = true;
					this.clock.advance(takes);
					return outcome.happen();
				});
			}
			catch (Throwable ex) {
				caught = ex;
			}
			String each = at + ", repetition " + (i + 1);
			check(admitted, ran[0], each + ": admitted");
			checkThrown(thrown, outcome, caught, each + ": thrown");
			if (ran[0]) {
				assertThat(caught).as(each + ": what was thrown reaches the caller").isSameAs(outcome.thrown());
				assertThat(result).as(each + ": the result reaches the caller").isSameAs(outcome.result());
			}
			else {
				assertThat(caught).as(each + ": a refusal").isInstanceOf(CallNotPermittedException.class);
			}
		}
	}

	private static void checkThrown(Object expected, Outcome outcome, Throwable caught, String at) {
		if (expected == null) {
			return;
		}
		switch (String.valueOf(expected)) {
			case "original" -> assertThat(caught).as(at).isNotNull().isSameAs(outcome.thrown());
			case "rejected" -> assertThat(caught).as(at).isInstanceOf(CallNotPermittedException.class);
			case "none" -> assertThat(caught).as(at).isNull();
			default -> known(false, "thrown", expected);
		}
	}

	private void finish(Started call, String with, String at) {
		assertThat(call).as(at + ": was started").isNotNull();
		assertThat(call.permit()).as(at + ": was admitted").isNotNull();
		long elapsed = this.clock.now() - call.at();
		if (with.equals("cancelled")) {
			call.permit().release();
			return;
		}
		Outcome outcome = outcome(with);
		if (outcome.thrown() != null) {
			call.permit().failure(outcome.thrown(), elapsed);
		}
		else {
			call.permit().success(outcome.result(), elapsed);
		}
	}

	private Outcome outcome(String text) {
		if (text.equals("success")) {
			return new Outcome("success", null);
		}
		if (text.equals("failure")) {
			return new Outcome(null, this.config.recorded());
		}
		if (text.startsWith("failure:")) {
			return new Outcome(null, ConformanceConfig.exception(text.substring("failure:".length())));
		}
		known(text.startsWith("result:"), "outcome", text);
		return new Outcome(text.substring("result:".length()), null);
	}

	private void command(Map<String, Object> step, Object legal, String at) {
		String op = String.valueOf(step.get("op"));
		known(!step.containsKey("for") || op.equals("open"), "step with 'for'", step);
		boolean accepted = true;
		try {
			command(op, step.get("for"));
		}
		catch (IllegalStateException ex) {
			accepted = false;
		}
		assertThat(accepted).as(at + ": legal").isEqualTo((legal != null) ? legal : true);
	}

	private void command(String op, Object wait) {
		switch (op) {
			case "forceOpen" -> breaker().forceOpen();
			case "open" -> {
				if (wait != null) {
					breaker().open(duration(wait));
				}
				else {
					breaker().open();
				}
			}
			case "close" -> breaker().close();
			case "reset" -> breaker().reset();
			case "halfOpen" -> breaker().halfOpen();
			case "disable" -> breaker().disable();
			case "metricsOnly" -> breaker().metricsOnly();
			default -> known(false, "op", op);
		}
	}

	private void figures(Map<String, Object> expected, String at) {
		for (String key : expected.keySet()) {
			known(FIGURES.contains(key), "expectation here", key);
		}
		if (expected.isEmpty()) {
			return;
		}
		Snapshot snapshot = breaker().snapshot();
		check(expected.get("state"), snapshot.state().name(), at + ": state");
		if (expected.containsKey("state")) {
			assertThat(breaker().state()).as(at + ": state").isEqualTo(snapshot.state());
		}
		check(expected.get("calls"), snapshot.bufferedCalls(), at + ": calls");
		check(expected.get("failures"), snapshot.failedCalls(), at + ": failures");
		check(expected.get("successes"), snapshot.bufferedCalls() - snapshot.failedCalls(), at + ": successes");
		check(expected.get("slowCalls"), snapshot.slowCalls(), at + ": slowCalls");
		check(expected.get("consecutiveFailures"), snapshot.consecutiveFailures(), at + ": consecutiveFailures");
		check(expected.get("notPermitted"), this.heard.refusalsSinceLastChange(), at + ": notPermitted");
		checkRate(expected.get("failureRate"), snapshot.failureRate(), at + ": failureRate");
		checkRate(expected.get("slowCallRate"), snapshot.slowCallRate(), at + ": slowCallRate");
		if (expected.containsKey("remainingOpen")) {
			assertThat(snapshot.retryAfter()).as(at + ": remainingOpen")
				.isEqualTo(duration(expected.get("remainingOpen")));
		}
	}

	private static void check(Object expected, Object actual, String at) {
		if (expected != null) {
			assertThat(actual).as(at).isEqualTo(expected);
		}
	}

	private static void checkRate(Object expected, float actual, String at) {
		if (expected != null) {
			assertThat(actual).as(at).isCloseTo(((Number) expected).floatValue(), within(0.5f));
		}
	}

	private record Started(Permit permit, long at) {
	}

	private record Outcome(Object result, Throwable thrown) {

		Object happen() throws Throwable {
			if (this.thrown != null) {
				throw this.thrown;
			}
			return this.result;
		}

	}

}
