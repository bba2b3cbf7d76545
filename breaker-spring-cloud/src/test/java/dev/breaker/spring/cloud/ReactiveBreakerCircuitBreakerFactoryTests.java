package dev.breaker.spring.cloud;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Code that is written against Spring Cloud's reactive API.
 */
class ReactiveBreakerCircuitBreakerFactoryTests {

	private static final String ODD = "Client#pay(String)";

	private static final Mono<String> FAILING = Mono.error(() -> new IllegalStateException("down"));

	private final ManualClock clock = new ManualClock();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class,
				BreakerSpringCloudAutoConfiguration.class, BreakerReactiveSpringCloudAutoConfiguration.class))
		.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
		.withPropertyValues("breaker.configs.default.consecutive-failure-threshold=2");

	@Test
	void monosTripRefuseAndRecover() {
		this.runner.run((context) -> {
			assertThat(run(context, Mono.just("paid"))).isEqualTo("paid");
			assertThat(run(context, FAILING)).isEqualTo("IllegalStateException");
			assertThat(run(context, FAILING)).isEqualTo("IllegalStateException");
			assertThat(run(context, Mono.fromCallable(() -> {
				throw new AssertionError("subscribed though open");
			}))).isEqualTo("CallNotPermittedException");
			assertThat(breaker(context)).isOpen().hasSucceeded(1).hasFailed(2).hasRefused(1);

			this.clock.advance(Duration.ofMinutes(1));
			assertThat(run(context, Mono.just("paid"))).isEqualTo("paid");
			assertThat(breaker(context)).isClosed();
		});
	}

	@Test
	void aTimeLimitEndsACall() {
		this.runner.withPropertyValues("breaker.instances.payments.time-limit=5ms").run((context) -> {
			assertThat(run(context, Mono.never())).isEqualTo("TimeoutException");
			assertThat(breaker(context)).hasFailed(1);
		});
	}

	@Test
	void fluxesTripRefuseAndRecover() {
		this.runner.run((context) -> {
			ReactiveCircuitBreaker payments = factory(context).create("payments");
			Flux<String> failing = Flux.just("first").concatWith(FAILING);
			for (int i = 0; i < 2; i++) {
				assertThat(list(payments, failing)).containsExactly("first", "IllegalStateException");
			}
			assertThat(list(payments, failing)).containsExactly("CallNotPermittedException");
			assertThat(breaker(context)).isOpen().hasFailed(2).hasRefused(1);

			this.clock.advance(Duration.ofMinutes(1));
			assertThat(list(payments, Flux.just("a", "b"))).containsExactly("a", "b");
			assertThat(breaker(context)).isClosed();
		});
	}

	@Test
	void withoutFallbackSpringCloudsExceptionHasTheCause() {
		this.runner.run((context) -> {
			ReactiveCircuitBreaker payments = factory(context).create("payments");
			assertThatExceptionOfType(NoFallbackAvailableException.class)
				.isThrownBy(() -> payments.run(FAILING).block())
				.withCauseInstanceOf(IllegalStateException.class);
			assertThatExceptionOfType(NoFallbackAvailableException.class)
				.isThrownBy(() -> payments.run(FAILING.flux()).blockLast())
				.withCauseInstanceOf(IllegalStateException.class);
			assertThatExceptionOfType(NoFallbackAvailableException.class)
				.isThrownBy(() -> payments.run(Mono.just("paid")).block())
				.withCauseInstanceOf(CallNotPermittedException.class);
		});
	}

	@Test
	void theFallbackRunsForWhatIsIgnoredToo() {
		this.runner.withPropertyValues("breaker.configs.default.ignore-exceptions=java.lang.IllegalStateException")
			.run((context) -> {
				assertThat(run(context, FAILING)).isEqualTo("IllegalStateException");
				assertThat(breaker(context)).hasIgnored(1).hasFailed(0);
			});
	}

	@Test
	void whatTheFallbackSignalsReachesTheCaller() {
		this.runner.run(
				(context) -> assertThatIllegalStateException()
					.isThrownBy(() -> factory(context).create("payments")
						.run(Mono.<String>error(new IllegalArgumentException()),
								(ex) -> Mono.error(new IllegalStateException("no fallback", ex)))
						.block())
					.withMessage("no fallback")
					.withCauseInstanceOf(IllegalArgumentException.class));
	}

	@Test
	void permissionIsTakenAtEachSubscription() {
		this.runner.run((context) -> {
			AtomicInteger subscriptions = new AtomicInteger();
			Mono<String> guarded = factory(context).create("payments")
				.run(Mono.defer(() -> (subscriptions.incrementAndGet() < 2) ? FAILING : Mono.just("paid")),
						Mono::error);
			assertThat(breaker(context)).hasFailed(0);
			assertThat(guarded.retry(1).block()).isEqualTo("paid");
			assertThat(breaker(context)).hasFailed(1).hasSucceeded(1);
			breaker(context).forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(guarded::block);
			assertThat(subscriptions).hasValue(2);
		});
	}

	@Test
	void aCancelledProbeGivesItsPlaceBack() {
		this.runner.run((context) -> {
			ReactiveCircuitBreaker payments = factory(context).create("payments");
			breaker(context).halfOpen();
			TestPublisher<String> source = TestPublisher.create();
			Disposable subscription = payments.run(source.mono()).subscribe();
			assertThat(run(context, Mono.just("paid"))).isEqualTo("CallNotPermittedException");
			subscription.dispose();
			source.assertCancelled();
			assertThat(run(context, Mono.just("paid"))).isEqualTo("paid");
			assertThat(breaker(context)).isClosed().hasSucceeded(1);
		});
	}

	@Test
	void signalsStayOnTheirThreadsWithoutATimeLimit() {
		this.runner.run((context) -> {
			ReactiveCircuitBreaker payments = factory(context).create("payments");
			AtomicInteger tasks = new AtomicInteger();
			Schedulers.onScheduleHook("tasks", (task) -> {
				tasks.incrementAndGet();
				return task;
			});
			try {
				TestPublisher<String> source = TestPublisher.create();
				List<Thread> threads = new ArrayList<>();
				payments.run(source.flux(), (ex) -> Flux.just(ex.getMessage()))
					.subscribe((value) -> threads.add(Thread.currentThread()));
				this.clock.advance(Duration.ofHours(1));
				source.next("a").error(new IllegalStateException("down"));
				assertThat(threads).hasSize(2).containsOnly(Thread.currentThread());
				assertThat(tasks).hasValue(0);
			}
			finally {
				Schedulers.resetOnScheduleHook("tasks");
			}
		});
	}

	@Test
	void theContextOfTheSubscriberPasses() {
		this.runner.run((context) -> {
			Mono<String> user = Mono.deferContextual((values) -> Mono.just(values.get("user")));
			assertThat(factory(context).create("payments")
				.run(user.flatMap((name) -> Mono.<String>error(new IllegalStateException(name))),
						(ex) -> user.map((name) -> ex.getMessage() + " and " + name))
				.contextWrite((values) -> values.put("user", "alice"))
				.block()).isEqualTo("alice and alice");
		});
	}

	@Test
	void bothFactoriesHaveOneBreakerForAnId() {
		this.runner.run((context) -> {
			run(context, FAILING);
			CircuitBreakerFactory<?, ?> blocking = context.getBean(CircuitBreakerFactory.class);
			blocking.create("payments").<String>run(() -> {
				throw new IllegalStateException();
			}, (ex) -> "");
			assertThat(breaker(context)).isOpen().hasFailed(2);
		});
	}

	@Test
	void theConfigIsThatOfTheIdThenOfTheGroupThenTheDefault() {
		this.runner
			.withPropertyValues("breaker.instances.shop.sliding-window-size=42",
					"breaker.instances[" + ODD + "].sliding-window-size=43")
			.withUserConfiguration(Customizers.class)
			.run((context) -> {
				factory(context).create(ODD, "shop");
				factory(context).create("refund", "shop");
				factory(context).create("list", "customized");
				factory(context).create("alone");
				assertThat(windowOf(context, ODD)).isEqualTo(43);
				assertThat(windowOf(context, "refund")).isEqualTo(42);
				assertThat(windowOf(context, "list")).isEqualTo(44);
				assertThat(windowOf(context, "alone")).isEqualTo(45);
				factory(context).configure((builder) -> builder.config().slidingWindowSize(46), "alone");
				assertThat(windowOf(context, "alone")).isEqualTo(46);
			});
	}

	@Test
	void aRemovedBreakerIsMadeAnew() {
		this.runner.run((context) -> {
			ReactiveCircuitBreaker view = factory(context).create("payments");
			context.getBean(CircuitBreakerRegistry.class).remove("payments");
			view.run(Mono.just("paid")).block();
			assertThat(breaker(context)).hasSucceeded(1);
			assertThat(view).hasToString("CircuitBreaker[payments, CLOSED]");
		});
	}

	@Test
	void whereBreakersAreDisabledCallsPassAndAreNotRecorded() {
		this.runner.withPropertyValues("breaker.enabled=false").run((context) -> {
			for (int i = 0; i < 10; i++) {
				assertThat(run(context, FAILING)).isEqualTo("IllegalStateException");
			}
		});
	}

	@Test
	void nothingIsThereWithoutReactor() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor."))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(CircuitBreakerFactory.class)
				.doesNotHaveBean(ReactiveCircuitBreakerFactory.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void aBlankIdOrGroupIsRefused(String blank) {
		this.runner.run((context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> factory(context).create(blank));
			assertThatIllegalArgumentException().isThrownBy(() -> factory(context).create("payments", blank));
		});
	}

	private static ReactiveBreakerCircuitBreakerFactory factory(ApplicationContext context) {
		return context.getBean(ReactiveBreakerCircuitBreakerFactory.class);
	}

	private static String run(ApplicationContext context, Mono<String> work) {
		return factory(context).create("payments").run(work, (ex) -> Mono.just(ex.getClass().getSimpleName())).block();
	}

	private static List<String> list(ReactiveCircuitBreaker breaker, Flux<String> work) {
		return breaker.run(work, (ex) -> Flux.just(ex.getClass().getSimpleName())).collectList().block();
	}

	private static CircuitBreaker breaker(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class).get("payments");
	}

	private static int windowOf(ApplicationContext context, String name) {
		return context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow().config().slidingWindowSize();
	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		Customizer<ReactiveBreakerCircuitBreakerFactory> windows() {
			return (factory) -> {
				factory.configure((builder) -> builder.config().slidingWindowSize(44), "customized");
				factory.configureDefault((id) -> CircuitBreakerConfig.builder().slidingWindowSize(45).build());
			};
		}

	}

}
