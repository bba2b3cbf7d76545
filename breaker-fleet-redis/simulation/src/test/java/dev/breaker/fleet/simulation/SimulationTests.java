package dev.breaker.fleet.simulation;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Whether the simulation still runs, and what it counts is what it says; how long
 * anything takes, is no question for a build.
 */
class SimulationTests {

	@Test
	void aSmallFleetDoesWhatTheSimulationSays() throws Exception {
		assertThat(Simulation.run(Simulation.Options.of("--nodes", "7", "--breakers", "5", "--seconds", "2", "--rounds",
				"5", "--stopped", "6")))
			.isEmpty();
	}

	@Test
	void anUnknownOptionIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Simulation.Options.of("--node", "7"))
			.withMessageContaining("--node'")
			.withMessageContaining("--nodes");
	}

	@Test
	void percentilesAreThoseOfTheSortedDurations() {
		Durations durations = new Durations();
		for (int millis = 200; millis > 0; millis--) {
			durations.add(millis * 1_000_000L);
		}
		assertThat(durations.inMillis()).isEqualTo("p50 100.0 ms, p99 198.0 ms, longest 200.0 ms of 200");
	}

	@Test
	void commandsOfScriptsAreNotThoseOfNodes() {
		RedisLoad load = RedisLoad.of("""
				used_memory:2000
				used_memory_dataset:700
				total_net_input_bytes:10
				total_net_output_bytes:20
				used_cpu_sys:1.5
				used_cpu_user:2.5
				cmdstat_evalsha:calls=7,usec=70,usec_per_call=10.00
				cmdstat_client|setinfo:calls=2,usec=2,usec_per_call=1.00
				cmdstat_hset:calls=90,usec=90,usec_per_call=1.00
				cmdstat_subscribe:calls=1,usec=1,usec_per_call=1.00
				""");
		assertThat(load.commands()).isEqualTo(10);
		assertThat(load.micros()).isEqualTo(73);
		assertThat(load.cpuSeconds()).isEqualTo(4.0);
		assertThat(load.data()).isEqualTo(700);
	}

}
