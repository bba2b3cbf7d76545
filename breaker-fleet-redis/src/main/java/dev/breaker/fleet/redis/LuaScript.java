package dev.breaker.fleet.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A script that Redis carries out.
 *
 * @param text the script
 * @param digest what Redis knows it by
 */
record LuaScript(String text, String digest) {

	static LuaScript of(String text) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
			return new LuaScript(text, HexFormat.of().formatHex(digest));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("The JVM has no SHA-1, which Redis knows scripts by", ex);
		}
	}

	/** A script beside this class. */
	static LuaScript load(String name) {
		try (InputStream script = LuaScript.class.getResourceAsStream(name)) {
			if (script == null) {
				throw new IllegalStateException("The script " + name + " is not beside " + LuaScript.class.getName());
			}
			return of(new String(script.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
