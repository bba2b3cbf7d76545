package dev.breaker;

/**
 * Sees to it that the stack does not end among steps that belong together, and leave the
 * later ones undone.
 */
final class StackEnd {

	/**
	 * Compiled, a level takes 80 bytes or more: 20 KiB in all. The steps take about two,
	 * and a JVM that links a call or loads a class among them about eight.
	 */
	private static final int LEVELS = 256;

	private StackEnd() {
	}

	/**
	 * Takes more of the stack than the steps that follow, and gives it back.
	 * @throws StackOverflowError if it is not there: before the first step
	 */
	static void requireFar() {
		down(LEVELS, 1, 2, 3, 4, 5, 6, 7, 8);
	}

	// What is needed after the call keeps a large frame for each level, compiled too
	private static long down(int levels, long a, long b, long c, long d, long e, long f, long g, long h) {
		return (levels == 0) ? a : down(levels - 1, b, c, d, e, f, g, h, a) + a * b + c * d + e * f + g * h;
	}

}
