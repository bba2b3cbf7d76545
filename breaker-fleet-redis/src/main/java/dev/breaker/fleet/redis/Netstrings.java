package dev.breaker.fleet.redis;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts one after the other, each as {@code length:text,} with its length in bytes of
 * UTF-8. Reads them in order and strictly: each method throws an
 * {@link IllegalArgumentException} that says where and what where something else is
 * there. Not safe for use by several threads.
 */
final class Netstrings {

	/** What fits into the 14 digits of a number in the store. */
	static final long MOST = 99_999_999_999_999L;

	private static final int MOST_DIGITS = 9;

	private final byte[] bytes;

	private int position;

	Netstrings(byte[] bytes) {
		this.bytes = bytes;
	}

	static String of(String text) {
		return text.getBytes(StandardCharsets.UTF_8).length + ":" + text + ",";
	}

	boolean isAtEnd() {
		return this.position == this.bytes.length;
	}

	/** The next one, whose bytes are netstrings again. */
	Netstrings nested() {
		int length = 0;
		int start = this.position;
		while (this.position < this.bytes.length && this.position - start < MOST_DIGITS
				&& Character.isDigit(this.bytes[this.position])) {
			length = length * 10 + this.bytes[this.position] - '0';
			this.position++;
		}
		expect(':', this.position > start);
		if (length > this.bytes.length - this.position) {
			throw damaged("its text ends early");
		}
		byte[] text = new byte[length];
		System.arraycopy(this.bytes, this.position, text, 0, length);
		this.position += length;
		expect(',', true);
		return new Netstrings(text);
	}

	private void expect(char mark, boolean complete) {
		if (!complete || this.position == this.bytes.length || this.bytes[this.position] != mark) {
			throw damaged("'" + mark + "' is missing");
		}
		this.position++;
	}

	String text() {
		byte[] text = nested().bytes;
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
		}
		catch (CharacterCodingException ex) {
			throw damaged("it is not UTF-8");
		}
	}

	long number(long least, long most) {
		String text = text();
		try {
			long number = Long.parseLong(text);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// It is said below what it is not.
		}
		throw damaged("'" + text + "' is not a number from " + least + " to " + most);
	}

	int integer() {
		return (int) number(0, Integer.MAX_VALUE);
	}

	boolean flag() {
		return number(0, 1) == 1;
	}

	/** So many texts as a number says, which comes first. */
	List<String> texts(int most) {
		int count = (int) number(0, most);
		List<String> texts = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			texts.add(text());
		}
		return List.copyOf(texts);
	}

	void end() {
		if (!isAtEnd()) {
			throw damaged("more comes than belongs there");
		}
	}

	private IllegalArgumentException damaged(String how) {
		return new IllegalArgumentException("damaged before byte " + this.position + ": " + how);
	}

}
