package dev.breaker.fleet;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.StateCommand;
import dev.breaker.State;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that ask for a probe's place while the gate that gives them out is replaced: no
 * more are to be had than the fleet gives out.
 */
class SharedProbesAttackTests {

	private static final int CHANGES = 100_000;

	private final HandTime time = new HandTime();

	private final CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.ofDefaults());

	private final SharedProbes probes = new SharedProbes(this.breaker, link(), this.time::nanos, TestFleet.HEARTBEAT,
			() -> {
			});

	private Link link() {
		Link link = new Link(this.time::nanos);
		link.holdUntil(Long.MAX_VALUE / 2);
		return link;
	}

	@ParameterizedTest
	@EnumSource
	void noCallFindsAGapBetweenTwoGates(Change change) {
		this.probes.begin(true);
		this.breaker.apply(StateCommand.to(State.HALF_OPEN));
		AtomicBoolean over = new AtomicBoolean();
		int given = 0;
		CompletableFuture<Integer> calls = CompletableFuture.supplyAsync(() -> {
			int admitted = 0;
			while (!over.get()) {
				admitted += (this.breaker.tryAcquire() != null) ? 1 : 0;
			}
			return admitted;
		});
		try {
			for (int i = 0; i < CHANGES; i++) {
				given += change.make(this.probes, i);
			}
		}
		finally {
			over.set(true);
		}
		assertThat(calls.join()).isEqualTo(given);
		assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
	}

	enum Change {

		NEW_EPOCH {

			@Override
			int make(SharedProbes probes, int number) {
				probes.begin(true);
				return 0;
			}

		},

		COMMAND_OF_THE_NEW_EPOCH {

			@Override
			int make(SharedProbes probes, int number) {
				probes.awaitFleet();
				probes.begin(true);
				return 0;
			}

		},

		COMMAND_THAT_IS_GIVEN_UP {

			@Override
			int make(SharedProbes probes, int number) {
				probes.awaitFleet();
				probes.giveUpWait();
				return 0;
			}

		},

		/** Which the engine hears of when the breaker may be half-open again. */
		PROBES_THAT_DO_NOT_COME_BACK {

			@Override
			int make(SharedProbes probes, int number) {
				probes.grant(number, 1);
				int given = 1 - probes.giveBackUnused();
				probes.settle();
				probes.begin(true);
				return given;
			}

		};

		/**
		 * Makes a change.
		 * @return how many places calls have got by it
		 */
		abstract int make(SharedProbes probes, int number);

	}

}
