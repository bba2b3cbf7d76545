package dev.breaker;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs Lincheck: whatever several threads see must be explained by some order in which
 * the same operations give the same answers on one thread.
 */
final class Linearizable {

	private Linearizable() {
	}

	/** Tries interleavings one by one. */
	static void modelCheck(Class<?> operations) {
		new ModelCheckingOptions().threads(2)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.iterations(Crowd.scaled(4))
			.invocationsPerIteration(500)
			.check(operations);
	}

	/** Lets real threads race. */
	static void stress(Class<?> operations) {
		new StressOptions().threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.iterations(Crowd.scaled(4))
			.invocationsPerIteration(500)
			.check(operations);
	}

}
