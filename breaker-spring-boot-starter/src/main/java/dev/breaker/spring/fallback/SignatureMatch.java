package dev.breaker.spring.fallback;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;

/**
 * How the signature of a method compares with that of the guarded method that it would
 * stand in for: either it fits, or there is a reason why not.
 *
 * @param takesArguments whether it takes the guarded method's arguments, not none
 * @param throwable the class of throwables it takes, or {@code null} where it takes none
 * @param mismatch why it does not fit, or {@code null} where it does
 */
record SignatureMatch(boolean takesArguments, @Nullable Class<?> throwable, @Nullable String mismatch) {

	/**
	 * Compares. Where a method can be read both ways, its parameters are the guarded
	 * method's arguments.
	 */
	static SignatureMatch of(Method candidate, Class<?> candidateType, Method guarded, Class<?> type,
			FallbackResult kind) {
		if (KotlinDetector.isSuspendingFunction(candidate) && !KotlinDetector.isSuspendingFunction(guarded)) {
			return no("it is a suspending function, and the guarded method is none");
		}
		SignatureMatch match = ofParameters(candidate, candidateType, guarded, type);
		if (match.mismatch == null) {
			String mismatch = returnMismatch(candidate, candidateType, guarded, type, kind);
			if (mismatch != null) {
				return no(mismatch);
			}
		}
		return match;
	}

	private static SignatureMatch ofParameters(Method candidate, Class<?> candidateType, Method guarded,
			Class<?> type) {
		int given = MethodSignatures.parameterCount(candidate);
		int wanted = MethodSignatures.parameterCount(guarded);
		Class<?> last = (given > 0) ? throwableAt(candidate, candidateType, given - 1) : null;
		String mismatch = (given == wanted || given == wanted + 1)
				? argumentMismatch(candidate, candidateType, guarded, type) : null;
		if (given == wanted && mismatch == null) {
			return new SignatureMatch(true, null, null);
		}
		if (given == wanted + 1 && mismatch == null && last != null) {
			return new SignatureMatch(true, last, null);
		}
		if (given == 0) {
			return new SignatureMatch(false, null, null);
		}
		if (given == 1 && last != null) {
			return new SignatureMatch(false, last, null);
		}
		for (int i = 0; i < given - 1; i++) {
			if (throwableAt(candidate, candidateType, i) != null
					&& (i >= wanted || throwableAt(guarded, type, i) == null)) {
				return no("the " + MethodSignatures.parameter(candidate, candidateType, i)
						+ " is parameter %d, and must come last".formatted(i + 1));
			}
		}
		if (mismatch != null) {
			return no(mismatch);
		}
		if (given == wanted + 1) {
			return no("the last parameter is %s, which is no Throwable"
				.formatted(MethodSignatures.parameter(candidate, candidateType, given - 1)));
		}
		return no((wanted == 0)
				? "it takes %d parameters, and there are no arguments: none, or one Throwable".formatted(given)
				: "it takes %d parameters instead of %d or none, and after them at most one Throwable".formatted(given,
						wanted));
	}

	private static @Nullable String argumentMismatch(Method candidate, Class<?> candidateType, Method guarded,
			Class<?> type) {
		for (int i = 0; i < MethodSignatures.parameterCount(guarded); i++) {
			if (!MethodSignatures.isAssignable(MethodSignatures.parameterType(candidate, candidateType, i),
					MethodSignatures.parameterType(guarded, type, i))) {
				return "parameter %d is %s, which does not take a %s".formatted(i + 1,
						MethodSignatures.parameter(candidate, candidateType, i),
						MethodSignatures.parameter(guarded, type, i));
			}
		}
		return null;
	}

	private static @Nullable String returnMismatch(Method candidate, Class<?> candidateType, Method guarded,
			Class<?> type, FallbackResult kind) {
		ResolvableType wanted = MethodSignatures.returnType(guarded, type);
		ValueClassResult valueClass = valueClass(candidate, guarded);
		ResolvableType given = (valueClass != null) ? ResolvableType.forClass(valueClass.type())
				: MethodSignatures.returnType(candidate, candidateType);
		Class<?> wantedClass = wanted.resolve(Object.class);
		if (wantedClass == void.class || wantedClass == Void.class || kind.fits(wanted, given)) {
			return null;
		}
		return "it returns %s, which is no %s".formatted(MethodSignatures.returned(candidate, candidateType),
				MethodSignatures.returned(guarded, type));
	}

	/**
	 * The value class of which a suspending function returns an object, and a candidate
	 * that does not suspend what is in it.
	 */
	static @Nullable ValueClassResult valueClass(Method candidate, Method guarded) {
		return (KotlinDetector.isKotlinReflectPresent() && KotlinDetector.isSuspendingFunction(guarded)
				&& !KotlinDetector.isSuspendingFunction(candidate)
				&& KotlinDetector.isKotlinType(candidate.getDeclaringClass())) ? ValueClassResult.of(candidate) : null;
	}

	private static @Nullable Class<?> throwableAt(Method method, Class<?> type, int index) {
		Class<?> parameter = MethodSignatures.parameterType(method, type, index).resolve(Object.class);
		return Throwable.class.isAssignableFrom(parameter) ? parameter : null;
	}

	private static SignatureMatch no(String mismatch) {
		return new SignatureMatch(false, null, mismatch);
	}

}
