package dev.breaker.spring.fallback;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import dev.breaker.CallNotPermittedException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;

/**
 * One method that runs as a fallback, ready to be invoked by many threads.
 */
final class Overload {

	private final Method method;

	private final @Nullable Class<?> throwable;

	/** {@code null} for a suspending function. */
	private final @Nullable MethodHandle handle;

	private final boolean takesArguments;

	private Overload(Method method, SignatureMatch match, @Nullable MethodHandle handle) {
		this.method = method;
		this.throwable = match.throwable();
		this.takesArguments = match.takesArguments();
		this.handle = handle;
	}

	/**
	 * Prepares a method.
	 * @param guarded the guarded method: the last argument of a suspending function is
	 * none of its source
	 * @param onProxy whether there is only a proxy to run it on, whose interface has it:
	 * the default method itself runs, without the proxy's advice
	 */
	static Overload of(Method method, SignatureMatch match, Method guarded, boolean onProxy)
			throws IllegalAccessException {
		if (KotlinDetector.isSuspendingFunction(method)) {
			return new Overload(method, match, null);
		}
		MethodHandle handle = unreflect(method, onProxy).asFixedArity();
		ValueClassResult valueClass = SignatureMatch.valueClass(method, guarded);
		if (valueClass != null) {
			handle = valueClass.boxed(handle);
		}
		if (Modifier.isStatic(method.getModifiers())) {
			handle = MethodHandles.dropArguments(handle, 0, Object.class);
		}
		handle = handle.asType(handle.type().changeParameterType(0, Object.class).changeReturnType(Object.class));
		if (match.throwable() == null) {
			handle = MethodHandles.dropArguments(handle, handle.type().parameterCount(), Throwable.class);
		}
		if (match.takesArguments()) {
			if (KotlinDetector.isSuspendingFunction(guarded)) {
				handle = MethodHandles.dropArguments(handle, handle.type().parameterCount() - 1, Object.class);
			}
			handle = handle.asSpreader(1, Object[].class, handle.type().parameterCount() - 2);
		}
		else {
			handle = MethodHandles.dropArguments(handle, 1, Object[].class);
		}
		MethodType type = MethodType.methodType(Object.class, Object.class, Object[].class, Throwable.class);
		return new Overload(method, match, handle.asType(type));
	}

	private static MethodHandle unreflect(Method method, boolean onProxy) throws IllegalAccessException {
		Class<?> declaring = method.getDeclaringClass();
		MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(declaring, MethodHandles.lookup());
		return (onProxy && method.isDefault()) ? lookup.unreflectSpecial(method, declaring) : lookup.unreflect(method);
	}

	Method method() {
		return this.method;
	}

	@Nullable Class<?> throwable() {
		return this.throwable;
	}

	boolean takes(Throwable thrown) {
		return this.throwable == null || this.throwable.isInstance(thrown);
	}

	boolean takesRefusals() {
		return this.throwable == null || this.throwable.isAssignableFrom(CallNotPermittedException.class);
	}

	/**
	 * How deep in the hierarchy the class of throwables is that it takes, and 0 where it
	 * takes none. Of two methods that take what was thrown, the deeper one is nearer.
	 */
	int depth() {
		int depth = 0;
		for (Class<?> c = this.throwable; c != null; c = c.getSuperclass()) {
			depth++;
		}
		return depth;
	}

	@Nullable Object invoke(@Nullable Object receiver, @Nullable Object[] arguments, Throwable thrown) throws Throwable {
		MethodHandle present = this.handle;
		if (present == null) {
			return SuspendingFallback.invoke(this.method, receiver, arguments, this.takesArguments,
					(this.throwable != null) ? thrown : null);
		}
		return (Object) present.invokeExact(receiver, arguments, thrown);
	}

}
