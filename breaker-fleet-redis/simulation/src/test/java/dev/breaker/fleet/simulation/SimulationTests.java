package dev.breaker.fleet.simulation;

import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

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

	@ParameterizedTest
	@ValueSource(ints = { 30, 31, 39, 40, 41, 42 })
	void theStepOfAClockDoesNotDecideHowLongACallTakes(int nanos) {
		long[] now = { 1 };
		CallTimes ofShared = new CallTimes(() -> now[0] / 10 * 10);
		CallTimes ofAlone = new CallTimes(() -> now[0] / 10 * 10);
		CircuitBreaker breaker = CircuitBreaker.of("alone",
				CircuitBreakerConfig.builder().nanoClock(() -> now[0] += nanos).build());
		for (int round = 0; round < 20; round++) {
			now[0] += 7;
			CallTimes.measure(breaker, ofShared, breaker, ofAlone);
		}
		long begin = now[0];
		breaker.call(() -> this);
		double taken = now[0] - begin;
		for (CallTimes times : List.of(ofShared, ofAlone)) {
			assertThat(times.percentile(50)).isCloseTo(taken, withinPercentage(1));
			assertThat(times.percentile(99)).isCloseTo(taken, withinPercentage(1));
		}
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
