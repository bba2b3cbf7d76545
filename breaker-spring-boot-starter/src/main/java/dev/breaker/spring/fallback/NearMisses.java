package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Methods that are nearly the fallback, and why each is not.
 */
final class NearMisses {

	private final Map<Method, String> reasons = new LinkedHashMap<>();

	void add(Method method, String reason) {
		this.reasons.put(method, reason);
	}

	/** Adds a method of another name that would fit, where it looks like a fallback. */
	void addOtherName(Method method, SignatureMatch match, String wanted) {
		if (match.mismatch() == null && (match.throwable() != null || alike(method.getName(), wanted))) {
			add(method, "it would fit, but its name is not " + wanted);
		}
	}

	boolean hasNamed(String name) {
		return this.reasons.keySet().stream().anyMatch((method) -> MethodSignatures.isNamed(method, name));
	}

	/** Those of that very name, each with its text. */
	Map<Method, String> named(String name, Class<?> type) {
		Map<Method, String> named = new LinkedHashMap<>();
		this.reasons.forEach((method, reason) -> {
			if (MethodSignatures.isNamed(method, name)) {
				named.put(method, describe(method, reason, type));
			}
		});
		return named;
	}

	private static String describe(Method method, String reason, Class<?> type) {
		return MethodSignatures.declaration(method, type) + ": " + reason;
	}

	private static boolean alike(String name, String wanted) {
		int common = 0;
		while (common < Math.min(name.length(), wanted.length())
				&& Character.toLowerCase(name.charAt(common)) == Character.toLowerCase(wanted.charAt(common))) {
			common++;
		}
		return common * 2 >= Math.max(name.length(), wanted.length());
	}

	void describe(StringBuilder message, Class<?> type) {
		if (this.reasons.isEmpty()) {
			return;
		}
		message.append(System.lineSeparator()).append(System.lineSeparator()).append("Near misses:");
		this.reasons.forEach((method, reason) -> message.append(System.lineSeparator())
			.append("    ")
			.append(describe(method, reason, type)));
	}

}
