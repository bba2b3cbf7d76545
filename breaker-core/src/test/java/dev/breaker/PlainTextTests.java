package dev.breaker;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PlainTextTests {

	@ParameterizedTest
	@CsvSource({ "-PT1S, 0 s", "PT0S, 0 s", "PT0.000001S, 1 ms", "PT0.35S, 350 ms", "PT1S, 1 s", "PT2.46S, 2.5 s",
			"PT9.96S, 10 s", "PT12.4S, 12 s", "PT59.7S, 60 s", "PT60S, 60 s", "PT119S, 119 s", "PT2M, 2 min",
			"PT5M30S, 5 min 30 s", "PT59M59S, 59 min 59 s", "PT1H, 1 h", "PT3H20M, 3 h 20 min",
			"PT47H59M59S, 47 h 59 min", "PT48H, 2 d", "PT123H, 5 d 3 h", "PT9223372036854775.9S, 106751991167 d 7 h" })
	void aDurationHasOneOrTwoUnits(Duration duration, String text) {
		assertThat(PlainText.duration(duration)).isEqualTo(text);
	}

	@Test
	void theLongestDurationHasAText() {
		assertThat(PlainText.duration(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))).endsWith(" h");
	}

	@ParameterizedTest
	@CsvSource({ "0, 10, 0 %", "7, 10, 70 %", "1, 3, 33.3 %", "2, 3, 66.6 %", "4999, 10000, 49.9 %", "57, 100, 57 %",
			"3, 3, 100 %" })
	void aShareIsCutAndNotRounded(long part, long whole, String text) {
		assertThat(PlainText.percent(part, whole)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "50, 50 %", "0.5, 0.5 %", "33.3, 33.3 %", "100, 100 %" })
	void aThresholdIsAsItWasSet(float percent, String text) {
		assertThat(PlainText.percent(percent)).isEqualTo(text);
	}

}
