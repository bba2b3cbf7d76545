package dev.breaker.fleet;

/**
 * How many votes open a breaker for the fleet.
 *
 * @param votes so many of them; zero where a percentage of the live nodes decides
 * @param percent such a percentage of the live nodes, rounded up; zero where a number
 * decides, or the default: one where fewer than three nodes live, else 30 percent
 */
public record Quorum(int votes, int percent) {

	/** One where fewer than three nodes live, else 30 percent. */
	public static final Quorum DEFAULT = new Quorum(0, 0);

}
