package dev.breaker.fleet.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Redis says of itself at a moment.
 *
 * @param nanos the moment
 * @param commands how many commands of nodes it has carried out: those of scripts are
 * part of the command that runs the script
 * @param micros how many microseconds these took
 * @param cpuSeconds how long its processor was busy
 * @param received how many bytes it has received
 * @param sent how many bytes it has sent
 * @param memory how many bytes it has in use
 * @param data how many of them are neither its own nor of its connections
 */
record RedisLoad(long nanos, long commands, long micros, double cpuSeconds, long received, long sent, long memory,
		long data) {

	private static final Pattern LINE = Pattern.compile("(?m)^(\\w[^:\\r\\n]*):([^\\r\\n]*)");

	/** What nodes send; all else is what the script of an exchange calls. */
	private static final Pattern OF_NODES = Pattern.compile(
			"cmdstat_(evalsha|eval|[ps]?subscribe|[ps]?unsubscribe|ping|hello|auth|select|(client|script)(\\|.*)?)");

	private static final Pattern CALLS = Pattern.compile("calls=(\\d+),usec=(\\d+),.*");

	/** Reads the answer to {@code INFO all}. */
	static RedisLoad of(String info) {
		Map<String, String> fields = new HashMap<>();
		LINE.matcher(info).results().forEach((line) -> fields.put(line.group(1), line.group(2)));
		long commands = 0;
		long micros = 0;
		for (Map.Entry<String, String> field : fields.entrySet()) {
			Matcher calls = CALLS.matcher(field.getValue());
			if (OF_NODES.matcher(field.getKey()).matches() && calls.matches()) {
				commands += Long.parseLong(calls.group(1));
				micros += Long.parseLong(calls.group(2));
			}
		}
		double cpu = number(fields, "used_cpu_user") + number(fields, "used_cpu_sys");
		return new RedisLoad(System.nanoTime(), commands, micros, cpu, (long) number(fields, "total_net_input_bytes"),
				(long) number(fields, "total_net_output_bytes"), (long) number(fields, "used_memory"),
				(long) number(fields, "used_memory_dataset"));
	}

	private static double number(Map<String, String> fields, String name) {
		String value = fields.get(name);
		if (value == null) {
			throw new IllegalStateException("Redis does not say '" + name + "'");
		}
		return Double.parseDouble(value);
	}

	/** The seconds since an earlier moment. */
	double secondsSince(RedisLoad before) {
		return (this.nanos - before.nanos) / 1e9;
	}

	/** The commands of nodes a second since then. */
	double commandsSince(RedisLoad before) {
		return (this.commands - before.commands) / secondsSince(before);
	}

	/** How many microseconds each of them took since then. */
	double microsSince(RedisLoad before) {
		return (double) (this.micros - before.micros) / Math.max(1, this.commands - before.commands);
	}

	/** The share of one core that it was busy since then, in percent. */
	double cpuSince(RedisLoad before) {
		return 100 * (this.cpuSeconds - before.cpuSeconds) / secondsSince(before);
	}

	/** The kilobytes that it received a second since then. */
	double receivedSince(RedisLoad before) {
		return (this.received - before.received) / 1000.0 / secondsSince(before);
	}

	/** The kilobytes that it sent a second since then. */
	double sentSince(RedisLoad before) {
		return (this.sent - before.sent) / 1000.0 / secondsSince(before);
	}

}
