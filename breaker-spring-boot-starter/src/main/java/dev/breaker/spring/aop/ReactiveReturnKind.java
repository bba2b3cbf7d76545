package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.reactor.CircuitBreakerOperator;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.MethodSignatures;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/**
 * Methods that return a reactive type that Spring's {@link ReactiveAdapterRegistry}
 * knows: each subscription is a call. The method itself runs when it is called, and its
 * key is evaluated then; where it throws, or returns {@code null}, that is a call which
 * has ended, and is recorded where a permit is to be had. Loaded only where Reactor is
 * there.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
class ReactiveReturnKind implements ReturnKind {

	/** Its work has begun before the method returns. */
	private static final String KOTLIN_DEFERRED = "kotlinx.coroutines.Deferred";

	private final ReactiveAdapterRegistry registry = ReactiveAdapterRegistry.getSharedInstance();

	/**
	 * Of the class of a result. The registry itself takes a Flowable for a Publisher, as
	 * it does a Multi.
	 */
	private final ClassValue<@Nullable ReactiveAdapter> ofResult = new ClassValue<>() {

		@Override
		protected @Nullable ReactiveAdapter computeValue(Class<?> result) {
			ReactiveAdapter found = null;
			for (Class<?> known : KnownClasses.hierarchy(result)) {
				ReactiveAdapter adapter = ReactiveReturnKind.this.registry.getAdapter(known);
				if (adapter != null && adapter.getReactiveType() == known
						&& (found == null || found.getReactiveType().isAssignableFrom(known))) {
					found = adapter;
				}
			}
			return found;
		}

	};

	@Override
	public String describe() {
		return "a Mono, a Flux or another reactive type of it";
	}

	/** Whether a publisher can be given as that class. */
	@Override
	public boolean includes(Class<?> returned) {
		ReactiveAdapter adapter = this.registry.getAdapter(returned);
		if (adapter == null || !adapter.getDescriptor().isDeferred()
				|| adapter.getReactiveType().getName().equals(KOTLIN_DEFERRED)) {
			return false;
		}
		return returned.isAssignableFrom(given(adapter));
	}

	@Override
	public boolean limitsTime() {
		return true;
	}

	@Override
	public boolean includesResult(Class<?> result) {
		ReactiveAdapter adapter = this.ofResult.get(result);
		return adapter != null && includes(adapter.getReactiveType());
	}

	@Override
	public Class<?> given(Class<?> result) {
		return given(Objects.requireNonNull(this.ofResult.get(result)));
	}

	private static Class<?> given(ReactiveAdapter adapter) {
		return (adapter.getReactiveType() == Publisher.class) ? Flux.class : adapter.getReactiveType();
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		ReactiveAdapter adapter = Objects.requireNonNull(this.ofResult.get(result.getClass()));
		Publisher<Object> source = adapter.toPublisher(result);
		return adapter.fromPublisher(
				adapter.isMultiValue() ? followed(Flux.from(source), end) : followed(Mono.from(source), end));
	}

	private Mono<Object> followed(Mono<Object> source, CallEnd end) {
		return source.doOnSuccess(end::succeed)
			.onErrorResume((thrown) -> Mono.from(instead(thrown, end)))
			.doOnCancel(end::cancel);
	}

	private Flux<Object> followed(Flux<Object> source, CallEnd end) {
		return Flux.defer(() -> {
			boolean[] emitted = new boolean[1];
			return source.doOnNext((element) -> {
				emitted[0] = true;
				end.next(element);
			}).doOnComplete(end::complete).onErrorResume((thrown) -> instead(thrown, end)).doOnCancel(() -> {
				if (emitted[0]) {
					end.complete();
				}
				else {
					end.cancel();
				}
			});
		});
	}

	/** What a fallback gives instead of a publisher that failed. */
	private Publisher<Object> instead(Throwable thrown, CallEnd end) {
		try {
			Object given = end.fail(thrown);
			ReactiveAdapter adapter = (given != null) ? this.registry.getAdapter(given.getClass()) : null;
			return (adapter != null) ? adapter.toPublisher(given) : Mono.justOrEmpty(given);
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	ReactiveAdapter adapter(GuardedMethod guarded) {
		return adapter(guarded.returnType());
	}

	final ReactiveAdapter adapter(Class<?> type) {
		return Objects.requireNonNull(this.registry.getAdapter(type));
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new ReactiveInterceptor(guarded, adapter(guarded));
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		return guard(guarded, adapter(guarded), breaker, guarded.canNest(), invocation,
				new AttemptEnd(breaker.name(), attempts));
	}

	@Override
	public Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) {
		return declared(adapter(guarded), run(fallback, invocation, thrown));
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		return afterAttempts(guarded, result, attempts, (thrown) -> run(fallback, invocation, thrown));
	}

	@Override
	public @Nullable Object refusedLater(GuardedMethod guarded, @Nullable Object result, RetryAttempts attempts) {
		return afterAttempts(guarded, result, attempts, Flux::error);
	}

	/** Ends a subscription after its last attempt, which may have been refused. */
	private @Nullable Object afterAttempts(GuardedMethod guarded, @Nullable Object result, RetryAttempts attempts,
			Function<Throwable, Publisher<Object>> instead) {
		if (result == null) {
			return null;
		}
		ReactiveAdapter adapter = adapter(guarded);
		Flux<Object> source = Flux.from(adapter.toPublisher(result));
		return asSource(adapter, HiddenRefusal.shown(adapter, source, attempts).onErrorResume((thrown) -> {
			Throwable cause = attempts.causeOf(thrown);
			if (cause == null && attempts.isRetried() && thrown instanceof TimeoutException) {
				// The retry's own, while an attempt was under way.
				cause = thrown;
			}
			return (cause != null) ? atMost(adapter, instead.apply(cause)) : Flux.error(thrown);
		}));
	}

	@Override
	public @Nullable Object hideRefusal(GuardedMethod guarded, @Nullable Object result, RetryAttempts attempts) {
		if (result == null) {
			return null;
		}
		ReactiveAdapter adapter = adapter(guarded);
		return asSource(adapter, Flux.from(adapter.toPublisher(result)).onErrorResume((thrown) -> {
			CallNotPermittedException refusal = attempts.failures().refusalIn(thrown);
			return (refusal != null) ? HiddenRefusal.of(adapter, refusal, attempts) : Flux.error(thrown);
		}));
	}

	@Override
	public Object refused(Throwable refusal) throws Throwable {
		throw refusal;
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		ResolvableType wantedElement = element(wanted);
		ResolvableType givenElement = element(given);
		if (isNothing(wantedElement) || isNothing(givenElement)) {
			return isNothing(wantedElement) && isNothing(givenElement);
		}
		return MethodSignatures.isAssignable(wantedElement, givenElement);
	}

	/** What a reactive type emits, or the type itself. */
	private ResolvableType element(ResolvableType type) {
		ReactiveAdapter adapter = this.registry.getAdapter(type.resolve(Object.class));
		if (adapter == null) {
			return type;
		}
		return adapter.isNoValue() ? ResolvableType.forClass(Void.class)
				: type.as(adapter.getReactiveType()).getGeneric();
	}

	private static boolean isNothing(ResolvableType type) {
		Class<?> resolved = type.resolve(Object.class);
		return resolved == void.class || resolved == Void.class;
	}

	@Override
	public boolean carriesExceptions() {
		return true;
	}

	@Override
	public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		ReactiveAdapter adapter = this.registry.getAdapter(method.getReturnType(), result);
		if (adapter == null) {
			fallback.ended(true);
			return result;
		}
		if (result == null) {
			fallback.ended(false);
			throw new NullPointerException("The fallback " + method + " returned no publisher");
		}
		Publisher<Object> source = adapter.toPublisher(result);
		return adapter.isMultiValue() ? watched(Flux.from(source), fallback)
				: Mono.from(source)
					.doOnSuccess((value) -> fallback.ended(true))
					.doOnError((thrown) -> fallback.ended(false));
	}

	private static Flux<Object> watched(Flux<Object> source, FallbackMethod fallback) {
		return Flux.defer(() -> {
			boolean[] emitted = new boolean[1];
			Flux<Object> heard = source.doOnNext((element) -> emitted[0] = true)
				.doOnComplete(() -> fallback.ended(true))
				.doOnCancel(() -> {
					if (emitted[0]) {
						fallback.ended(true);
					}
				});
			return hearing(heard, (thrown) -> fallback.ended(false));
		});
	}

	/**
	 * A publisher whose errors are heard. That of {@code doOnError} would throw an
	 * {@code Error} of the JVM instead of signalling it.
	 */
	private static Flux<Object> hearing(Flux<Object> source, Consumer<Throwable> errors) {
		return source.onErrorMap((thrown) -> {
			errors.accept(thrown);
			return thrown;
		});
	}

	/** Runs a fallback, which gives a publisher or its one element. */
	@SuppressWarnings("unchecked")
	private static Publisher<Object> run(FallbackMethod fallback, MethodInvocation invocation, Throwable thrown) {
		try {
			Object given = CircuitBreakerInterceptor.fallBack(fallback, invocation, thrown);
			return (given instanceof Publisher<?> publisher) ? (Publisher<Object>) publisher : Mono.justOrEmpty(given);
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/** A fallback's publisher as the type that the method declares. */
	private static Object declared(ReactiveAdapter adapter, Publisher<Object> publisher) {
		return adapter.fromPublisher(atMost(adapter, publisher));
	}

	/** As many elements of a fallback's publisher as the type can have. */
	private static Publisher<Object> atMost(ReactiveAdapter adapter, Publisher<Object> publisher) {
		return adapter.isMultiValue() ? Flux.from(publisher) : Mono.from(publisher);
	}

	/**
	 * What goes on a source, with as many elements, as the type that the method declares.
	 */
	private static Object asSource(ReactiveAdapter adapter, Flux<Object> flux) {
		return adapter.fromPublisher(adapter.isMultiValue() ? flux : Mono.fromDirect(flux));
	}

	/** Calls the method, and guards what it returns. */
	private @Nullable Object guard(GuardedMethod guarded, ReactiveAdapter adapter, CircuitBreaker breaker,
			boolean nests, MethodInvocation invocation, @Nullable Instead instead) throws Throwable {
		Object returned;
		try {
			returned = prepared(guarded, breaker, invocation);
		}
		catch (Throwable ex) {
			if (LaterCall.ended(guarded, breaker, ex) == null || instead == null) {
				throw ex;
			}
			return instead.ofThrown(ex);
		}
		if (returned == null) {
			LaterCall.ended(guarded, breaker, null);
			return null;
		}
		Publisher<Object> source = adapter.toPublisher(returned);
		CircuitBreakerOperator<Object> operator = guarded.hasKey() ? operator(breaker, instead)
				: operator(guarded.named(), instead);
		if (nests) {
			operator = operator.outermost();
			source = watched(source, guarded, breaker);
		}
		Publisher<Object> result = guard(operator, source);
		return adapter
			.fromPublisher((nests && guarded.named().fallsBack()) ? listed(result, guarded, breaker) : result);
	}

	private static @Nullable Object prepared(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation)
			throws Throwable {
		CallUnderWay underWay = CallUnderWay.beginPreparing(guarded, breaker);
		try {
			return invocation.proceed();
		}
		finally {
			CallUnderWay.end(underWay);
		}
	}

	/** Each subscription is a call. */
	private static Publisher<Object> listed(Publisher<Object> call, GuardedMethod guarded, CircuitBreaker breaker) {
		if (call instanceof Mono<Object> mono) {
			return new MonoOperator<>(mono) {

				@Override
				public void subscribe(CoreSubscriber<? super Object> subscriber) {
					ReactiveReturnKind.subscribe(this.source, subscriber, guarded, breaker);
				}

			};
		}
		return new FluxOperator<>(Flux.from(call)) {

			@Override
			public void subscribe(CoreSubscriber<? super Object> subscriber) {
				ReactiveReturnKind.subscribe(this.source, subscriber, guarded, breaker);
			}

		};
	}

	private static void subscribe(CorePublisher<?> call, CoreSubscriber<? super Object> subscriber,
			GuardedMethod guarded, CircuitBreaker breaker) {
		CallUnderWay underWay = CallUnderWay.begin(guarded, guarded.present(breaker));
		try {
			call.subscribe(subscriber);
		}
		finally {
			CallUnderWay.end(underWay);
		}
	}

	private static CircuitBreakerOperator<Object> operator(CircuitBreaker breaker, @Nullable Instead instead) {
		return (instead != null) ? CircuitBreakerOperator.of(breaker, instead) : CircuitBreakerOperator.of(breaker);
	}

	/** A subscription may come when the breaker of the name is another one. */
	private static CircuitBreakerOperator<Object> operator(NamedBreaker named, @Nullable Instead instead) {
		return (instead != null) ? CircuitBreakerOperator.of(named, instead) : CircuitBreakerOperator.of(named);
	}

	/** Guards a publisher. */
	Publisher<Object> guard(CircuitBreakerOperator<Object> operator, Publisher<Object> source) {
		return operator.apply(source);
	}

	private static Publisher<Object> watched(Publisher<Object> source, GuardedMethod guarded, CircuitBreaker breaker) {
		return (source instanceof Mono<Object> mono) ? mono.doOnError((thrown) -> guarded.ended(breaker, thrown))
				: hearing(Flux.from(source), (thrown) -> guarded.ended(breaker, thrown));
	}

	private final class ReactiveInterceptor extends CircuitBreakerInterceptor {

		private final GuardedMethod guarded;

		private final ReactiveAdapter adapter;

		ReactiveInterceptor(GuardedMethod guarded, ReactiveAdapter adapter) {
			super(guarded);
			this.guarded = guarded;
			this.adapter = adapter;
		}

		@Override
		@Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return guard(this.guarded, this.adapter, breaker, false, invocation, fallback(invocation, instead));
		}

		@Override
		@Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return guard(this.guarded, this.adapter, breaker, true, invocation, fallback(invocation, instead));
		}

		private @Nullable Instead fallback(MethodInvocation invocation, @Nullable FallbackMethod instead) {
			return (instead != null) ? new FallbackRun(instead, invocation, this.adapter) : null;
		}

	}

	/**
	 * What is done instead of a call that was refused or failed, as a publisher.
	 */
	private interface Instead extends Function<Throwable, Publisher<Object>> {

		/** The same for a call that ended before there was a publisher. */
		@Nullable Object ofThrown(Throwable thrown) throws Throwable;

	}

	private record FallbackRun(FallbackMethod fallback, MethodInvocation invocation,
			ReactiveAdapter adapter) implements Instead {

		@Override
		public Publisher<Object> apply(Throwable thrown) {
			return run(this.fallback, this.invocation, thrown);
		}

		@Override
		public Object ofThrown(Throwable thrown) {
			return declared(this.adapter, apply(thrown));
		}

	}

	/**
	 * A refusal on its way through a retry, which repeats errors: it is an element there.
	 * Of types that have none it is with the attempts, and the source completes.
	 */
	private record HiddenRefusal(CallNotPermittedException refusal) {

		static Flux<Object> of(ReactiveAdapter adapter, CallNotPermittedException refusal, RetryAttempts attempts) {
			if (!adapter.isNoValue()) {
				return Flux.just(new HiddenRefusal(refusal));
			}
			attempts.hide(refusal);
			return Flux.empty();
		}

		static Flux<Object> shown(ReactiveAdapter adapter, Flux<Object> source, RetryAttempts attempts) {
			if (!adapter.isNoValue()) {
				return source.handle((element, sink) -> {
					if (element instanceof HiddenRefusal hidden) {
						sink.error(hidden.refusal());
					}
					else {
						sink.next(element);
					}
				});
			}
			return source.concatWith(Flux.defer(() -> {
				CallNotPermittedException refusal = attempts.takeHidden();
				return (refusal != null) ? Flux.error(refusal) : Flux.empty();
			}));
		}

	}

	/**
	 * Tells how an attempt ended, and lets it end so. A refusal by the attempt's own
	 * breaker ends the retry.
	 */
	private record AttemptEnd(String breaker, RetryAttempts attempts) implements Instead {

		@Override
		public Publisher<Object> apply(Throwable thrown) {
			this.attempts.failures().add(thrown, isOwnRefusal(thrown));
			return Flux.error(thrown);
		}

		@Override
		public Object ofThrown(Throwable thrown) throws Throwable {
			this.attempts.ended(thrown, !isOwnRefusal(thrown));
			throw thrown;
		}

		private boolean isOwnRefusal(Throwable thrown) {
			return thrown instanceof CallNotPermittedException refusal
					&& refusal.circuitBreakerName().equals(this.breaker);
		}

	}

}
