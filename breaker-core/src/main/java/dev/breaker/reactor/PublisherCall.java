package dev.breaker.reactor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import dev.breaker.CallEntry;
import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.GuardedCall;
import dev.breaker.reactor.CircuitBreakerOperator.FallbackSignal;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that is guarded: both the permit and what stands between source and
 * subscriber. Code of the source runs inside of the call, code of the subscriber outside.
 */
abstract class PublisherCall<T> extends GuardedCall implements CoreSubscriber<T>, Subscription, Scannable {

	private static final VarHandle SUBSCRIPTION;

	static {
		try {
			SUBSCRIPTION = MethodHandles.lookup()
				.findVarHandle(PublisherCall.class, "subscription", Subscription.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	static final Subscription DONE = Operators.cancelledSubscription();

	final CoreSubscriber<? super T> actual;

	/**
	 * {@link #DONE} once the source has ended. Written by signals, which are serial, and
	 * where it decides which end is the first.
	 */
	private @Nullable Subscription subscription;

	PublisherCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests, boolean endsOnce) {
		super(breaker, nests, endsOnce);
		this.actual = actual;
	}

	/** Whether there is a fallback: told by the class, which makes the call no larger. */
	abstract boolean fallsBack();

	/**
	 * The call is about to end without a signal of the source or of the subscriber, who
	 * may still want something of the source.
	 */
	abstract void keepSource();

	/** Subscribes the source, unless the call is refused. */
	final void start(CorePublisher<? extends T> source) {
		CallNotPermittedException refusal = refusal();
		if (refusal != null) {
			Operators.error(this.actual, fallsBack() ? new FallbackSignal(refusal) : refusal);
			return;
		}
		CallEntry entry = null;
		try {
			entry = enter();
			source.subscribe(this);
		}
		catch (Throwable ex) {
			if (Exceptions.isFatal(ex)) {
				// No signal follows.
				keepSource();
				threw(ex);
			}
			Operators.reportThrowInSubscribe(this, ex);
		}
		finally {
			leave(entry);
		}
	}

	@Override
	public final void onSubscribe(Subscription source) {
		if (!Operators.validate(this.subscription, source)) {
			return;
		}
		this.subscription = source;
		CallEntry left = stepOut();
		try {
			this.actual.onSubscribe(this);
		}
		catch (Throwable ex) {
			// Not the source's: as if it had cancelled.
			keepSource();
			cancelled();
			throw ex;
		}
		finally {
			stepIn(left);
		}
	}

	/** Passes an element on. */
	final void next(T element) {
		CallEntry left = stepOut();
		try {
			this.actual.onNext(element);
		}
		catch (Throwable ex) {
			// Not the source's: as if it had cancelled.
			keepSource();
			cancelled();
			throw ex;
		}
		finally {
			stepIn(left);
		}
	}

	/** As it is at the moment, also where other threads replace it. */
	final @Nullable Subscription subscription() {
		return (Subscription) SUBSCRIPTION.getVolatile(this);
	}

	/** Puts another one in the place of that one, if it still has it. */
	final boolean replace(@Nullable Subscription present, Subscription next) {
		return SUBSCRIPTION.compareAndSet(this, present, next);
	}

	/** Whether the source has ended. */
	final boolean isDone() {
		return this.subscription == DONE;
	}

	/** Passes on that there is no more. */
	final void complete() {
		this.subscription = DONE;
		CallEntry left = stepOut();
		try {
			this.actual.onComplete();
		}
		finally {
			stepIn(left);
		}
	}

	@Override
	public final void onError(Throwable thrown) {
		if (isDone()) {
			Operators.onErrorDropped(thrown, currentContext());
			return;
		}
		Throwable cause = threw(thrown);
		this.subscription = DONE;
		CallEntry left = stepOut();
		try {
			this.actual.onError((fallsBack() && cause != null) ? new FallbackSignal(cause) : thrown);
		}
		finally {
			stepIn(left);
		}
	}

	@Override
	public final void request(long elements) {
		Subscription source = Objects.requireNonNull(this.subscription);
		CallEntry entry = enter();
		try {
			source.request(elements);
		}
		catch (Throwable ex) {
			// No signal follows.
			keepSource();
			threw(ex);
			throw ex;
		}
		finally {
			leave(entry);
		}
	}

	@Override
	public final void cancel() {
		Subscription source = subscription();
		try {
			cancelled();
		}
		finally {
			if (source != null) {
				source.cancel();
			}
		}
	}

	@Override
	public final Context currentContext() {
		return this.actual.currentContext();
	}

	@Override
	@SuppressWarnings("rawtypes")
	public final @Nullable Object scanUnsafe(Attr key) {
		if (key == Attr.PARENT) {
			return this.subscription;
		}
		if (key == Attr.ACTUAL) {
			return this.actual;
		}
		if (key == Attr.TERMINATED) {
			return isDone();
		}
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : null;
	}

}
