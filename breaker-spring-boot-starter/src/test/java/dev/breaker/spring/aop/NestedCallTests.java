package dev.breaker.spring.aop;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.repository.KeyValueRepository;
import org.springframework.data.map.repository.config.EnableMapRepositories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls inside of calls of the same breaker, on the same thread, belong to them.
 */
@ExtendWith(OutputCaptureExtension.class)
class NestedCallTests {

	private static final ManualClock clock = new ManualClock();

	static Class<?>[] nestings() {
		return new Class<?>[] { FacadeAndClient.class, Decorated.class, Delegating.class, SelfInjected.class,
				SelfProvided.class, FromContext.class, Circle.class, Detour.class, ProvidedDetour.class,
				LazyDetour.class, ListenerDetour.class, LookingUpDetour.class, LambdaDetour.class, DeepDetour.class,
				GivenItself.class, GivenItselves.class, Prototypes.class, Keyed.class, Stages.class, Fragments.class,
				AnnotatedFragments.class, DefaultMethods.class };
	}

	@ParameterizedTest
	@MethodSource("nestings")
	void eachFailureCountsOnceAndWhenAllIsWellItCloses(Class<?> nesting) {
		contextRunner(nesting).run((context) -> {
			assertThat(context).hasNotFailed();
			Remote remote = context.getBean(Remote.class);
			Caller caller = context.getBean(Caller.class);
			String name = caller.breaker();
			caller.call();
			long before = Contexts.recorded(context, name);
			caller.call();
			assertThat(Contexts.recorded(context, name)).isEqualTo(before + 1);
			remote.down = true;
			fail(caller);
			assertThat(Contexts.breaker(context, name).snapshot().failedCallsTotal()).isOne();
			assertThat(Contexts.breaker(context, name).state()).isEqualTo(State.CLOSED);
			fail(caller);
			assertThat(Contexts.breaker(context, name).state()).isEqualTo(State.OPEN);
			clock.advance(Duration.ofMinutes(2));
			remote.down = false;
			caller.call();
			assertThat(Contexts.breaker(context, name).state()).isEqualTo(State.CLOSED);
		});
	}

	private static void fail(Caller caller) {
		assertThatExceptionOfType(Exception.class).isThrownBy(caller::call);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theFallbackOfTheInnerCallRunsAndTheOutermostCounts(boolean later) {
		contextRunner(WithFallback.class).run((context) -> {
			context.getBean(Remote.class).down = true;
			OuterWithFallback outer = context.getBean(OuterWithFallback.class);
			assertThat(later ? outer.later().join() : outer.call()).isEqualTo("outer got inner instead");
			assertThat(Contexts.breaker(context, "nested").snapshot().successfulCallsTotal()).isOne();
			assertThat(Contexts.recorded(context, "nested")).isOne();
		});
	}

	@Test
	void calledOnItsOwnTheInnerMethodCounts() {
		contextRunner(FacadeAndClient.class).run((context) -> {
			context.getBean(Client.class).get();
			context.getBean(Facade.class).call();
			context.getBean(Client.class).get();
			assertThat(Contexts.recorded(context, "nested")).isEqualTo(3);
		});
	}

	@Test
	void otherBreakersInBetweenCountTheirOwn() {
		contextRunner(WithAnotherBetween.class).run((context) -> {
			context.getBean(Caller.class).call();
			assertThat(Contexts.recorded(context, "nested")).isOne();
			assertThat(Contexts.recorded(context, "between")).isOne();
		});
	}

	@Test
	void aBreakerOfOneBeanAloneDoesNotPayForKnowing() {
		contextRunner(Client.class).run((context) -> {
			assertThat(context.getBean(GuardedMethodRegistry.class).of(Subject.ofType(Client.class))).singleElement()
				.satisfies((method) -> assertThat(method.canNest()).isFalse());
		});
		contextRunner(WithoutWayBack.class).run((context) -> {
			assertThat(context.getBean(GuardedMethodRegistry.class).of(Subject.ofType(Collected.class))).singleElement()
				.satisfies((method) -> assertThat(method.canNest()).isFalse());
		});
		contextRunner(FacadeAndClient.class)
			.run((context) -> assertThat(context.getBean(GuardedMethodRegistry.class).of(Subject.ofType(Client.class)))
				.singleElement()
				.satisfies((method) -> assertThat(method.canNest()).isTrue()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "call", "later" })
	void aNestedCallOnAnotherThreadThatIsRefusedIsLoggedOnce(String method, CapturedOutput output) {
		contextRunner(OnAnotherThread.class).run((context) -> {
			ThreadFacade facade = context.getBean(ThreadFacade.class);
			for (int i = 0; i < 2; i++) {
				Contexts.breaker(context, "nested").halfOpen();
				assertThatExceptionOfType(Exception.class)
					.isThrownBy(() -> (method.equals("call") ? facade.call() : facade.later().join()).length());
			}
			assertThat(output.toString().lines().filter((line) -> line.contains("on another thread"))).singleElement()
				.asString()
				.contains("WARN", "Circuit breaker 'nested'", "ThreadFacade." + method + "()", "Client.get()",
						"different names", "permitted-number-of-calls-in-half-open-state");
		});
	}

	private static ApplicationContextRunner contextRunner(Class<?>... classes) {
		return Contexts.with(Base.class)
			.withUserConfiguration(classes)
			.withAllowCircularReferences(true)
			.withPropertyValues("breaker.instances.nested.consecutive-failure-threshold=2",
					"breaker.instances.between.consecutive-failure-threshold=20");
	}

	@Configuration(proxyBeanMethods = false)
	static class Base {

		@Bean
		Remote remote() {
			return new Remote();
		}

		@Bean
		CircuitBreakerConfigCustomizer byHand() {
			return new CircuitBreakerConfigCustomizer() {

				@Override
				public String name() {
					return "nested";
				}

				@Override
				public void customize(CircuitBreakerConfig.Builder builder) {
					builder.nanoClock(clock::nanos);
				}

			};
		}

	}

	static class Remote {

		volatile boolean down;

		String get() {
			if (this.down) {
				throw new IllegalStateException("down");
			}
			return "value";
		}

	}

	interface Caller {

		String call();

		default String breaker() {
			return "nested";
		}

	}

	static class Client {

		private final Remote remote;

		Client(Remote remote) {
			this.remote = remote;
		}

		@CircuitBreaker(name = "nested")
		public String get() {
			return this.remote.get();
		}

	}

	static class Facade implements Caller {

		private final Client client;

		Facade(Client client) {
			this.client = client;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.client.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Client.class, Facade.class })
	static class FacadeAndClient {

	}

	@CircuitBreaker(name = "nested")
	interface Api extends Caller {

	}

	static class Real implements Api {

		private final Remote remote;

		Real(Remote remote) {
			this.remote = remote;
		}

		@Override
		public String call() {
			return this.remote.get();
		}

	}

	static class Decorator implements Api {

		private final Api api;

		Decorator(Api api) {
			this.api = api;
		}

		@Override
		public String call() {
			return this.api.call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Decorated {

		@Bean
		Api real(Remote remote) {
			return new Real(remote);
		}

		@Bean
		@Primary
		Api decorator(@Qualifier("real") Api api) {
			return new Decorator(api);
		}

	}

	/** As Kotlin's {@code class Cached(api: Api) : Api by api}. */
	@Configuration(proxyBeanMethods = false)
	static class Delegating {

		@Bean
		Api real(Remote remote) {
			return new Real(remote);
		}

		@Bean
		@Primary
		Api byDelegation(@Qualifier("real") Api api) {
			return new Api() {

				@Override
				public String call() {
					return api.call();
				}

			};
		}

	}

	static class SelfInjected implements Caller {

		@Lazy
		@Autowired
		private SelfInjected self;

		@Autowired
		private Remote remote;

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.self.inner();
		}

		@CircuitBreaker(name = "nested")
		public String inner() {
			return this.remote.get();
		}

	}

	static class SelfProvided implements Caller {

		private final ObjectProvider<SelfProvided> self;

		private final Remote remote;

		SelfProvided(ObjectProvider<SelfProvided> self, Remote remote) {
			this.self = self;
			this.remote = remote;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.self.getObject().inner();
		}

		@CircuitBreaker(name = "nested")
		public String inner() {
			return this.remote.get();
		}

	}

	static class FromContext implements Caller {

		private final ApplicationContext context;

		FromContext(ApplicationContext context) {
			this.context = context;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.context.getBean(FromContext.class).inner();
		}

		@CircuitBreaker(name = "nested")
		public String inner() {
			return this.context.getBean(Remote.class).get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ CircleStart.class, CircleEnd.class })
	static class Circle {

	}

	static class CircleStart implements Caller {

		@Autowired
		private CircleEnd end;

		@Autowired
		private Remote remote;

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.end.back();
		}

		@CircuitBreaker(name = "nested")
		public String inner() {
			return this.remote.get();
		}

	}

	static class CircleEnd {

		@Autowired
		private CircleStart start;

		String back() {
			return this.start.inner();
		}

	}

	/** Back by way of a bean that is looked up when it is needed. */
	@Configuration(proxyBeanMethods = false)
	@Import({ DetourStart.class, DetourHelper.class })
	static class Detour {

	}

	static class DetourStart implements Caller {

		private final DetourHelper helper;

		private final Remote remote;

		DetourStart(DetourHelper helper, Remote remote) {
			this.helper = helper;
			this.remote = remote;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.helper.back();
		}

		@CircuitBreaker(name = "nested")
		public String inner() {
			return this.remote.get();
		}

	}

	static class DetourHelper {

		private final ObjectProvider<DetourStart> start;

		DetourHelper(ObjectProvider<DetourStart> start) {
			this.start = start;
		}

		String back() {
			return this.start.getObject().inner();
		}

	}

	/** Calls itself once, by what it is given. */
	abstract static class Recursive implements Caller {

		private final Supplier<String> way;

		private final Remote remote;

		private boolean further = true;

		Recursive(Supplier<String> way, Remote remote) {
			this.way = way;
			this.remote = remote;
		}

		String further() {
			boolean outer = this.further;
			this.further = !outer;
			return outer ? this.way.get() : this.remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ ProvidedStart.class, ProvidedHelper.class })
	static class ProvidedDetour {

	}

	static class ProvidedStart extends Recursive {

		ProvidedStart(ProvidedHelper helper, Remote remote) {
			super(helper::back, remote);
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return further();
		}

	}

	static class ProvidedHelper {

		private final ObjectProvider<ProvidedStart> start;

		ProvidedHelper(ObjectProvider<ProvidedStart> start) {
			this.start = start;
		}

		String back() {
			return this.start.getObject().call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LazyStart.class, LazyHelper.class })
	static class LazyDetour {

	}

	static class LazyStart extends Recursive {

		LazyStart(LazyHelper helper, Remote remote) {
			super(helper::back, remote);
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return further();
		}

	}

	static class LazyHelper {

		@Lazy
		@Autowired
		private LazyStart start;

		String back() {
			return this.start.call();
		}

	}

	/** Back by way of a listener, which runs on the same thread. */
	@Configuration(proxyBeanMethods = false)
	@Import({ ListenedStart.class, Announcer.class, Listener.class })
	static class ListenerDetour {

	}

	static class ListenedStart extends Recursive {

		ListenedStart(Announcer announcer, Remote remote) {
			super(announcer::announce, remote);
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return further();
		}

	}

	record Announcer(ApplicationEventPublisher publisher) {

		String announce() {
			this.publisher.publishEvent("announced");
			return "announced";
		}

	}

	static class Listener {

		private final ObjectProvider<ListenedStart> start;

		Listener(ObjectProvider<ListenedStart> start) {
			this.start = start;
		}

		@EventListener
		void heard(String event) {
			this.start.getObject().call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LookedUpStart.class, LookingUpHelper.class })
	static class LookingUpDetour {

	}

	static class LookedUpStart extends Recursive {

		LookedUpStart(LookingUpHelper helper, Remote remote) {
			super(helper::back, remote);
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return further();
		}

	}

	static class LookingUpHelper implements BeanFactoryAware {

		private BeanFactory beans;

		@Override
		public void setBeanFactory(BeanFactory beans) {
			this.beans = beans;
		}

		String back() {
			return this.beans.getBean(LookedUpStart.class).call();
		}

	}

	/** Back by way of a bean whose class has no fields of a type that tells. */
	@Configuration(proxyBeanMethods = false)
	@Import(LambdaStart.class)
	static class LambdaDetour {

		@Bean
		Supplier<String> back(ObjectProvider<LambdaStart> start) {
			return () -> start.getObject().call();
		}

	}

	static class LambdaStart extends Recursive {

		LambdaStart(Supplier<String> back, Remote remote) {
			super(back, remote);
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return further();
		}

	}

	/** Back by way of a bean behind an interface, and of an object that is no bean. */
	@Configuration(proxyBeanMethods = false)
	@Import({ DeepStart.class, DeepHelper.class })
	static class DeepDetour {

	}

	interface Helper {

		String back();

	}

	static class DeepStart extends Recursive {

		private final ObjectProvider<Helper> helper;

		DeepStart(ObjectProvider<Helper> helper, Remote remote) {
			super(() -> helper.getObject().back(), remote);
			this.helper = helper;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return (this.helper.getIfAvailable() != null) ? further() : "without";
		}

	}

	static class DeepHelper implements Helper {

		private final InnerHelper inner;

		DeepHelper(DeepStart start) {
			this.inner = new InnerHelper(start);
		}

		@Override
		public String back() {
			return this.inner.start.call();
		}

	}

	record InnerHelper(DeepStart start) {

	}

	/** Runs what it is given. */
	static class Template {

		@CircuitBreaker(name = "nested")
		public String execute(Supplier<String> work) {
			return work.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Template.class)
	static class GivenItself {

		@Bean
		Caller caller(Template template, Remote remote) {
			return () -> template.execute(() -> template.execute(remote::get));
		}

	}

	static class TemplateOfMany {

		@CircuitBreaker(name = "nested")
		public String executeFirst(List<Callable<String>> work) throws Exception {
			return work.get(0).call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(TemplateOfMany.class)
	static class GivenItselves {

		@Bean
		Caller caller(TemplateOfMany template, Remote remote) {
			return () -> {
				try {
					return template.executeFirst(List.of(() -> template.executeFirst(List.of(remote::get))));
				}
				catch (RuntimeException ex) {
					throw ex;
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			};
		}

	}

	/** The configuration could find the bean, and gives it nothing that can. */
	@Configuration(proxyBeanMethods = false)
	static class WithoutWayBack {

		private final ApplicationContext context;

		WithoutWayBack(ApplicationContext context) {
			this.context = context;
		}

		@Bean
		Collected collected(Remote remote, Helpers helpers) {
			return new Collected(remote, helpers, this.context.getId());
		}

		@Bean
		Helpers helpers() {
			return new Helpers(List.of());
		}

	}

	record Helpers(List<Helper> helpers) {

	}

	static class Collected {

		private final Remote remote;

		private final Helpers helpers;

		private final String id;

		Collected(Remote remote, Helpers helpers, String id) {
			this.remote = remote;
			this.helpers = helpers;
			this.id = id;
		}

		@CircuitBreaker(name = "nested")
		public String get(List<String> ids, Map<String, Integer> more) {
			return this.id + this.helpers + ids + more + this.remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prototypes {

		@Bean
		@Scope("prototype")
		Chained chained(Remote remote) {
			return new Chained(remote);
		}

		@Bean
		Caller caller(Chained first, Chained second) {
			first.use(second);
			return () -> first.call(true);
		}

	}

	static class Chained {

		private final Remote remote;

		private Chained next;

		Chained(Remote remote) {
			this.remote = remote;
		}

		void use(Chained next) {
			this.next = next;
		}

		@CircuitBreaker(name = "nested")
		public String call(boolean further) {
			return further ? this.next.call(false) : this.remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ KeyedClient.class, KeyedFacade.class })
	static class Keyed {

	}

	static class KeyedClient {

		private final Remote remote;

		KeyedClient(Remote remote) {
			this.remote = remote;
		}

		@CircuitBreaker(name = "nested", key = "#key")
		public String get(String key) {
			return this.remote.get();
		}

	}

	static class KeyedFacade implements Caller {

		private final KeyedClient client;

		KeyedFacade(KeyedClient client) {
			this.client = client;
		}

		@Override
		@CircuitBreaker(name = "nested", key = "'a'")
		public String call() {
			return this.client.get("a");
		}

		@Override
		public String breaker() {
			return "nested:a";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ StageClient.class, StageFacade.class })
	static class Stages {

		@Bean
		Caller caller(StageFacade facade) {
			return () -> facade.call().toCompletableFuture().join();
		}

	}

	static class StageClient {

		private final Remote remote;

		StageClient(Remote remote) {
			this.remote = remote;
		}

		@CircuitBreaker(name = "nested")
		public CompletableFuture<String> get() {
			try {
				return CompletableFuture.completedFuture(this.remote.get());
			}
			catch (IllegalStateException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

	}

	static class StageFacade {

		private final StageClient client;

		StageFacade(StageClient client) {
			this.client = client;
		}

		@CircuitBreaker(name = "nested")
		public CompletionStage<String> call() {
			return this.client.get().thenApply(String::trim);
		}

	}

	public static class Order {

		@Id
		String id = "1";

	}

	@CircuitBreaker(name = "nested")
	public interface Orders extends KeyValueRepository<Order, String>, OrdersFragment {

	}

	public interface OrdersFragment {

		String search();

	}

	@CircuitBreaker(name = "nested")
	public static class OrdersFragmentImpl implements OrdersFragment {

		private final Remote remote;

		public OrdersFragmentImpl(Remote remote) {
			this.remote = remote;
		}

		@Override
		public String search() {
			return this.remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Orders.class),
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { Stock.class, Prices.class }))
	static class Fragments {

		@Bean
		Caller caller(Orders orders) {
			return orders::search;
		}

	}

	public interface Stock extends KeyValueRepository<Order, String>, StockFragment {

	}

	@CircuitBreaker(name = "nested")
	public interface StockFragment {

		String search();

	}

	public static class StockFragmentImpl implements StockFragment {

		private final Remote remote;

		public StockFragmentImpl(Remote remote) {
			this.remote = remote;
		}

		@Override
		public String search() {
			return this.remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Stock.class),
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { Orders.class, Prices.class }))
	static class AnnotatedFragments {

		@Bean
		Caller caller(Stock stock) {
			return stock::search;
		}

	}

	@CircuitBreaker(name = "nested")
	public interface Prices extends KeyValueRepository<Order, String> {

		default String find(Remote remote) {
			findById("1");
			return remote.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Prices.class),
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { Orders.class, Stock.class }))
	static class DefaultMethods {

		@Bean
		Caller caller(Prices prices, Remote remote) {
			return () -> prices.find(remote);
		}

	}

	static class InnerWithFallback {

		private final Remote remote;

		InnerWithFallback(Remote remote) {
			this.remote = remote;
		}

		@CircuitBreaker(name = "nested", fallbackMethod = "instead")
		public String get() {
			return this.remote.get();
		}

		@CircuitBreaker(name = "nested", fallbackMethod = "insteadLater")
		public CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("x").thenApply((value) -> this.remote.get());
		}

		private String instead(IllegalStateException thrown) {
			return "inner instead";
		}

		private CompletableFuture<String> insteadLater(IllegalStateException thrown) {
			return CompletableFuture.completedFuture("inner instead");
		}

	}

	static class OuterWithFallback {

		private final InnerWithFallback inner;

		OuterWithFallback(InnerWithFallback inner) {
			this.inner = inner;
		}

		@CircuitBreaker(name = "nested", fallbackMethod = "instead")
		public String call() {
			return "outer got " + this.inner.get();
		}

		@CircuitBreaker(name = "nested", fallbackMethod = "insteadLater")
		public CompletableFuture<String> later() {
			return this.inner.later().thenApply("outer got "::concat);
		}

		private String instead() {
			return "outer instead";
		}

		private CompletableFuture<String> insteadLater() {
			return CompletableFuture.completedFuture("outer instead");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ InnerWithFallback.class, OuterWithFallback.class })
	static class WithFallback {

	}

	static class Between {

		private final Client client;

		Between(Client client) {
			this.client = client;
		}

		@CircuitBreaker(name = "between")
		public String call() {
			return this.client.get();
		}

	}

	static class AroundBetween implements Caller {

		private final Between between;

		AroundBetween(Between between) {
			this.between = between;
		}

		@Override
		@CircuitBreaker(name = "nested")
		public String call() {
			return this.between.call();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Client.class, Between.class, AroundBetween.class })
	static class WithAnotherBetween {

	}

	static class ThreadFacade {

		private final Client client;

		ThreadFacade(Client client) {
			this.client = client;
		}

		@CircuitBreaker(name = "nested")
		public String call() {
			return CompletableFuture.supplyAsync(this.client::get, ThreadFacade::run).join();
		}

		@CircuitBreaker(name = "nested")
		public CompletableFuture<String> later() {
			return CompletableFuture.supplyAsync(this.client::get, ThreadFacade::run);
		}

		private static void run(Runnable task) {
			Thread thread = new Thread(task);
			thread.start();
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Client.class, ThreadFacade.class })
	static class OnAnotherThread {

	}

}
