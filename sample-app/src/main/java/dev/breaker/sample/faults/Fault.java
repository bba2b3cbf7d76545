package dev.breaker.sample.faults;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a remote service.
 *
 * @param mode how it behaves
 * @param only the part of its paths that is concerned, or {@code null} for all of them
 */
record Fault(FaultMode mode, @Nullable String only) {

	static final Fault NONE = new Fault(FaultMode.OK, null);

	FaultMode modeFor(String path) {
		boolean concerned = (this.only == null) || path.contains("/" + this.only + "/");
		return concerned ? this.mode : FaultMode.OK;
	}

}
