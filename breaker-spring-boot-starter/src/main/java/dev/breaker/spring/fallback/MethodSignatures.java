package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * The signatures of methods: as text of Java, for messages, and their types with type
 * variables replaced.
 */
public final class MethodSignatures {

	private static final Pattern ADDED_BY_KOTLIN = Pattern.compile("(-[\\w-]{7})?(\\$.+)?");

	private MethodSignatures() {
	}

	/**
	 * A method with its class, as in {@code shop.Payments.pay(Order, int)}.
	 * @param method the method
	 * @param type the class whose method it is, which says what type variables stand for
	 * @return the text
	 */
	public static String qualified(Method method, Class<?> type) {
		return type.getName() + "." + method.getName() + parameters(method, type);
	}

	/** A method's declaration without parameter names. */
	static String declaration(Method method, Class<?> type) {
		return modifier(method) + typeParameters(method) + returned(method, type) + " " + method.getName()
				+ parameters(method, type);
	}

	/** The same, with what it throws. */
	static String declarationWithExceptions(Method method, Class<?> type) {
		List<Class<?>> exceptions = exceptionTypes(method, type);
		return declaration(method, type) + (exceptions.isEmpty() ? ""
				: exceptions.stream().map(Class::getSimpleName).collect(Collectors.joining(", ", " throws ", "")));
	}

	/** What a method declares to throw, type variables replaced where they are known. */
	static List<Class<?>> exceptionTypes(Method method, Class<?> type) {
		Class<?>[] erased = method.getExceptionTypes();
		Type[] generic = method.getGenericExceptionTypes();
		ResolvableType owner = ResolvableType.forClass(type).as(method.getDeclaringClass());
		List<Class<?>> exceptions = new ArrayList<>();
		for (int i = 0; i < erased.length; i++) {
			exceptions.add(ResolvableType.forType(generic[i], owner).resolve(erased[i]));
		}
		return exceptions;
	}

	/** The fallbacks that would fit a method. */
	static List<String> expected(Method guarded, Class<?> type, String name) {
		@Nullable String @Nullable [] names = new DefaultParameterNameDiscoverer().getParameterNames(guarded);
		StringJoiner arguments = new StringJoiner(", ");
		for (int i = 0; i < parameterCount(guarded); i++) {
			arguments.add(parameter(guarded, type, i) + " " + ((names != null) ? names[i] : "arg" + i));
		}
		String start = (Modifier.isStatic(guarded.getModifiers()) ? "static " : "") + modifier(guarded)
				+ typeParameters(guarded) + returned(guarded, type) + " " + name + "(";
		List<String> expected = new ArrayList<>();
		if (arguments.length() > 0) {
			expected.add(start + arguments + ")");
			expected.add(start + arguments + ", Throwable thrown)");
		}
		expected.add(start + ")");
		expected.add(start + "Throwable thrown)");
		return expected;
	}

	/**
	 * The type of the value itself, {@code null} where it is not known, or fallbacks have
	 * to return what the guarded method does.
	 */
	static @Nullable String plainValue(Method guarded, Class<?> type, FallbackResult kind) {
		ResolvableType returned = returnType(guarded, type);
		Class<?> value = returned.getGeneric().resolve();
		if (value == null || returned.getGenerics().length > 1 || !kind.fits(returned, returned.getGeneric())) {
			return null;
		}
		return (value == Void.class) ? "void" : simple(returned.getGeneric().toString());
	}

	/**
	 * Whether a value of one type can be given where another is wanted. Type arguments
	 * count where both types have them.
	 * @param wanted the type of which a value is wanted
	 * @param given the type of the value
	 * @return whether it can
	 */
	public static boolean isAssignable(ResolvableType wanted, ResolvableType given) {
		if (!ClassUtils.isAssignable(wanted.resolve(Object.class), given.resolve(Object.class))) {
			return false;
		}
		return isUnsaid(wanted) || isUnsaid(given) || wanted.isAssignableFrom(given);
	}

	private static boolean isUnsaid(ResolvableType type) {
		Class<?> resolved = type.resolve();
		return resolved == null || resolved.isPrimitive() || type.hasUnresolvableGenerics()
				|| resolved.getTypeParameters().length != type.getGenerics().length;
	}

	/**
	 * What a method returns, {@code void} for Kotlin's {@code Unit}.
	 * @param method the method; of a suspending function the result counts, which its
	 * last parameter takes
	 * @param type the class whose method it is, which says what type variables stand for
	 * @return the type
	 */
	public static ResolvableType returnType(Method method, Class<?> type) {
		if (!KotlinDetector.isSuspendingFunction(method)) {
			return ResolvableType.forMethodReturnType(method, type);
		}
		ResolvableType continuation = parameterType(method, type, method.getParameterCount() - 1);
		ResolvableType result = continuation.getGeneric();
		if (result.getType() instanceof WildcardType wildcard && wildcard.getLowerBounds().length == 1) {
			result = ResolvableType.forType(wildcard.getLowerBounds()[0],
					ResolvableType.forClass(type).as(method.getDeclaringClass()));
		}
		return result.resolve(Object.class).getName().equals("kotlin.Unit") ? ResolvableType.forClass(void.class)
				: result;
	}

	/**
	 * How many parameters a method has in its source: the compiler adds one to suspending
	 * functions.
	 */
	static int parameterCount(Method method) {
		return method.getParameterCount() - (KotlinDetector.isSuspendingFunction(method) ? 1 : 0);
	}

	/**
	 * Whether a method has that name in its source: Kotlin's compiler adds to the names
	 * of internal functions and of those with value classes.
	 * @param method the method
	 * @param name the name
	 * @return whether it has
	 */
	public static boolean isNamed(Method method, String name) {
		String actual = method.getName();
		return actual.equals(name)
				|| (actual.startsWith(name) && KotlinDetector.isKotlinType(method.getDeclaringClass())
						&& ADDED_BY_KOTLIN.matcher(actual.substring(name.length())).matches());
	}

	private static String modifier(Method method) {
		return KotlinDetector.isSuspendingFunction(method) ? "suspend " : "";
	}

	static ResolvableType parameterType(Method method, Class<?> type, int index) {
		return ResolvableType.forMethodParameter(method, index, type);
	}

	static String returned(Method method, Class<?> type) {
		ResolvableType returned = returnType(method, type);
		return text(returned,
				KotlinDetector.isSuspendingFunction(method) ? returned.getType() : method.getGenericReturnType());
	}

	static String parameter(Method method, Class<?> type, int index) {
		return text(parameterType(method, type, index), method.getGenericParameterTypes()[index]);
	}

	private static String parameters(Method method, Class<?> type) {
		StringJoiner parameters = new StringJoiner(", ", "(", ")");
		for (int i = 0; i < parameterCount(method); i++) {
			parameters.add(parameter(method, type, i));
		}
		return parameters.toString();
	}

	private static String typeParameters(Method method) {
		TypeVariable<Method>[] variables = method.getTypeParameters();
		return (variables.length == 0) ? ""
				: Arrays.stream(variables).map(TypeVariable::getName).collect(Collectors.joining(", ", "<", "> "));
	}

	private static String text(ResolvableType resolved, Type declared) {
		String text = resolved.toString();
		// Of a variable of the method itself it knows the bound, and no name.
		boolean known = resolved.resolve() != null && !resolved.hasUnresolvableGenerics()
				&& (!text.contains("?") || declared.getTypeName().contains("?"));
		return simple(known ? text : declared.getTypeName());
	}

	static String simple(String typeName) {
		return typeName.replaceAll("[\\p{L}_][\\p{L}\\p{N}_]*\\.", "").replace('$', '.');
	}

}
