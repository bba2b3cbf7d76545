package dev.breaker.spring.fallback;

import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.breaker.CallNotPermittedException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * The methods that an annotation's {@code fallbackMethod} names, of which the one runs
 * whose throwable is nearest to what was thrown. Safe for use by many threads.
 *
 * <p>
 * A fallback runs on the object itself, not on its proxy, so its own annotations have no
 * effect; one of another bean ({@code bean::method}) runs through that bean's proxy, and
 * so they have, unless it is final: that runs on the object, too.
 */
public final class FallbackMethod {

	private final String name;

	private final Method guarded;

	private final SingletonSupplier<List<Overload>> overloads;

	private final Receiver receiver;

	private final FallbackListener listener;

	private final @Nullable String otherBean;

	private final FallbackResult kind;

	private final Map<Method, String> ignored;

	FallbackMethod(String name, Method guarded, FallbackResult kind, Supplier<List<Overload>> overloads,
			Receiver receiver, FallbackListener listener, @Nullable String otherBean, Map<Method, String> ignored) {
		this.name = name;
		this.guarded = guarded;
		this.kind = kind;
		this.overloads = SingletonSupplier.of(overloads);
		this.receiver = receiver;
		this.listener = listener;
		this.otherBean = otherBean;
		this.ignored = ignored;
	}

	/**
	 * The methods of the guarded bean that have its name and never run, since they do not
	 * fit.
	 * @return each with its declaration and the reason, as text
	 */
	public Map<Method, String> ignored() {
		return Collections.unmodifiableMap(this.ignored);
	}

	/**
	 * The other bean whose methods these are.
	 * @return its name, or {@code null} where they are the guarded bean's own
	 */
	public @Nullable String otherBean() {
		return this.otherBean;
	}

	/**
	 * The methods that may run.
	 * @return an unmodifiable list, never empty
	 * @throws InvalidCircuitBreakerAnnotationException if they are another bean's, and
	 * there is none that fits
	 */
	public List<Method> methods() {
		return this.overloads.obtain().stream().map(Overload::method).toList();
	}

	/**
	 * The method that runs where a call is refused.
	 * @return one of the {@link #methods() methods}, or {@code null} where none of them
	 * takes a refusal, which callers get then
	 * @throws InvalidCircuitBreakerAnnotationException if they are another bean's, and
	 * there is none that fits
	 */
	public @Nullable Method forRefusals() {
		return this.overloads.obtain()
			.stream()
			.filter(Overload::takesRefusals)
			.map(Overload::method)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Looks for the methods of another bean, which are otherwise looked for when the
	 * fallback runs first.
	 * @throws InvalidCircuitBreakerAnnotationException if there is none that fits
	 */
	public void resolve() {
		this.overloads.obtain();
	}

	/**
	 * Runs the fallback.
	 * @param proxy the proxy that was called
	 * @param target the object behind it, if there is one
	 * @param arguments the arguments of the call
	 * @param thrown what was thrown
	 * @return what the fallback returned, of its own type
	 * @throws NullPointerException if the fallback returned {@code null} where there has
	 * to be a result; what was thrown is suppressed in it
	 * @throws Throwable what the fallback throws, as it is; what was thrown, where no
	 * method takes it
	 */
	public @Nullable Object call(Object proxy, @Nullable Object target, @Nullable Object[] arguments, Throwable thrown)
			throws Throwable {
		CallNotPermittedException refusal = RefusalFinder.in(thrown);
		Throwable declared = (refusal != null) ? refusal : unwrap(thrown);
		Overload overload = nearest(declared);
		if (overload == null) {
			throw thrown;
		}
		Object result;
		try {
			result = invoke(overload, proxy, target, arguments, declared);
		}
		catch (Throwable ex) {
			ended(false);
			throw ex;
		}
		try {
			requireResult(result, overload.method());
			return this.kind.watch(result, overload.method(), this);
		}
		catch (NullPointerException ex) {
			if (ex != declared) {
				ex.addSuppressed(declared);
			}
			throw ex;
		}
	}

	private void requireResult(@Nullable Object result, Method method) {
		Class<?> wanted = this.guarded.getReturnType();
		if (result == null && wanted.isPrimitive() && wanted != void.class) {
			ended(false);
			throw new NullPointerException(
					"The fallback " + method + " returned null, and " + this.guarded + " cannot");
		}
	}

	/**
	 * Tells that a fallback has ended.
	 * @param success whether it gave a result
	 */
	public void ended(boolean success) {
		this.listener.onFallback(this.name, success);
	}

	private @Nullable Object invoke(Overload overload, Object proxy, @Nullable Object target,
			@Nullable Object[] arguments, Throwable thrown) throws Throwable {
		return this.receiver.call(overload.method(), proxy, target,
				(object) -> overload.invoke(object, arguments, thrown));
	}

	/** Spring's proxies wrap checked exceptions that the method does not declare. */
	private static Throwable unwrap(Throwable thrown) {
		Throwable cause = RefusalFinder.causeOf(thrown);
		return (thrown instanceof UndeclaredThrowableException && cause != null) ? cause : thrown;
	}

	private @Nullable Overload nearest(Throwable thrown) {
		for (Overload overload : this.overloads.obtain()) {
			if (overload.takes(thrown)) {
				return overload;
			}
		}
		return null;
	}

}
