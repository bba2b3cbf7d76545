package dev.breaker.fleet.redis;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import dev.breaker.fleet.Action;

/**
 * The names of the keys of a fleet. All of a version of the protocol have one hash tag,
 * so that a script can use them together in Redis Cluster.
 *
 * @param namespace what distinguishes the fleet
 */
record FleetKeys(String namespace) {

	/** Another one for each change that nodes of before cannot read. */
	static final String VERSION = "1";

	FleetKeys {
		if (namespace.isBlank() || namespace.contains("{") || namespace.contains("}")) {
			throw new IllegalArgumentException("The namespace '" + namespace
					+ "' of the fleet is blank or has a brace. Its keys in Redis need a name without braces, "
					+ "which are for their hash tag.");
		}
	}

	private String key(String name) {
		return "{" + this.namespace + ":" + VERSION + "}:" + name;
	}

	/**
	 * What an exchange with these actions reads and writes, in the order of the script.
	 */
	String[] ofExchange(Collection<Action> actions) {
		Set<String> voted = new LinkedHashSet<>();
		actions.forEach((action) -> voted.add(key("votes:" + action.breaker())));
		List<String> all = List.of(key("meta"), key("nodes"), key("sessions"), key("reports"), key("records"),
				key("revisions"));
		return Stream.concat(all.stream(), voted.stream()).toArray(String[]::new);
	}

	String[] ofView() {
		return new String[] { key("nodes"), key("reports"), key("sessions") };
	}

	/** Which versions of the protocol the nodes of the namespace speak. */
	String[] ofVersions() {
		return new String[] { "{" + this.namespace + "}:versions" };
	}

	/** The channel of the news. */
	String news() {
		return key("news");
	}

}
