package dev.breaker.spring.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * What annotated methods can throw, of each kind, before they return and later: it is a
 * failure, and takes no permit along.
 */
class WhateverIsThrownTests {

	static Stream<Arguments> calls() {
		List<Arguments> calls = new ArrayList<>();
		for (Kind kind : Kind.values()) {
			for (Throwable thrown : List.of(new IllegalStateException(), new IOException(), new AssertionError(),
					new StackOverflowError(), new OutOfMemoryError("not really"), new NoClassDefFoundError(),
					new CompletionException("no cause", null))) {
				String what = kind + ", " + thrown.getClass().getSimpleName();
				calls.add(argumentSet(what + " before it returns", kind, thrown, true));
				if (kind != Kind.VALUE) {
					calls.add(argumentSet(what + " later", kind, thrown, false));
				}
			}
		}
		return calls.stream();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void errorsOfAnyKindLeakNoPermit(Kind kind, Throwable thrown, boolean before) {
		Contexts.with(Remote.class)
			.withPropertyValues("breaker.instances.remote.permitted-number-of-calls-in-half-open-state=1")
			.run((context) -> {
				dev.breaker.CircuitBreaker breaker = Contexts.breaker(context, "remote");
				breaker.halfOpen();
				Remote remote = context.getBean(Remote.class);
				remote.before(before ? thrown : null);
				assertThat(catchThrowable(() -> kind.call(remote, thrown))).isNotNull();
				assertThat(breaker.snapshot().failedCallsTotal()).isOne();
				assertThat(breaker.state()).isEqualTo(State.OPEN);
				breaker.halfOpen();
				assertThat(breaker.tryAcquire()).isNotNull();
			});
	}

	/** A kind of result, and how its caller waits for it. */
	enum Kind {

		VALUE {

			@Override
			void call(Remote remote, Throwable thrown) {
				remote.value();
			}

		},

		STAGE {

			@Override
			void call(Remote remote, Throwable thrown) {
				CompletableFuture<String> source = new CompletableFuture<>();
				CompletableFuture<String> answer = remote.stage(source).toCompletableFuture();
				source.completeExceptionally(thrown);
				answer.join();
			}

		},

		FUTURE {

			@Override
			void call(Remote remote, Throwable thrown) throws Exception {
				remote.future(CompletableFuture.failedFuture(thrown)).get();
			}

		},

		CALLABLE {

			@Override
			void call(Remote remote, Throwable thrown) throws Exception {
				remote.callable(() -> {
					throw sneaky(thrown);
				}).call();
			}

		},

		MONO {

			@Override
			void call(Remote remote, Throwable thrown) throws Throwable {
				Sinks.One<String> source = Sinks.one();
				signalled(remote.mono(source.asMono()), (mono) -> source.tryEmitError(thrown));
			}

		},

		FLUX {

			@Override
			void call(Remote remote, Throwable thrown) throws Throwable {
				Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
				signalled(remote.flux(source.asFlux()), (flux) -> source.tryEmitError(thrown));
			}

		};

		abstract void call(Remote remote, Throwable thrown) throws Throwable;

		private static <T> void signalled(org.reactivestreams.Publisher<T> answer, Function<Object, Object> failing)
				throws Throwable {
			List<Throwable> signals = new ArrayList<>();
			Flux.from(answer).subscribe((element) -> {
			}, signals::add);
			failing.apply(answer);
			throw signals.get(0);
		}

	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
		throw (X) thrown;
	}

	static class Remote {

		private Throwable before;

		public void before(Throwable before) {
			this.before = before;
		}

		@CircuitBreaker(name = "remote")
		public String value() {
			return before("value");
		}

		@CircuitBreaker(name = "remote")
		public CompletionStage<String> stage(CompletionStage<String> source) {
			return before(source);
		}

		@CircuitBreaker(name = "remote")
		public Future<String> future(Future<String> source) {
			return before(source);
		}

		@CircuitBreaker(name = "remote")
		public Callable<String> callable(Callable<String> source) {
			return before(source);
		}

		@CircuitBreaker(name = "remote")
		public Mono<String> mono(Mono<String> source) {
			return before(source);
		}

		@CircuitBreaker(name = "remote")
		public Flux<String> flux(Flux<String> source) {
			return before(source);
		}

		private <T> T before(T result) {
			if (this.before != null) {
				throw sneaky(this.before);
			}
			return result;
		}

	}

}
