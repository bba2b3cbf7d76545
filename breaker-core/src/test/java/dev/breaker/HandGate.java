package dev.breaker;

import java.util.ArrayList;
import java.util.List;

/**
 * A gate whose places a test gives out by hand, and what came back to it.
 */
final class HandGate implements ProbeGate {

	private final List<String> heard = new ArrayList<>();

	private boolean shared = true;

	private int places;

	private RuntimeException trouble;

	private RuntimeException troubleWithPlaces;

	/** Gives out so many more places. */
	synchronized HandGate give(int more) {
		this.places += more;
		return this;
	}

	synchronized void share(boolean shares) {
		this.shared = shares;
	}

	/** From now on each method throws; {@code null} mends it. */
	synchronized void breakDown(RuntimeException thrown) {
		this.trouble = thrown;
	}

	/** From now on those methods throw that ask for a place; {@code null} mends it. */
	synchronized void breakDownPlaces(RuntimeException thrown) {
		this.troubleWithPlaces = thrown;
	}

	/** What was asked of it and came back since the last look, in that order. */
	synchronized List<String> heard() {
		List<String> news = List.copyOf(this.heard);
		this.heard.clear();
		return news;
	}

	@Override
	public synchronized boolean isShared() {
		throwTrouble();
		return this.shared;
	}

	@Override
	public synchronized boolean hasPlace() {
		throwTrouble();
		throwTroubleWithPlaces();
		return this.places > 0;
	}

	@Override
	public synchronized boolean tryTake() {
		throwTrouble();
		throwTroubleWithPlaces();
		if (this.places == 0) {
			this.heard.add("wanted");
			return false;
		}
		this.places--;
		this.heard.add("taken");
		return true;
	}

	@Override
	public synchronized void giveBack() {
		throwTrouble();
		this.places++;
		this.heard.add("given back");
	}

	@Override
	public synchronized void recorded(boolean failed, boolean slow) {
		throwTrouble();
		this.heard.add((slow ? "slow " : "") + (failed ? "failure" : "success"));
	}

	private void throwTrouble() {
		if (this.trouble != null) {
			throw this.trouble;
		}
	}

	private void throwTroubleWithPlaces() {
		if (this.troubleWithPlaces != null) {
			throw this.troubleWithPlaces;
		}
	}

}
