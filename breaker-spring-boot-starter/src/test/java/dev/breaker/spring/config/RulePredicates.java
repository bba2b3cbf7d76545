package dev.breaker.spring.config;

import java.io.FileNotFoundException;
import java.util.function.Predicate;

/**
 * What tests name as predicates.
 */
final class RulePredicates {

	private RulePredicates() {
	}

	static class Anything implements Predicate<Object> {

		@Override
		public boolean test(Object value) {
			return true;
		}

	}

	static final class OfFiles implements Predicate<FileNotFoundException> {

		private OfFiles() {
		}

		@Override
		public boolean test(FileNotFoundException value) {
			return true;
		}

	}

	static class EmptyOrNull implements Predicate<String> {

		@Override
		public boolean test(String value) {
			return value == null || value.isEmpty();
		}

	}

	static class Limit implements Predicate<Throwable> {

		private final String text;

		Limit(String text) {
			this.text = text;
		}

		@Override
		public boolean test(Throwable value) {
			return this.text.equals(value.getMessage());
		}

	}

	static class Failing implements Predicate<Throwable> {

		Failing() {
			throw new IllegalStateException("no licence");
		}

		@Override
		public boolean test(Throwable value) {
			return true;
		}

	}

	static class FailingWithAnError implements Predicate<Throwable> {

		FailingWithAnError() {
			throw new UnsatisfiedLinkError("no native library");
		}

		@Override
		public boolean test(Throwable value) {
			return true;
		}

	}

	static class FailingToLoad implements Predicate<Throwable> {

		static final int CODES = codes();

		@Override
		public boolean test(Throwable value) {
			return CODES > 0;
		}

		private static int codes() {
			throw new IllegalStateException("no table of codes");
		}

	}

	abstract static class OfSome<T extends Throwable> implements Predicate<T> {

		@Override
		public boolean test(T value) {
			return true;
		}

	}

	static class OfErrors extends OfSome<Error> {

	}

	static class OfAnInterface implements Predicate<Iterable<?>> {

		@Override
		public boolean test(Iterable<?> value) {
			return true;
		}

	}

	static class FailingAtACall implements Predicate<Throwable> {

		@Override
		public boolean test(Throwable value) {
			throw new AssertionError("no rule for it");
		}

	}

}
