package dev.breaker.spring.aspectj;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
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
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Interfaces, into whose methods nothing is woven: a proxy guards them.
 */
@ExtendWith(OutputCaptureExtension.class)
class WovenClientTests {

	private final AtomicInteger requests = new AtomicInteger();

	private HttpServer server;

	@BeforeEach
	void startServer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			byte[] body = exchange.getRequestURI().getPath().getBytes();
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			exchange.sendResponseHeaders(200, body.length);
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
	void eachRequestOfAClientIsRecordedOnce() {
		clients().run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.item()).isEqualTo("/item");
			assertThat(WovenContexts.recorded(context, "item")).isOne();
			WovenContexts.breaker(context, "item").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(shop::item);
			assertThat(this.requests).hasValue(1);
		});
	}

	@Test
	void annotatedDefaultMethodOfAClientIsRecordedOnce() {
		clients().run((context) -> {
			assertThat(context.getBean(Shop.class).twice()).isEqualTo("/item/item");
			assertThat(WovenContexts.recorded(context, "twice")).isOne();
			assertThat(WovenContexts.recorded(context, "item")).isEqualTo(2);
		});
	}

	@Test
	void annotationOnAClientIsThatOfItsRequests() {
		clients().run((context) -> {
			assertThat(context.getBean(Annotated.class).twice()).isEqualTo("/first/first");
			assertThat(WovenContexts.recorded(context, "annotated")).isEqualTo(2);
		});
	}

	@Test
	void defaultMethodOfAnAnnotatedRepositoryIsRecordedOnce() {
		WovenContexts.with(RepositoryFactory.class).run((context) -> {
			assertThat(context.getBean(Orders.class).findFirst()).isEqualTo("order 1");
			assertThat(WovenContexts.recorded(context, "orders")).isOne();
		});
	}

	@Test
	void annotationOnAnInterfaceMethodIsGuardedByTheProxy(CapturedOutput output) {
		WovenContexts.with(DefaultService.class).run((context) -> {
			assertThat(context.getBean(Service.class).call()).isEqualTo("called");
			assertThat(WovenContexts.recorded(context, "service")).isOne();
			assertThat(output).containsOnlyOnce("breaker.aspect.mode is aspectj, and these methods")
				.contains(
						"are not woven: " + DefaultService.class.getName() + ".call(). Only calls through the proxies");
		});
	}

	@Test
	void clientsAreNoReasonForAWarning(CapturedOutput output) {
		clients().run((context) -> assertThat(output).doesNotContain("are not woven"));
	}

	private ApplicationContextRunner clients() {
		return WovenContexts.with(Clients.class)
			.withPropertyValues("url=http://" + this.server.getAddress().getHostString() + ":"
					+ this.server.getAddress().getPort());
	}

	@Configuration(proxyBeanMethods = false)
	static class Clients {

		@Bean
		HttpServiceProxyFactory clientFactory(Environment environment) {
			return HttpServiceProxyFactory
				.builderFor(RestClientAdapter.create(RestClient.create(environment.getRequiredProperty("url"))))
				.build();
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

	public interface Shop {

		@GetExchange("/item")
		@CircuitBreaker(name = "item")
		String item();

		@CircuitBreaker(name = "twice")
		default String twice() {
			return item() + item();
		}

	}

	@CircuitBreaker(name = "annotated")
	public interface Annotated {

		@GetExchange("/first")
		String first();

		default String twice() {
			return first() + first();
		}

	}

	@CircuitBreaker(name = "orders")
	interface Orders {

		String find(int number);

		default String findFirst() {
			return find(1);
		}

	}

	/** Makes a proxy as Spring Data does: it runs default methods itself. */
	static class RepositoryFactory implements FactoryBean<Orders> {

		@Override
		public Orders getObject() {
			ProxyFactory factory = new ProxyFactory();
			factory.setTarget(new SimpleRepository());
			factory.setInterfaces(Orders.class);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.getMethod().isDefault()
					? InvocationHandler.invokeDefault(((ProxyMethodInvocation) invocation).getProxy(),
							invocation.getMethod(), invocation.getArguments())
					: "order " + invocation.getArguments()[0]);
			return (Orders) factory.getProxy();
		}

		@Override
		public Class<?> getObjectType() {
			return Orders.class;
		}

	}

	static class SimpleRepository {

	}

	interface Service {

		@CircuitBreaker(name = "service")
		String call();

	}

	static class DefaultService implements Service {

		@Override
		public String call() {
			return "called";
		}

	}

}
