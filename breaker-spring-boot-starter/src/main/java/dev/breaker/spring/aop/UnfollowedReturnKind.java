package dev.breaker.spring.aop;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Results of methods that declare no type that tells, which a breaker hands on as they
 * are although their work may go on: nothing tells when it ends, or what would tell is
 * not of the class by which callers may know the result.
 */
abstract class UnfollowedReturnKind extends ObjectReturnKind {

	/**
	 * Why the end of a result cannot be followed, with its class; {@code null} where it
	 * is a value.
	 */
	abstract @Nullable String reason(Object result, int depth);

	@Override
	public Object follow(Object result, CallEnd end) {
		String reason = reason(result, 0);
		if (reason != null) {
			end.unfollowed(reason);
		}
		end.succeed(result);
		return result;
	}

	/** Of classes that cannot be followed. */
	static final class Always extends UnfollowedReturnKind {

		private final String reason;

		Always(Class<?> type, String reason) {
			this.reason = ReturnKinds.name(type) + ", which " + reason;
		}

		@Override
		String reason(Object result, int depth) {
			return this.reason;
		}

	}

	/** Collections, maps and arrays: the first element tells what is in them. */
	static final class Elements extends UnfollowedReturnKind {

		/** Of the JDK: others may do work where they are read, as those of an ORM do. */
		static boolean includesElements(Class<?> result) {
			return result.isArray() ? !result.getComponentType().isPrimitive()
					: result.getName().startsWith("java.util.")
							&& (Collection.class.isAssignableFrom(result) || Map.class.isAssignableFrom(result));
		}

		@Override
		@Nullable String reason(Object result, int depth) {
			return ReturnKinds.reasonWithin(result, first(result), depth);
		}

		private static @Nullable Object first(Object result) {
			if (result instanceof Object[] array) {
				return (array.length > 0) ? array[0] : null;
			}
			Collection<?> elements = (result instanceof Map<?, ?> map) ? map.values() : (Collection<?>) result;
			try {
				return elements.isEmpty() ? null : elements.iterator().next();
			}
			catch (RuntimeException ex) {
				// Another thread changes it.
				return null;
			}
		}

	}

	/**
	 * Stages of a class that callers may know: their end is told, and recorded, and no
	 * fallback runs for it.
	 */
	static final class Observed extends ObjectReturnKind {

		@Override
		public Object follow(Object result, CallEnd end) {
			end.observed(ReturnKinds.name(result.getClass()) + ", which " + KnownClasses.IRREPLACEABLE);
			((CompletionStage<?>) result).handle((value, thrown) -> {
				if (thrown == null) {
					end.succeed(value);
				}
				else {
					end.abort(thrown);
				}
				return end;
			});
			return result;
		}

	}

	/** Classes that have a name in one package alone, where callers may know them. */
	static final class InPackage extends ObjectReturnKind {

		private final String packageName;

		private final ReturnKind inside;

		private final ReturnKind outside;

		InPackage(String packageName, ReturnKind inside, ReturnKind outside) {
			this.packageName = packageName;
			this.inside = inside;
			this.outside = outside;
		}

		@Override
		public Object follow(Object result, CallEnd end) {
			return (end.isOf(this.packageName) ? this.inside : this.outside).follow(result, end);
		}

	}

}
