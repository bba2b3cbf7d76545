package dev.breaker.test;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;

/**
 * Finds the name that a misspelled one was meant to be.
 */
final class Nearest {

	private Nearest() {
	}

	/** The candidate that takes the fewest edits; there is at least one. */
	static String of(String given, Collection<String> candidates) {
		return Collections.min(candidates, Comparator.comparingInt((candidate) -> edits(given, candidate)));
	}

	/** How many characters must be inserted, removed or replaced. */
	private static int edits(String from, String to) {
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

}
