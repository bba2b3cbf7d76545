package dev.breaker;

import java.time.Duration;

/**
 * Writes durations and shares as a person reads them, the same in every message.
 */
public final class PlainText {

	private static final long SECOND = 1_000;

	private static final long MOST_TENTHS = 10 * SECOND;

	private static final long MINUTE = 60;

	private static final long HOUR = 60 * MINUTE;

	private static final long DAY = 24 * HOUR;

	private PlainText() {
	}

	/**
	 * Writes a duration with one or two units: {@code 350 ms}, {@code 2.5 s},
	 * {@code 60 s}, {@code 5 min 30 s}, {@code 3 h 20 min}, {@code 5 d 3 h}. Seconds are
	 * rounded, larger units cut.
	 * @param duration the duration; a negative one is as zero
	 * @return the text
	 */
	public static String duration(Duration duration) {
		if (duration.isNegative() || duration.isZero()) {
			return "0 s";
		}
		if (duration.toSeconds() > Long.MAX_VALUE / SECOND - 1) {
			return larger(duration.toSeconds());
		}
		long millis = duration.toMillis();
		if (millis < SECOND) {
			return Math.max(1, millis) + " ms";
		}
		long tenths = (millis + 50) / 100;
		if (millis < MOST_TENTHS && tenths % 10 != 0) {
			return tenths / 10 + "." + tenths % 10 + " s";
		}
		return larger((millis + SECOND / 2) / SECOND);
	}

	private static String larger(long seconds) {
		if (seconds < 2 * MINUTE) {
			return seconds + " s";
		}
		if (seconds < HOUR) {
			return two(seconds / MINUTE, "min", seconds % MINUTE, "s");
		}
		return (seconds < 2 * DAY) ? two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min")
				: two(seconds / DAY, "d", seconds % DAY / HOUR, "h");
	}

	private static String two(long large, String unit, long small, String smallUnit) {
		return large + " " + unit + ((small != 0) ? " " + small + " " + smallUnit : "");
	}

	/**
	 * Writes a share in percent, with a decimal where it is not whole: {@code 70 %},
	 * {@code 33.3 %}. It is cut, not rounded, so that a share below a threshold never
	 * looks like the threshold.
	 * @param part the part, zero or more
	 * @param whole the whole, 1 or more
	 * @return the text
	 */
	public static String percent(long part, long whole) {
		long tenths = 1_000 * part / whole;
		return (tenths % 10 == 0) ? tenths / 10 + " %" : tenths / 10 + "." + tenths % 10 + " %";
	}

	/**
	 * Writes a number of percent, such as a threshold: {@code 50 %}, {@code 0.5 %}.
	 * @param percent the number
	 * @return the text
	 */
	public static String percent(float percent) {
		String number = Float.toString(percent);
		return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + " %";
	}

}
