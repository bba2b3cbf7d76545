package dev.breaker.spring.config;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SimilarNamesTests {

	@ParameterizedTest
	@CsvSource({ "'', '', 0", "'', abc, 3", "abc, '', 3", "abc, abc, 0", "abc, axc, 1", "abc, ac, 1", "ac, abc, 1",
			"kitten, sitting, 3", "Wait-Duration, wait_duration, 0", "waitDuration, wait-durations, 1", "ab, ba, 2" })
	void distanceCountsWhatIsInsertedRemovedOrReplaced(String one, String other, int distance) {
		assertThat(SimilarNames.distance(one, other)).isEqualTo(distance);
		assertThat(SimilarNames.distance(other, one)).isEqualTo(distance);
	}

	@Test
	void theFewestChangesAreNearest() {
		assertThat(SimilarNames.of("abcd", List.of("abxy", "abcx", "zzzz"))).isEqualTo("abcx");
		assertThat(SimilarNames.all("abcd", List.of("abxy", "abcx", "zzzz"))).containsExactly("abcx", "abxy");
		assertThat(SimilarNames.of("abcd", List.of())).isNull();
		assertThat(SimilarNames.of("abcd", List.of("zzzz"))).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "abc, axx, true", "abc, xxx, false", "abcdefghi, abcdefxxx, true", "abcdefghi, abcdexxxx, false" })
	void aThirdMayBeWrongAndTwoAlways(String given, String candidate, boolean near) {
		assertThat(SimilarNames.all(given, List.of(candidate)).isEmpty()).isEqualTo(!near);
	}

	@ParameterizedTest
	@CsvSource({ "wait, true", "Open-State, true", "durationInOpen, true", "wai, false", "nope, false",
			"ration, false" })
	void aPartOfFourLettersIsEnough(String given, boolean near) {
		assertThat(SimilarNames.all(given, List.of("wait-duration-in-open-state")).isEmpty()).isEqualTo(!near);
	}

	@ParameterizedTest
	@CsvSource({ "wdiostat, true", "wdiosta, false", "waitopenstate, true", "waitopenstatex, false",
			"statewaitopen, false" })
	void wordsMayBeLeftOutOfEightLettersOrMore(String given, boolean near) {
		assertThat(SimilarNames.all(given, List.of("wait-duration-in-open-state")).isEmpty()).isEqualTo(!near);
	}

}
