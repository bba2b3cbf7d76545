package dev.breaker;

import java.util.Random;

import org.junit.jupiter.api.Test;

/**
 * Random configs, calls, clock moves and commands: a breaker that does not enforce must
 * decide as the {@link NaiveBreaker} that refuses does, whatever the calls do that it
 * lets through.
 *
 * <p>
 * A seed replays a run: {@code mvn verify -pl breaker-stress -am
 * -Dtest=ShadowModelFuzzTests -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.seed=42};
 * the failure names it. The long version: {@code -Pstress}.
 */
class ShadowModelFuzzTests {

	private static final int RUNS = 3_000;

	private static final int STEPS = 150;

	@Test
	void itDecidesAsTheMachineThatRefuses() {
		Long given = Long.getLong("fuzz.seed");
		if (given != null) {
			run(given);
			return;
		}
		long first = new Random().nextLong();
		System.out.println("Shadow model fuzz: seeds from " + first + " on");
		for (int i = 0; i < Crowd.scaled(RUNS); i++) {
			run(first + i);
		}
	}

	private static void run(long seed) {
		ShadowFuzzRun run = new ShadowFuzzRun(seed);
		try {
			for (int i = 0; i < STEPS; i++) {
				run.step();
			}
		}
		catch (Throwable ex) {
			throw new AssertionError("Replay with -Dfuzz.seed=" + seed + "\n" + run.history(), ex);
		}
	}

}
