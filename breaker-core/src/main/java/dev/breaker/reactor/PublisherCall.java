package dev.breaker.reactor;

import dev.breaker.CallEntry;
import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.SourceCall;
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
abstract class PublisherCall<T> extends SourceCall<Subscription> implements CoreSubscriber<T>, Subscription, Scannable {

	final CoreSubscriber<? super T> actual;

	PublisherCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests, boolean endsOnce) {
		super(breaker, nests, endsOnce);
		this.actual = actual;
	}

	/** Whether there is a fallback: told by the class, which makes the call no larger. */
	abstract boolean fallsBack();

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
		if (!begin(source)) {
			source.cancel();
			Operators.reportSubscriptionSet();
			return;
		}
		CallEntry left = stepOut();
		try {
			this.actual.onSubscribe(this);
		}
		catch (Throwable ex) {
			// Not the source's: as if it had cancelled.
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
			cancelled();
			throw ex;
		}
		finally {
			stepIn(left);
		}
	}

	/** Passes on that there is no more. */
	final void complete() {
		done();
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
		Throwable cause = failed(thrown);
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
		Subscription source = source();
		if (source == null) {
			return;
		}
		CallEntry entry = enter();
		try {
			source.request(elements);
		}
		catch (Throwable ex) {
			// No signal follows.
			threw(ex);
			throw ex;
		}
		finally {
			leave(entry);
		}
	}

	@Override
	public final void cancel() {
		Subscription source = source();
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
			return source();
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
