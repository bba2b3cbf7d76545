package dev.breaker.spring.aop;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Interfaces that only a proxy implements.
 */
class InterfaceClientTests {

	private final AtomicInteger requests = new AtomicInteger();

	private volatile int status = 200;

	private HttpServer server;

	@BeforeEach
	void startServer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			byte[] body = exchange.getRequestURI().getPath().getBytes();
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			exchange.sendResponseHeaders(this.status, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stopServer() {
		this.server.stop(0);
	}

	@Test
	void anHttpInterfaceClientIsGuarded() {
		contextRunner(ByHand.class).run(this::tripsAndStopsCalling);
	}

	@Test
	void anImportedHttpServiceIsGuarded() {
		contextRunner(Imported.class).run(this::tripsAndStopsCalling);
	}

	private void tripsAndStopsCalling(ApplicationContext context) {
		Shop shop = context.getBean(Shop.class);
		assertThat(shop.item("a")).isEqualTo("/items/a");
		this.status = 503;
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(HttpServerErrorException.class).isThrownBy(() -> shop.item("a"));
		}
		int before = this.requests.get();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> shop.item("a"));
		assertThat(this.requests).hasValue(before);
	}

	@Test
	void aClientHasOneProxy() {
		contextRunner(ByHand.class).run((context) -> {
			Advised proxy = (Advised) context.getBean(Shop.class);
			assertThat(proxy.getTargetSource().getTarget()).isNull();
			assertThat(proxy.getAdvisors()).extracting((advisor) -> advisor.getAdvice().getClass().getSimpleName())
				.endsWith("HttpServiceMethodInterceptor")
				.contains("ValueInterceptor");
		});
	}

	@Test
	void aFallbackMayBeADefaultMethodOrAnotherRequest() {
		contextRunner(ByHand.class).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			Contexts.breaker(context, "price").forceOpen();
			assertThat(shop.price("a")).isEqualTo("no price for a: CallNotPermittedException");
			Contexts.breaker(context, "stock").forceOpen();
			assertThat(shop.stock("a")).isEqualTo("/mirror/a");
			Contexts.breaker(context, "note").forceOpen();
			assertThat(shop.note("a")).isEqualTo("private note for a");
		});
	}

	@Test
	void onTheInterfaceItHoldsForEachRequestOnce() {
		contextRunner(ByHand.class).run((context) -> {
			Annotated client = context.getBean(Annotated.class);
			assertThat(client.first()).isEqualTo("/first");
			assertThat(client.inBase()).isEqualTo("/base");
			assertThat(client.twice()).isEqualTo("/first/first");
			assertThat(Contexts.recorded(context, "annotated")).isEqualTo(4);
		});
	}

	@Test
	void anHttpInterfaceClientIsRetriedInsideOfItsFallback() {
		contextRunner(ByHand.class, Resilient.class).run((context) -> {
			this.status = 500;
			assertThat(context.getBean(Shop.class).retried("a")).isEqualTo("no price for a: InternalServerError");
			assertThat(this.requests).hasValue(3);
			assertThat(Contexts.breaker(context, "retried").snapshot().failedCallsTotal()).isEqualTo(3);
			Contexts.breaker(context, "retried").forceOpen();
			assertThat(context.getBean(Shop.class).retried("a")).contains("CallNotPermittedException");
			assertThat(this.requests).hasValue(3);
		});
	}

	@Test
	void aRedeclaredMethodIsGuardedThroughTheInterfaceAboveIt() {
		Contexts.with(NamedFinderFactory.class, TypedFinderFactory.class).run((context) -> {
			Finder<String> named = context.getBean(NamedFinder.class);
			Finder<String> typed = context.getBean(TypedFinder.class);
			assertThat(named.find("1")).isEqualTo("found");
			assertThat(typed.find("1")).isEqualTo("found");
			assertThat(context.getBean(TypedFinder.class).find("1")).isEqualTo("found");
			assertThat(Contexts.recorded(context, "named")).isOne();
			assertThat(Contexts.recorded(context, "typed")).isEqualTo(2);
		});
	}

	@Test
	void aRepositoryIsGuarded() {
		Contexts.with(RepositoryFactory.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			assertThat(orders.find("7")).isEqualTo("order 7");
			assertThat(Contexts.recorded(context, "orders")).isOne();
			Contexts.breaker(context, "orders").forceOpen();
			assertThat(orders.find("8")).isEqualTo("unknown 8");
			assertThat(context.getBean(GuardedMethodRegistry.class).breakerNames()).containsExactly("orders");
		});
	}

	@Test
	void aClientThatIsAPlainJdkProxyIsGuarded() {
		Contexts.with(PlainProxy.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			assertThat(orders.find("7")).isEqualTo("plain");
			assertThat(Contexts.recorded(context, "orders")).isOne();
			Contexts.breaker(context, "orders").forceOpen();
			assertThat(orders.find("8")).isEqualTo("unknown 8");
		});
	}

	private ApplicationContextRunner contextRunner(Class<?>... classes) {
		return Contexts.with(classes)
			.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class, HttpServiceClientPropertiesAutoConfiguration.class,
					RestClientAutoConfiguration.class, HttpServiceClientAutoConfiguration.class))
			.withPropertyValues("shop.url=http://localhost:" + this.server.getAddress().getPort(),
					"spring.http.serviceclient.shop.base-url=${shop.url}",
					"breaker.instances.items.consecutive-failure-threshold=2");
	}

	@HttpExchange
	interface Shop {

		@GetExchange("/items/{id}")
		@CircuitBreaker(name = "items")
		String item(@PathVariable String id);

		@GetExchange("/prices/{id}")
		@CircuitBreaker(name = "price", fallbackMethod = "noPrice")
		String price(@PathVariable String id);

		default String noPrice(String id, Throwable thrown) {
			return "no price for " + id + ": " + thrown.getClass().getSimpleName();
		}

		@GetExchange("/stock/{id}")
		@CircuitBreaker(name = "stock", fallbackMethod = "mirror")
		String stock(@PathVariable String id);

		@GetExchange("/mirror/{id}")
		String mirror(@PathVariable String id);

		@GetExchange("/notes/{id}")
		@CircuitBreaker(name = "note", fallbackMethod = "privateNote")
		String note(@PathVariable String id);

		private String privateNote(String id) {
			return "private note for " + id;
		}

		@Retryable(maxRetries = 2, delay = 0)
		@GetExchange("/retried/{id}")
		@CircuitBreaker(name = "retried", fallbackMethod = "noPrice")
		String retried(@PathVariable String id);

	}

	interface BaseOfAnnotated {

		@GetExchange("/base")
		String inBase();

	}

	@CircuitBreaker(name = "annotated")
	public interface Annotated extends BaseOfAnnotated {

		@GetExchange("/first")
		String first();

		default String twice() {
			return first() + first();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByHand {

		@Bean
		HttpServiceProxyFactory httpServiceProxyFactory(Environment environment) {
			RestClient client = RestClient.builder().baseUrl(environment.getRequiredProperty("shop.url")).build();
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client)).build();
		}

		@Bean
		Shop shop(HttpServiceProxyFactory factory) {
			return factory.createClient(Shop.class);
		}

		@Bean
		Annotated annotated(HttpServiceProxyFactory factory) {
			return factory.createClient(Annotated.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "shop", types = Shop.class)
	static class Imported {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	interface Crud<I> {

		String find(I id);

	}

	interface Orders extends Crud<String> {

		@Override
		@CircuitBreaker(name = "orders", fallbackMethod = "unknown")
		String find(String id);

		default String unknown(String id) {
			return "unknown " + id;
		}

	}

	/** Makes a proxy as Spring Data does: its target does not implement the interface. */
	static class RepositoryFactory implements FactoryBean<Orders> {

		@Override
		public Orders getObject() {
			ProxyFactory factory = new ProxyFactory();
			factory.setTarget(new SimpleRepository());
			factory.setInterfaces(Orders.class);
			factory.addAdvice((MethodInterceptor) (invocation) -> ((SimpleRepository) invocation.getThis())
				.load(invocation.getArguments()[0]));
			return (Orders) factory.getProxy();
		}

		@Override
		public Class<?> getObjectType() {
			return Orders.class;
		}

	}

	static class SimpleRepository {

		String load(Object id) {
			return "order " + id;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainProxy {

		@Bean
		Orders orders() {
			return (Orders) Proxy.newProxyInstance(Orders.class.getClassLoader(), new Class<?>[] { Orders.class },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "find" -> "plain";
						case "hashCode" -> System.identityHashCode(proxy);
						case "equals" -> proxy == arguments[0];
						default -> method.getName();
					});
		}

	}

	public interface Finder<K> {

		String find(K key);

	}

	public interface NamedFinder extends Finder<String> {

		@Override
		@CircuitBreaker(name = "named")
		String find(String key);

	}

	@CircuitBreaker(name = "typed")
	public interface TypedFinder extends Finder<String> {

		@Override
		String find(String key);

	}

	abstract static class FinderFactory<T> implements FactoryBean<T> {

		private final Class<T> type;

		FinderFactory(Class<T> type) {
			this.type = type;
		}

		@Override
		public T getObject() {
			return this.type.cast(Proxy.newProxyInstance(this.type.getClassLoader(), new Class<?>[] { this.type },
					(proxy, method, arguments) -> "found"));
		}

		@Override
		public Class<?> getObjectType() {
			return this.type;
		}

	}

	static class NamedFinderFactory extends FinderFactory<NamedFinder> {

		NamedFinderFactory() {
			super(NamedFinder.class);
		}

	}

	static class TypedFinderFactory extends FinderFactory<TypedFinder> {

		TypedFinderFactory() {
			super(TypedFinder.class);
		}

	}

}
