package dev.breaker;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the keys of groups, and keeps the names of their breakers apart.
 */
final class KeyText {

	/** The longest key that is kept as it is. */
	static final int MOST_CHARACTERS = 128;

	private static final char MARK = '~';

	/** As many characters as Base64 needs for the 256 bits of a hash. */
	private static final int HASH_CHARACTERS = 43;

	private static final int PREFIX_CHARACTERS = MOST_CHARACTERS - 1 - HASH_CHARACTERS;

	private static final int SHORT_HASH_CHARACTERS = 8;

	private static final int CHUNK_CHARACTERS = 2_048;

	private KeyText() {
	}

	/**
	 * The key itself, or the beginning of a long one and a hash of all of it. One that
	 * looks like such a result is hashed, too, so that no two keys become one.
	 */
	static String bounded(String key) {
		if (!isCut(key)) {
			return key;
		}
		int cut = Character.isHighSurrogate(key.charAt(PREFIX_CHARACTERS - 1)) ? PREFIX_CHARACTERS - 1
				: PREFIX_CHARACTERS;
		return key.substring(0, cut) + MARK + hash(key);
	}

	/** Whether a key is another one when it is bounded. */
	static boolean isCut(String key) {
		int length = key.length();
		return length > MOST_CHARACTERS || looksHashed(key, length);
	}

	/** A result is one shorter where its beginning would end within a character. */
	private static boolean looksHashed(String key, int length) {
		return length >= MOST_CHARACTERS - 1 && key.charAt(length - HASH_CHARACTERS - 1) == MARK;
	}

	/**
	 * The name of a group's breaker, where the plain one is taken.
	 * @param name the plain name
	 * @param group the name of the group
	 * @param key the key; {@code null} for the breaker that keys share
	 * @param attempt how many names were taken
	 */
	static String distinct(String name, String group, @Nullable String key, int attempt) {
		String origin = attempt + ":" + group.length() + ":" + group + ((key != null) ? ":" + key : "");
		return name + MARK + hash(origin).substring(0, SHORT_HASH_CHARACTERS);
	}

	/** By characters and not by an encoding, which replaces what it cannot encode. */
	private static String hash(String text) {
		MessageDigest digest;
		try {
			digest = MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
		ByteBuffer chunk = ByteBuffer.allocate(CHUNK_CHARACTERS * Character.BYTES);
		for (int from = 0; from < text.length(); from += CHUNK_CHARACTERS) {
			int to = Math.min(text.length(), from + CHUNK_CHARACTERS);
			chunk.clear();
			chunk.asCharBuffer().put(text, from, to);
			chunk.limit((to - from) * Character.BYTES);
			digest.update(chunk);
		}
		return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
	}

}
