package dev.breaker.spring.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class JsonKeysTests {

	private final Map<String, Integer> values = new LinkedHashMap<>();

	@Test
	void aNameStaysAsItIs() {
		JsonKeys.put(this.values, "inventory:zürich", 1);
		JsonKeys.put(this.values, "inventory:\uD83D\uDE00", 2);
		assertThat(this.values).containsOnlyKeys("inventory:zürich", "inventory:\uD83D\uDE00");
	}

	@Test
	void halfOfASurrogatePairIsReplaced() {
		JsonKeys.put(this.values, "a\uD83Db", 1);
		JsonKeys.put(this.values, "\uDE00\uD83D\uDE00c", 2);
		assertThat(this.values).containsExactly(Map.entry("a\uFFFDb", 1), Map.entry("\uFFFD\uD83D\uDE00c", 2));
	}

	@Test
	void namesThatDifferInSuchHalvesAloneReplaceNoValue() {
		JsonKeys.put(this.values, "a\uFFFD", 1);
		JsonKeys.put(this.values, "a\uD83D", 2);
		JsonKeys.put(this.values, "a\uD83E", 3);
		assertThat(this.values).containsExactly(Map.entry("a\uFFFD", 1), Map.entry("a\uFFFD\uFFFD", 2),
				Map.entry("a\uFFFD\uFFFD\uFFFD", 3));
	}

	@Test
	void aNameThatIsWellFormedHasItsLastValue() {
		JsonKeys.put(this.values, "payments", 1);
		JsonKeys.put(this.values, "payments", 2);
		assertThat(this.values).containsExactly(Map.entry("payments", 2));
	}

}
