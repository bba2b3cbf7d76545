package dev.breaker.spring.fallback;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Objects;

import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import kotlin.reflect.KFunction;
import kotlin.reflect.KType;
import kotlin.reflect.jvm.KTypesJvm;
import kotlin.reflect.jvm.ReflectJvmMapping;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * A value class that a Kotlin function returns. Its compiler lets a function return what
 * is in an object of such a class, and a suspending one the object. Loaded only where
 * Kotlin's reflection is there.
 */
final class ValueClassResult {

	private static final String RESULT = "kotlin.Result";

	private final Class<?> type;

	private final Method box;

	private final boolean nullable;

	private ValueClassResult(Class<?> type, Method box, boolean nullable) {
		this.type = type;
		this.box = box;
		this.nullable = nullable;
	}

	/** The one of a function, {@code null} where it returns objects. */
	static @Nullable ValueClassResult of(Method method) {
		KFunction<?> function = ReflectJvmMapping.getKotlinFunction(method);
		return (function != null) ? of(method, function.getReturnType()) : null;
	}

	private static @Nullable ValueClassResult of(Method method, KType returned) {
		KClass<?> erased = KTypesJvm.getJvmErasure(returned);
		Class<?> type = JvmClassMappingKt.getJavaObjectType(erased);
		if (!erased.isValue() || type == method.getReturnType() || type.getName().equals(RESULT)) {
			return null;
		}
		Method box = ReflectionUtils.findMethod(type, "box-impl", method.getReturnType());
		return (box != null) ? new ValueClassResult(type, box, returned.isMarkedNullable()) : null;
	}

	Class<?> type() {
		return this.type;
	}

	/** Lets a function return an object of the class. */
	MethodHandle boxed(MethodHandle function) throws IllegalAccessException {
		MethodHandles.Lookup lookup = MethodHandles.lookup();
		this.box.setAccessible(true);
		MethodHandle boxed = lookup.unreflect(this.box).asType(MethodType.genericMethodType(1));
		if (this.nullable) {
			// As it is, null would be what is in an object.
			MethodHandle isNull = isNull(lookup);
			boxed = MethodHandles.guardWithTest(isNull, MethodHandles.identity(Object.class), boxed);
		}
		return MethodHandles.filterReturnValue(function.asType(function.type().changeReturnType(Object.class)), boxed);
	}

	private static MethodHandle isNull(MethodHandles.Lookup lookup) throws IllegalAccessException {
		try {
			return lookup.findStatic(Objects.class, "isNull", MethodType.methodType(boolean.class, Object.class));
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
