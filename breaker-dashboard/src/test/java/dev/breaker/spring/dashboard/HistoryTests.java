package dev.breaker.spring.dashboard;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.dashboard.Ring.Line;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerConfig config = this.clock.config()
		.minimumNumberOfCalls(10)
		.slowCallDurationThreshold(Duration.ofSeconds(10))
		.build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final CircuitBreaker payments = this.registry.get("payments");

	private final History history = new History(this.registry, this.clock.clock());

	private final long start = this.clock.instant().getEpochSecond();

	private void endSecond() {
		this.clock.advance(Duration.ofSeconds(1));
		this.history.sample();
	}

	private Line line(String name) {
		return this.history.all().line(name);
	}

	@Test
	void aSecondHasWhatWasCountedInIt() {
		Calls.succeed(this.payments, 3);
		Calls.succeedSlowly(this.payments, 1);
		endSecond();
		endSecond();
		Calls.fail(this.payments, 2);
		this.payments.forceOpen();
		Calls.refuse(this.payments, 4);
		endSecond();
		Line line = line("payments");
		assertThat(line.succeeded()).containsExactly(4, 0, 0);
		assertThat(line.failed()).containsExactly(0, 0, 2);
		assertThat(line.slow()).containsExactly(1, 0, 0);
		assertThat(line.ignored()).containsExactly(0, 0, 0);
		assertThat(line.refused()).containsExactly(0, 0, 4);
		assertThat(line.states()).isEqualTo("CCF");
		assertThat(line.callsPerSecond()).isEqualTo(2);
		assertThat(line.refusalsPerSecond()).isEqualTo(4 / 3d);
		assertThat(this.history.all().newest()).isEqualTo(this.start + 2);
		assertThat(this.history.all().since(3)).isEqualTo(this.start);
	}

	@Test
	void callsFromBeforeItBeganAreNotInIt() {
		Calls.succeed(this.payments, 5);
		History later = new History(this.registry, this.clock.clock());
		Calls.succeed(this.payments, 1);
		this.clock.advance(Duration.ofSeconds(1));
		later.sample();
		assertThat(later.all().line("payments").succeeded()).containsExactly(1);
	}

	@Test
	void aSecondThatIsNotOverIsNotInIt() {
		Calls.succeed(this.payments, 5);
		this.clock.advance(Duration.ofMillis(999));
		this.history.sample();
		assertThat(line("payments").length()).isZero();
		this.clock.advance(Duration.ofMillis(1));
		this.history.sample();
		this.history.sample();
		assertThat(line("payments").succeeded()).containsExactly(5);
	}

	@Test
	void fiveMinutesAreKeptAndRatesAreOfTenSeconds() {
		for (int i = 0; i < 400; i++) {
			Calls.succeed(this.payments, i % 2);
			endSecond();
		}
		Line line = line("payments");
		assertThat(line.succeeded()).hasSize(300).startsWith(0, 1, 0).endsWith(0, 1);
		assertThat(line.states()).hasSize(300).containsOnlyOnce("C".repeat(300));
		assertThat(line.callsPerSecond()).isEqualTo(0.5);
		assertThat(this.history.all().newest()).isEqualTo(this.start + 399);
	}

	@Test
	void missedSecondsAreEmptyAndWhatCameMeanwhileIsInTheNewest() {
		endSecond();
		Calls.succeed(this.payments, 6);
		this.clock.advance(Duration.ofSeconds(4));
		this.history.sample();
		assertThat(line("payments").succeeded()).containsExactly(0, 0, 0, 0, 6);
		assertThat(line("payments").states()).isEqualTo("CCCCC");
		this.clock.advance(Duration.ofDays(1));
		this.history.sample();
		assertThat(line("payments").succeeded()).hasSize(300).containsOnly(0);
	}

	@Test
	void aClockThatIsSetBackGoesOnSecondBySecond() {
		ManualClock wrong = new ManualClock(this.clock.instant().plus(Duration.ofHours(1)));
		ManualClock right = new ManualClock(this.clock.instant());
		boolean[] corrected = new boolean[1];
		History history = new History(this.registry, new Clock() {

			@Override
			public ZoneId getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

			@Override
			public Instant instant() {
				return (corrected[0] ? right : wrong).instant();
			}

		});
		corrected[0] = true;
		for (int i = 1; i <= 3; i++) {
			Calls.succeed(this.payments, i);
			right.advance(Duration.ofSeconds(1));
			history.sample();
		}
		assertThat(history.all().line("payments").succeeded()).containsExactly(1, 2, 3);
		assertThat(history.all().newest()).isEqualTo(this.start + 2);
	}

	@Test
	void aResetTakesNothingOfWhatComesAfterIt() {
		Calls.succeed(this.payments, 5);
		endSecond();
		this.payments.reset();
		Calls.succeed(this.payments, 2);
		endSecond();
		assertThat(line("payments").succeeded()).containsExactly(5, 2);
	}

	@Test
	void aBreakerThatIsRemovedIsForgotten() {
		endSecond();
		assertThat(this.history.all().lines()).containsOnlyKeys("payments");
		this.registry.remove("payments");
		endSecond();
		assertThat(this.history.all().lines()).isEmpty();
	}

	@Test
	void aBreakerThatIsMadeAnewBeginsAnew() {
		Calls.succeed(this.payments, 5);
		endSecond();
		this.registry.remove("payments");
		Calls.succeed(this.registry.get("payments"), 7);
		endSecond();
		assertThat(line("payments").succeeded()).containsExactly(7);
	}

	@Test
	void aBreakerThatIsMadeLaterHasItsFirstCalls() {
		endSecond();
		Calls.succeed(this.registry.get("stock"), 3);
		endSecond();
		assertThat(line("stock").succeeded()).containsExactly(3);
		assertThat(line("payments").length()).isEqualTo(2);
	}

	@Test
	void aViewerThatHasSeenSomeIsGivenTheRest() {
		Calls.succeed(this.payments, 1);
		endSecond();
		long seen = this.history.all().samples();
		assertThat(this.history.since(seen).line("payments").length()).isZero();
		Calls.succeed(this.payments, 2);
		endSecond();
		CircuitBreaker young = this.registry.get("young");
		Calls.succeed(young, 3);
		endSecond();
		assertThat(this.history.since(seen).line("payments").succeeded()).containsExactly(2, 0);
		assertThat(this.history.since(seen).line("young").succeeded()).containsExactly(3);
	}

	@Test
	void theTwentyKeysInMostTroubleHaveAHistory() {
		CircuitBreakerGroup stores = this.registry.group("stores", this.config, 100);
		for (int i = 0; i < 50; i++) {
			Calls.succeed(stores.get("k" + (100 + i)), 1);
		}
		endSecond();
		assertThat(this.history.all().lines()).hasSize(21).doesNotContainKey("stores:k149");
		Calls.fail(stores.get("k149"), 1);
		endSecond();
		Calls.fail(stores.get("k149"), 2);
		endSecond();
		assertThat(this.history.all().lines()).hasSize(21).containsKey("stores:k149").doesNotContainKey("stores:k119");
		assertThat(line("stores:k149").failed()).containsExactly(0, 2);
	}

	@Test
	void theHistoryOfALongKeyIsFoundByAllOfIt() {
		CircuitBreakerGroup stores = this.registry.group("stores", this.config, 100);
		String key = "z".repeat(300);
		stores.get(key);
		stores.get("k1");
		endSecond();
		CircuitBreakerHistoryEndpoint endpoint = new CircuitBreakerHistoryEndpoint(this.history);
		assertThat(endpoint.historyOf("stores:" + key).getBody()).isInstanceOfSatisfying(
				CircuitBreakerHistoryEndpoint.HistoryDescriptor.class,
				(found) -> assertThat(found.circuitBreakers()).containsOnlyKeys(stores.get(key).name()));
		assertThat(endpoint.historyOf("stores:" + "y".repeat(300)).getStatus()).isEqualTo(404);
	}

	@Test
	void aKeyThatACommandHoldsIsAmongThoseInMostTrouble() {
		CircuitBreakerGroup stores = this.registry.group("stores", this.config, 100);
		for (int i = 0; i < 50; i++) {
			Calls.succeed(stores.get("k" + (100 + i)), 1);
		}
		stores.get("k149").disable();
		endSecond();
		assertThat(line("stores:k149").states()).isEqualTo("D");
	}

	@Test
	void eachStateHasItsLetter() {
		Runnable[] commands = { this.payments::close, this.payments::open, this.payments::halfOpen,
				this.payments::forceOpen, this.payments::disable, this.payments::metricsOnly };
		for (Runnable command : commands) {
			command.run();
			endSecond();
		}
		assertThat(line("payments").states()).isEqualTo("COHFDM");
	}

	@Test
	void aBreakerTakesLessThan64KiB() throws IllegalAccessException {
		Ring ring = Ring.ofNew(this.payments);
		long bytes = 0;
		for (Field field : Ring.class.getDeclaredFields()) {
			field.setAccessible(true);
			bytes += 8 + (field.getType().isArray() ? size(field.get(ring)) : 0);
		}
		assertThat(bytes).isBetween(300L, 8L * 1024);
	}

	private static long size(Object array) {
		int length = Array.getLength(array);
		if (array instanceof Object[] arrays) {
			return 16 + Arrays.stream(arrays).mapToLong((each) -> 8 + size(each)).sum();
		}
		Class<?> element = array.getClass().getComponentType();
		return 16 + (long) length * ((element == long.class) ? 8 : (element == int.class) ? 4 : 1);
	}

}
