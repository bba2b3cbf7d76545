package dev.breaker;

/**
 * Throws what the compiler would not let through.
 */
final class Sneaky {

	private Sneaky() {
	}

	static RuntimeException unchecked(Throwable thrown) {
		Sneaky.<RuntimeException>raise(thrown);
		throw new AssertionError("unreachable");
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> void raise(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
