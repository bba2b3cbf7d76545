package dev.breaker.compatibility.kinds;

import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kind of return type with each end that a call can have: outcome, permit, totals,
 * and what the caller sees.
 */
class ReturnKindMatrixTests {

	private static Matrix matrix;

	@BeforeAll
	static void start() {
		matrix = new Matrix();
	}

	@AfterAll
	static void stop() {
		matrix.close();
	}

	static Stream<Arguments> cells() {
		return Matrix.cells();
	}

	@ParameterizedTest
	@MethodSource("cells")
	void everyEndOfACallIsSeenAndCounted(Row<?> row, Cell cell) {
		matrix.play(row, cell);
	}

}
