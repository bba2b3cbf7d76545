package dev.breaker.spring.actuate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Finds a field that an object of a JSON text has twice, of which parsers keep the last
 * one. The text is one that a parser has read: nothing else is checked here.
 */
final class RepeatedField {

	private final String json;

	private int position;

	private RepeatedField(String json) {
		this.json = json;
	}

	/**
	 * The first field whose object has it already.
	 * @param json valid JSON
	 * @return its name, or {@code null} where each object has different ones
	 */
	static @Nullable String in(String json) {
		return new RepeatedField(json).find();
	}

	private @Nullable String find() {
		// Of an array it is an empty set: no text in it is followed by a colon.
		Deque<Set<String>> open = new ArrayDeque<>();
		while (this.position < this.json.length()) {
			char c = this.json.charAt(this.position++);
			switch (c) {
				case '{', '[' -> open.push(new HashSet<>());
				case '}', ']' -> open.poll();
				case '"' -> {
					String text = text();
					Set<String> fields = open.peek();
					if (fields != null && isFollowedByColon() && !fields.add(text)) {
						return text;
					}
				}
				default -> {
					// Part of a value, or between two.
				}
			}
		}
		return null;
	}

	/** Reads on behind the end of a text, and returns what it stands for. */
	private String text() {
		StringBuilder text = new StringBuilder();
		while (this.position < this.json.length()) {
			char c = this.json.charAt(this.position++);
			if (c == '"') {
				break;
			}
			text.append((c == '\\' && this.position < this.json.length()) ? escaped() : c);
		}
		return text.toString();
	}

	private char escaped() {
		char c = this.json.charAt(this.position++);
		return switch (c) {
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			case 'u' -> {
				int end = Math.min(this.json.length(), this.position + 4);
				int character = 0;
				while (this.position < end) {
					character = (character << 4) + Character.digit(this.json.charAt(this.position++), 16);
				}
				yield (char) character;
			}
			default -> c;
		};
	}

	private boolean isFollowedByColon() {
		int next = this.position;
		while (next < this.json.length() && Character.isWhitespace(this.json.charAt(next))) {
			next++;
		}
		return next < this.json.length() && this.json.charAt(next) == ':';
	}

}
