package dev.breaker;

import java.util.Random;

import org.junit.jupiter.api.Test;

/**
 * Random keys, calls, kept references, clock moves and commands, and after each step the
 * group and its breakers must look as the {@link NaiveGroup} does.
 *
 * <p>
 * {@code -Dfuzz.seed=42} replays a run, see {@link ReferenceModelFuzzTests}.
 */
class GroupModelFuzzTests {

	private static final int RUNS = 2_000;

	private static final int STEPS = 150;

	@Test
	void everyStepLeavesTheGroupAsTheNaiveOne() {
		Long given = Long.getLong("fuzz.seed");
		if (given != null) {
			run(given);
			return;
		}
		long first = new Random().nextLong();
		System.out.println("Group model fuzz: seeds from " + first + " on");
		for (int i = 0; i < Crowd.scaled(RUNS); i++) {
			run(first + i);
		}
	}

	private static void run(long seed) {
		GroupFuzzRun run = new GroupFuzzRun(seed);
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
