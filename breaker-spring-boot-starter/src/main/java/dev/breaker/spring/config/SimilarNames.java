package dev.breaker.spring.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds names that are similar to a misspelled one.
 */
final class SimilarNames {

	private SimilarNames() {
	}

	/**
	 * The candidate that takes the fewest changes; {@code null} where all have little in
	 * common with what is given.
	 */
	static @Nullable String of(String given, Collection<String> candidates) {
		List<String> all = all(given, candidates);
		return all.isEmpty() ? null : all.get(0);
	}

	/**
	 * All candidates that are similar, the nearest first.
	 */
	static List<String> all(String given, Collection<String> candidates) {
		int most = Math.max(2, given.length() / 3);
		return candidates.stream()
			.filter((candidate) -> distance(given, candidate) <= most
					|| (given.length() > 3 && hasWords(candidate, given))
					|| (given.length() > 7 && hasAllOf(plain(candidate), plain(given))))
			.sorted(Comparator.comparingInt((candidate) -> distance(given, candidate)))
			.toList();
	}

	/** Whether it has what is given, from the beginning of a word on. */
	private static boolean hasWords(String candidate, String given) {
		for (int i = 0; i < candidate.length(); i++) {
			boolean begins = i == 0 || !Character.isLetterOrDigit(candidate.charAt(i - 1))
					|| (Character.isUpperCase(candidate.charAt(i)) && !Character.isUpperCase(candidate.charAt(i - 1)));
			if (begins && plain(candidate.substring(i)).startsWith(plain(given))) {
				return true;
			}
		}
		return false;
	}

	/** Whether only characters were left out, as of a word in the middle. */
	private static boolean hasAllOf(String candidate, String given) {
		int found = 0;
		for (int i = 0; i < candidate.length() && found < given.length(); i++) {
			if (candidate.charAt(i) == given.charAt(found)) {
				found++;
			}
		}
		return found == given.length();
	}

	/**
	 * How many characters must be inserted, removed or replaced. Case and dashes are as
	 * free as in property names.
	 */
	static int distance(String one, String other) {
		String from = plain(one);
		String to = plain(other);
		int[] row = new int[to.length() + 1];
		for (int j = 0; j <= to.length(); j++) {
			row[j] = j;
		}
		for (int i = 1; i <= from.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= to.length(); j++) {
				int replaced = diagonal + ((from.charAt(i - 1) == to.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[to.length()];
	}

	/** A name without what property names are free to vary. */
	static String plain(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
	}

}
