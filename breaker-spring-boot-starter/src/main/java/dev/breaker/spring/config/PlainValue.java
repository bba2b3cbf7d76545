package dev.breaker.spring.config;

import java.time.Duration;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * Values as nearly all are written: a whole number, or one with a unit of time. What
 * Spring Boot's binding makes of them is known, and binding takes several times as long.
 */
final class PlainValue {

	/** Few enough digits for each of the types. */
	private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");

	private static final Pattern DURATION = Pattern.compile("[0-9]{1,9}(?:ms|s|m|h|d)");

	private PlainValue() {
	}

	/**
	 * What binding gives.
	 * @param type the type of the property, if it is known
	 * @param written the value as it is written
	 * @return the value, or {@code null} where binding has to be asked
	 */
	static @Nullable Object of(@Nullable Class<?> type, Object written) {
		if (type == Duration.class) {
			return (written instanceof String text && DURATION.matcher(text).matches())
					? DurationStyle.SIMPLE.parse(text) : null;
		}
		if (type != Integer.class && type != Double.class) {
			return null;
		}
		Integer whole = whole(written);
		if (whole != null && type == Double.class) {
			return whole.doubleValue();
		}
		return whole;
	}

	private static @Nullable Integer whole(Object written) {
		if (written instanceof Integer number) {
			return number;
		}
		return (written instanceof String text && WHOLE.matcher(text).matches()) ? Integer.valueOf(text) : null;
	}

}
