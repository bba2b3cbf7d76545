package dev.breaker.spring.aop;

import dev.breaker.CallEntry;
import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.GuardedCall;
import dev.breaker.OutcomeRule;
import dev.breaker.ThrowingSupplier;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call that may end after its method has returned. Its permit is taken when it is
 * made, and given back at its end. Safe for use by many threads.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class LaterCall extends GuardedCall implements CallEnd {

	private final GuardedMethod guarded;

	private final CircuitBreaker breaker;

	private final MethodInvocation invocation;

	private final @Nullable FallbackMethod fallback;

	private final @Nullable RetryAttempts attempts;

	/**
	 * Asks for a permit.
	 * @param fallback is run instead of a call that is refused or fails
	 * @param attempts are told of such a call whose fallback runs further out
	 */
	LaterCall(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod fallback, @Nullable RetryAttempts attempts) {
		super(breaker, guarded.canNest());
		this.guarded = guarded;
		this.breaker = breaker;
		this.invocation = invocation;
		this.fallback = fallback;
		this.attempts = attempts;
	}

	/**
	 * Makes the call, unless it is refused.
	 * @param work the method
	 * @return what the caller gets: what the method returned, followed to its end, or
	 * what there is instead
	 */
	@Nullable Object start(ThrowingSupplier<Object, Throwable> work) throws Throwable {
		ReturnKind kind = this.guarded.kind();
		CallNotPermittedException refusal = refused();
		if (refusal != null) {
			return (this.fallback != null) ? kind.fallback(this.guarded, this.fallback, this.invocation, refusal)
					: kind.refused(refusal);
		}
		try {
			Object result = inside(work);
			return (result != null) ? kind.follow(result, this) : nothing(kind);
		}
		catch (Throwable ex) {
			Throwable cause = record(ex);
			if (cause == null || this.fallback == null) {
				throw ex;
			}
			return kind.fallback(this.guarded, this.fallback, this.invocation, cause);
		}
	}

	/**
	 * Ends a call whose method ended before a permit was asked for.
	 * @param thrown what the method threw, or {@code null} where it returned {@code null}
	 * @return what a fallback is given, or {@code null} where none is to run
	 */
	static @Nullable Throwable ended(GuardedMethod guarded, CircuitBreaker breaker, @Nullable Throwable thrown) {
		boolean nests = guarded.canNest();
		if (nests && thrown != null) {
			guarded.ended(breaker, thrown);
		}
		return ended(breaker, nests, thrown);
	}

	/** What it means that a method returned {@code null} in place of that class. */
	static NullPointerException nothing(GuardedMethod guarded, Class<?> given) {
		return new NullPointerException(guarded.describe() + " returned no " + given.getSimpleName());
	}

	/** The method returned {@code null}. */
	private @Nullable Object nothing(ReturnKind kind) {
		Class<?> given = kind.given();
		if (given != null) {
			throw nothing(this.guarded, given);
		}
		returned(null);
		return null;
	}

	/** Where futures wait that may never be read; null where they keep no key's place. */
	@Nullable UnreadFutures unread() {
		return this.guarded.hasKey() ? this.guarded.named().unread() : null;
	}

	/** Why the call is not to be made, or {@code null} where it is admitted. */
	@Nullable CallNotPermittedException refused() {
		CallNotPermittedException refusal = refusal();
		if (refusal != null && this.attempts != null) {
			this.attempts.ended(refusal, false);
		}
		return refusal;
	}

	/** Does the work of the call: calls that it makes belong to this one. */
	@Nullable Object inside(ThrowingSupplier<Object, Throwable> work) throws Throwable {
		CallEntry entry = enter();
		try {
			return work.get();
		}
		finally {
			leave(entry);
		}
	}

	/** Gives what there is instead of a call that ended so. */
	@Nullable Object insteadOf(Throwable thrown) throws Throwable {
		if (this.fallback == null) {
			throw thrown;
		}
		return CircuitBreakerInterceptor.fallBack(this.fallback, this.invocation, thrown);
	}

	/**
	 * Records what was thrown.
	 * @return what a fallback is given, or {@code null} where none is to run
	 */
	private @Nullable Throwable record(Throwable thrown) {
		if (this.guarded.canNest()) {
			this.guarded.ended(this.breaker, thrown);
		}
		Throwable cause = threw(thrown);
		if (cause != null && this.attempts != null) {
			this.attempts.ended(cause, true);
		}
		return cause;
	}

	@Override
	public void succeed(@Nullable Object result) {
		returned(result);
	}

	@Override
	public void next(@Nullable Object result) {
		emitted(result);
	}

	@Override
	public void complete() {
		completed();
	}

	@Override
	public boolean endedBy(Object carrier) {
		if (!isCountedOtherwise(carrier)) {
			return false;
		}
		returned(carrier);
		return true;
	}

	/** Whether a rule takes it for no success; one that throws does. */
	private boolean isCountedOtherwise(Object carrier) {
		OutcomeRule rule = this.breaker.config().outcomeRule();
		try {
			OutcomeRule.Verdict ofCarrier = (rule != null) ? rule.judge(carrier, null) : null;
			return ofCarrier != null && ofCarrier != OutcomeRule.Verdict.SUCCESS;
		}
		catch (Throwable ex) {
			return true;
		}
	}

	@Override
	public void unfollowed(String reason) {
		this.guarded.unfollowed(reason, "such calls count as successes when they return");
	}

	@Override
	public void observed(String reason) {
		if (this.fallback != null || this.attempts != null) {
			this.guarded.unfollowed(reason, "no fallback runs where it fails after the method has returned");
		}
	}

	@Override
	public boolean isOf(String packageName) {
		return this.guarded.type().getPackageName().equals(packageName);
	}

	@Override
	public @Nullable Object fail(Throwable thrown) throws Throwable {
		Throwable cause = record(thrown);
		if (cause == null || this.fallback == null) {
			throw thrown;
		}
		return insteadOf(cause);
	}

	@Override
	public void abort(Throwable thrown) {
		record(thrown);
	}

	@Override
	public void cancel() {
		cancelled();
	}

}
