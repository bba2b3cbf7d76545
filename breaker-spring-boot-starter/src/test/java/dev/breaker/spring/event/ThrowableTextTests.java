package dev.breaker.spring.event;

import java.time.Instant;

import dev.breaker.Failure;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThrowableTextTests {

	@Test
	void namesClassAndMessage() {
		assertThat(ThrowableText.of(new IllegalStateException("Read timed out")))
			.isEqualTo("java.lang.IllegalStateException: Read timed out");
	}

	@Test
	void namesTheClassAloneWhereThereIsNoMessage() {
		assertThat(ThrowableText.of(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
		assertThat(ThrowableText.of(new IllegalStateException(" "))).isEqualTo("java.lang.IllegalStateException");
		assertThat(ThrowableText.of(new IllegalStateException("\u202E\u0085")))
			.isEqualTo("java.lang.IllegalStateException");
	}

	@Test
	void nothingThrownIsNothingSaid() {
		assertThat(ThrowableText.of((Throwable) null)).isNull();
		assertThat(ThrowableText.of((Failure) null)).isNull();
	}

	@Test
	void aFailureReadsAsWhatWasThrown() {
		assertThat(ThrowableText.of(new Failure("shop.NoRoute", "Read timed\nout", Instant.EPOCH)))
			.isEqualTo("shop.NoRoute: Read timed out");
		assertThat(ThrowableText.of(new Failure("shop.NoRoute", null, Instant.EPOCH))).isEqualTo("shop.NoRoute");
		assertThat(ThrowableText.of(new Failure("shop.NoRoute", " \n", Instant.EPOCH))).isEqualTo("shop.NoRoute");
	}

	@Test
	void aMessageCannotForgeLogLinesNorFloodThem() {
		String text = ThrowableText.of(new IllegalStateException("one\r\n2026 WARN two" + "x".repeat(10_000)));
		assertThat(text).startsWith("java.lang.IllegalStateException: one 2026 WARN two")
			.doesNotContain("\n", "\r")
			.hasSizeLessThan(400)
			.endsWith("...");
	}

	@Test
	void newLineAndTextDirectionMarksOfAMessageAreGone() {
		assertThat(ThrowableText.of(new IllegalStateException("one\u0085two\u202Ethree\u2028four\u200Bfive")))
			.isEqualTo("java.lang.IllegalStateException: one two three four five");
	}

	@Test
	void aMessageThatThrowsIsLeftOut() {
		class Rude extends RuntimeException {

			@Override
			public String getMessage() {
				throw new IllegalStateException("no message for you");
			}

		}
		class Broken extends RuntimeException {

			@Override
			public String getMessage() {
				throw new NoClassDefFoundError("no message for you");
			}

		}
		assertThat(ThrowableText.of(new Rude())).isEqualTo(Rude.class.getName());
		assertThat(ThrowableText.of(new Broken())).isEqualTo(Broken.class.getName());
	}

}
