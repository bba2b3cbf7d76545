package dev.breaker.benchmarks;

import java.util.function.Supplier;

import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Ends a run whose benchmark did not measure what its name says.
 */
final class Checks {

	private Checks() {
	}

	static void that(boolean asExpected, Supplier<String> message) {
		if (!asExpected) {
			throw new IllegalStateException("Not what the benchmark's name says: " + message.get());
		}
	}

	static void same(Object actual, Object expected, String what) {
		that(actual.equals(expected), () -> what + " is " + actual + " and not " + expected);
	}

	/** The method that was measured. */
	static String method(BenchmarkParams params) {
		String benchmark = params.getBenchmark();
		return benchmark.substring(benchmark.lastIndexOf('.') + 1);
	}

	/** A benchmark that checks nothing fails too. */
	static IllegalStateException missing(BenchmarkParams params) {
		return new IllegalStateException("No check of what was measured: " + params.getBenchmark());
	}

}
