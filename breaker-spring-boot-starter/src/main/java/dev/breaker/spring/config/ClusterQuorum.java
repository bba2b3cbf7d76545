package dev.breaker.spring.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.breaker.LogText;

/**
 * How many instances open a breaker for all: a number of them, or a percentage of those
 * that live. Immutable.
 */
public final class ClusterQuorum {

	/** What can be written, for messages. */
	static final String REQUIREMENT = "must be a number of instances such as 3, or a percentage of them such as 30%, from 1 on";

	private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})\\s*(%?)");

	private static final int ALL = 100;

	private final int votes;

	private final int percent;

	private ClusterQuorum(int votes, int percent) {
		this.votes = votes;
		this.percent = percent;
	}

	/**
	 * Reads what is written in a file.
	 * @param text a number ({@code 3}) or a percentage ({@code 30%})
	 * @return the quorum
	 * @throws IllegalArgumentException if it is neither, is less than 1, or more than 100
	 * percent
	 */
	public static ClusterQuorum valueOf(String text) {
		Matcher matcher = TEXT.matcher(text.strip());
		if (matcher.matches()) {
			int number = Integer.parseInt(matcher.group(1));
			boolean ofAll = !matcher.group(2).isEmpty();
			if (number >= 1 && (!ofAll || number <= ALL)) {
				return ofAll ? new ClusterQuorum(0, number) : new ClusterQuorum(number, 0);
			}
		}
		throw new IllegalArgumentException("Invalid quorum '" + LogText.oneLine(text) + "': " + REQUIREMENT);
	}

	/**
	 * Reads a number, as a file gives it without quotes.
	 * @param votes the number
	 * @return the quorum
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public static ClusterQuorum valueOf(Integer votes) {
		return valueOf(votes.toString());
	}

	/**
	 * The number of instances.
	 * @return the number, or zero where it is a percentage
	 */
	public int votes() {
		return this.votes;
	}

	/**
	 * The percentage of the instances that live.
	 * @return the percentage, or zero where it is a number
	 */
	public int percent() {
		return this.percent;
	}

	@Override
	public String toString() {
		return (this.votes > 0) ? Integer.toString(this.votes) : this.percent + "%";
	}

}
