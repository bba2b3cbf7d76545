package dev.breaker.compatibility.kinds;

import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The reactive rows of the matrix on a thread that must not block.
 */
@Timeout(60)
class NothingBlocksTests {

	private static Matrix matrix;

	@BeforeAll
	static void start() {
		matrix = new Matrix();
		// Classes are loaded once, which reads files.
		cells().map(Arguments::get).forEach((arguments) -> matrix.play((Row<?>) arguments[0], (Cell) arguments[1]));
		BlockHound.install();
	}

	@AfterAll
	static void stop() {
		matrix.close();
	}

	static Stream<Arguments> cells() {
		return Matrix.cells().filter((arguments) -> arguments.get()[0] instanceof LazyRow<?>);
	}

	@Test
	void whatBlocksIsFound() {
		CountDownLatch never = new CountDownLatch(1);
		Mono<Void> blocking = Mono.<Void>fromCallable(() -> {
			never.await();
			return null;
		}).subscribeOn(Schedulers.parallel());
		assertThatThrownBy(blocking::block).hasRootCauseInstanceOf(BlockingOperationError.class);
	}

	@ParameterizedTest
	@MethodSource("cells")
	void noEndOfACallBlocks(Row<?> row, Cell cell) {
		Mono.fromRunnable(() -> matrix.play(row, cell)).subscribeOn(Schedulers.parallel()).block();
	}

}
