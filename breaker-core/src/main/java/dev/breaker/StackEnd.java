package dev.breaker;

/**
 * Sees to it that the stack does not end among steps that belong together, and leave the
 * later ones undone.
 */
final class StackEnd {

	/** What takes the steps needs about thirty frames, larger ones. */
	private static final int LEVELS = 128;

	private StackEnd() {
	}

	/**
	 * Takes more of the stack than the steps that follow, and gives it back.
	 * @throws StackOverflowError if it is not there: before the first step
	 */
	static void requireFar() {
		down(LEVELS, 1, 2, 3);
	}

	// What is needed after the call keeps a frame of its own for each level
	private static long down(int levels, long a, long b, long c) {
		return (levels == 0) ? a : down(levels - 1, b, c, a) + a * b + c;
	}

}
