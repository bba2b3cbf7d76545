package dev.breaker.fleet.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

import dev.breaker.State;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.FleetRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The strict reading of what Redis answers.
 */
class NetstringsTests {

	private static final String RECORD = wire("payments", "7", "9", "OPEN", "1000", "2000", "1", "VOTES", "2", "2", "5",
			"2", "n1", "n2", "1", "OPEN", "-1", "+why", "-", "0");

	private static String wire(String... texts) {
		StringBuilder wire = new StringBuilder();
		for (String text : texts) {
			wire.append(Netstrings.of(text));
		}
		return wire.toString();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String news(String... records) {
		return wire("1500", "life", Integer.toString(records.length)) + wire(records);
	}

	@Test
	void textsAreReadAsTheyWereWritten() {
		Netstrings in = new Netstrings(bytes(wire("", "a:b,", "äöü", "17")));
		assertThat(in.text()).isEmpty();
		assertThat(in.text()).isEqualTo("a:b,");
		assertThat(in.text()).isEqualTo("äöü");
		assertThat(in.number(0, 17)).isEqualTo(17);
		in.end();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "3", "3:", ":abc,", "3:ab", "3:abc", "3:abc;", "4:abc,", "-1:,", "x:abc,",
			"9999999999:abc,", "999999999:abc,", "+3:abc," })
	void whatIsNoTextIsRefused(String wire) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Netstrings(bytes(wire)).text())
			.withMessageContaining("damaged before byte");
	}

	@Test
	void whatIsNotUtf8IsRefused() {
		byte[] wire = { '1', ':', (byte) 0xFF, ',' };
		assertThatIllegalArgumentException().isThrownBy(() -> new Netstrings(wire).text())
			.withMessageContaining("not UTF-8");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "1.5", "-1", "11", "99999999999999999999", "nan" })
	void whatIsNoNumberIsRefused(String number) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Netstrings(bytes(wire(number))).number(0, 10))
			.withMessageContaining("'" + number + "' is not a number from 0 to 10");
	}

	@Test
	void aRecordIsReadWhole() {
		assertThat(new ReplyReader().news(bytes(news(RECORD))).changed())
			.containsExactly(new FleetRecord("payments", 7, 9, State.OPEN, 1_000, 2_000, 1, "VOTES", 2, 2, 5,
					List.of("n1", "n2"), new Action.FleetCommand("OPEN", -1, "why", null), null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "4:OPEN|4:AJAR", "1:7,|1:0,", "1:7,|3:1e9", "1:9,|1:6,", "4:2000|2:-1", "4:1000|2:-1",
			"1:2,2:n1|2:99,2:n1", "2:-1,4:+why|2:-7,4:+why", "4:+why|4:=why", "1:0,|1:1,", "1:OPEN|1:OPEN" })
	void aRecordThatMakesNoSenseIsLeftOut(String change) {
		String[] parts = change.split("\\|");
		String damaged = RECORD.replace(parts[0], parts[1]);
		ReplyReader reader = new ReplyReader();
		String other = RECORD.replace("payments", "invoices");
		String broken = damaged.equals(RECORD) ? RECORD + "1:x," : damaged;
		assertThat(reader.news(bytes(news(broken, other))).changed()).extracting(FleetRecord::breaker)
			.containsExactly("invoices");
		assertThat(reader.leftOut()).hasSize(1);
	}

	@Test
	void noNoiseIsMoreThanRefused() {
		long seed = ThreadLocalRandom.current().nextLong();
		Random random = new Random(seed);
		byte[] sound = bytes(news(RECORD, RECORD));
		for (int i = 0; i < 20_000; i++) {
			byte[] noise = sound.clone();
			for (int j = 0; j <= random.nextInt(4); j++) {
				noise[random.nextInt(noise.length)] = (byte) random.nextInt(256);
			}
			assertThatCode(() -> {
				try {
					new ReplyReader().news(noise);
				}
				catch (IllegalArgumentException ex) {
					assertThat(ex).hasMessageContaining("damaged");
				}
			}).as("seed %s", seed).doesNotThrowAnyException();
		}
	}

}
