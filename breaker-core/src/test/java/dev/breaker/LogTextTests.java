package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LogTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "payments", "inventory:berlin", "Größe 東京 50 % {}", "grin 😀 done", "a  b" })
	void whatIsFitStaysAsItIs(String text) {
		assertThat(LogText.oneLine(text)).isEqualTo(text);
	}

	@Test
	void fitTextIsNotCopied() {
		String name = new String("inventory:köln");
		assertThat(LogText.oneLine(name)).isSameAs(name);
		String longest = "inventory of ".repeat(23) + "c";
		assertThat(longest).hasSize(300);
		assertThat(LogText.oneLine(longest)).isSameAs(longest);
	}

	@ParameterizedTest
	@MethodSource("unfit")
	void noCharacterThatForgesALineIsLeft(String unfit) {
		assertThat(LogText.oneLine("berlin" + unfit + "WARN forged")).isEqualTo("berlin WARN forged");
		assertThat(LogText.oneLine(unfit + "berlin" + unfit + unfit)).isEqualTo("berlin");
		assertThat(LogText.oneLine(unfit)).isEmpty();
	}

	/** All that is there, the two halves of what is no pair too. */
	static Stream<String> unfit() {
		return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
			.filter((character) -> switch (Character.getType(character)) {
				case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
					true;
				default -> character == 0xD800 || character == 0xDFFF;
			})
			.mapToObj(Character::toString);
	}

	@Test
	void runOfThemIsOneBlank() {
		assertThat(LogText.oneLine("one\r\n\t\u0085\u202E\u2028two\u0000three")).isEqualTo("one two three");
	}

	@Test
	void blanksAtTheEndsAreSeen() {
		assertThat(LogText.oneLine(" \u3000payments ")).isEqualTo(" \u3000payments ");
		assertThat(LogText.oneLine("\n payments \n")).isEqualTo(" payments ");
		assertThat(LogText.oneLine("   ")).isEqualTo("   ");
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("inventory:berlin ");
		breaker.forceOpen();
		assertThatThrownBy(breaker::acquire)
			.hasMessageStartingWith("Circuit breaker 'inventory:berlin ' is FORCED_OPEN");
	}

	@Test
	void blanksAtTheEndsAreSeenInAListToo() {
		assertThat(LogText.inList("payments")).isEqualTo("payments");
		assertThat(LogText.inList("two words\n")).isEqualTo("two words");
		assertThat(LogText.inList(" payments\n")).isEqualTo("' payments'");
		assertThat(LogText.inList("payments ")).isEqualTo("'payments '");
	}

	@Test
	void longTextIsCut() {
		assertThat(LogText.oneLine("x".repeat(300))).isEqualTo("x".repeat(300));
		assertThat(LogText.oneLine("x".repeat(301))).isEqualTo("x".repeat(300) + "...");
		assertThat(LogText.oneLine("\n" + "x".repeat(300) + "\n")).isEqualTo("x".repeat(300));
		assertThat(LogText.oneLine("x".repeat(299) + "\ny")).isEqualTo("x".repeat(299) + "...");
		assertThat(LogText.oneLine("\n".repeat(1000) + "x")).isEqualTo("x");
	}

	@Test
	void characterOfTwoHalvesIsNotCutInTwo() {
		assertThat(LogText.oneLine("x".repeat(299) + "😀")).isEqualTo("x".repeat(299) + "...");
		assertThat(LogText.oneLine("x".repeat(298) + "😀")).isEqualTo("x".repeat(298) + "😀");
		assertThat(LogText.oneLine("😀".repeat(151))).isEqualTo("😀".repeat(150) + "...");
	}

	@Test
	void whatIsEscapedIsCompleteAndOfOneLine() {
		assertThat(LogText.escaped("bank\r\nmoves \u202Ehouse\u2028"))
			.isEqualTo("bank\\u000d\\u000amoves \\u202ehouse\\u2028");
		assertThat(LogText.escaped("half \uD83D, tag \uDB40\uDC01")).isEqualTo("half \\ud83d, tag \\udb40\\udc01");
		String clean = "m\u00fcde \uD83D\uDE00 <b> " + "x".repeat(1000);
		assertThat(LogText.escaped(clean)).isEqualTo(clean);
	}

	@Test
	void namesInMessagesOfRefusalsForgeNoLine() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("inventory:berlin\nWARN forged\u202E");
		breaker.forceOpen();
		assertThatThrownBy(breaker::acquire)
			.hasMessageStartingWith("Circuit breaker 'inventory:berlin WARN forged' is FORCED_OPEN");
	}

	@Test
	void namesInMessagesOfTimeLimitsForgeNoLine() {
		CircuitBreaker breaker = CircuitBreaker.of("inventory:berlin\nWARN forged\u202E",
				CircuitBreakerConfig.builder().timeLimit(Duration.ofMillis(5)).build());
		assertThat(breaker.callAsync(() -> new CompletableFuture<String>()).toCompletableFuture())
			.failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(TimeoutException.class)
			.withMessageStartingWith("Circuit breaker 'inventory:berlin WARN forged': the call did not end");
	}

	@Test
	void namesOfGroupsForgeNoLine() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		assertThatThrownBy(() -> registry.group("inventory\nWARN forged", config, 0))
			.hasMessage("Invalid limit of the circuit breaker group 'inventory WARN forged' (0): must be 1 or more");
		assertThat(registry.group("inventory\nWARN forged", config, 9))
			.hasToString("CircuitBreakerGroup[inventory WARN forged, 0 of 9]");
	}

	@Test
	void namesInComplaintsForgeNoLine() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("inventory:berlin\nWARN forged\u0085");
		breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onSuccess(CircuitBreaker succeeded, long elapsedNanos) {
				throw new IllegalStateException("listener");
			}
		});
		try (LogCapture log = new LogCapture()) {
			breaker.run(() -> {
			});
			assertThat(log.trouble()).singleElement()
				.asString()
				.startsWith("A listener of circuit breaker 'inventory:berlin WARN forged' failed");
		}
	}

}
