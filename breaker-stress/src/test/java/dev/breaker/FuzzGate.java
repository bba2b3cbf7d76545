package dev.breaker;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A gate whose places are given out by chance. The breaker under attack has one and its
 * naive twin another one, and both must hear the same.
 */
final class FuzzGate implements ProbeGate {

	final List<String> heard = new ArrayList<>();

	boolean shared;

	int places;

	/** What happens to a gate and to its twin. */
	record Move(boolean shared, int places) {

		static Move random(Random random) {
			return new Move(random.nextInt(3) > 0, random.nextInt(4));
		}

		void make(FuzzGate gate) {
			gate.shared = this.shared;
			gate.places = this.places;
		}

	}

	@Override
	public boolean isShared() {
		return this.shared;
	}

	@Override
	public boolean hasPlace() {
		return this.places > 0;
	}

	@Override
	public boolean tryTake() {
		this.heard.add((this.places > 0) ? "taken" : "wanted");
		if (this.places == 0) {
			return false;
		}
		this.places--;
		return true;
	}

	@Override
	public void giveBack() {
		this.heard.add("given back");
		this.places++;
	}

	@Override
	public void recorded(boolean failed, boolean slow) {
		this.heard.add((slow ? "slow " : "") + (failed ? "failure" : "success"));
	}

}
