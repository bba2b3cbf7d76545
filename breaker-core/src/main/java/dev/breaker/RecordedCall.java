package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * A call, or a dark probe, as an {@link OutcomeRecorder} has kept it.
 *
 * @param start when it began, in nanoseconds from the origin of the recorder
 * @param end when it ended
 * @param kind what it counted as
 * @param type the class of what was thrown, of a failure
 * @param times how many of them: refusals are counted together
 */
record RecordedCall(long start, long end, Kind kind, @Nullable String type, long times) {

	long elapsed() {
		return this.end - this.start;
	}

	/**
	 * What a call counted as when it was made.
	 */
	enum Kind {

		SUCCESS(1), FAILURE(2), IGNORED(3),

		/** The breaker refused it: how it would have ended is not known. */
		REFUSED(4),

		/** A dark probe, which is no call of a user. */
		PROBE_SUCCESS(5), PROBE_FAILURE(6);

		/** Above zero, which stands for no call. */
		final int code;

		Kind(int code) {
			this.code = code;
		}

		/** Whether it is a call of a user that was made. */
		boolean isCall() {
			return this == SUCCESS || this == FAILURE || this == IGNORED;
		}

		static Kind of(int code) {
			return switch (code) {
				case 1 -> SUCCESS;
				case 2 -> FAILURE;
				case 3 -> IGNORED;
				case 4 -> REFUSED;
				case 5 -> PROBE_SUCCESS;
				case 6 -> PROBE_FAILURE;
				default -> throw new IllegalArgumentException("No kind of outcome: " + code);
			};
		}

	}

}
