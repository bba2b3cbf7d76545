package dev.breaker.spring.aop;

import java.util.List;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.EmptyTargetSource;

import static org.assertj.core.api.Assertions.assertThat;

class SubjectTests {

	@Test
	void aProxiedBeanIsKnownAsItsTypeIs() {
		ProxyFactory factory = new ProxyFactory(new Store());
		factory.setProxyTargetClass(true);

		assertThat(Subject.ofBean(factory.getProxy())).isEqualTo(Subject.ofType(Store.class))
			.isEqualTo(new Subject(Store.class, List.of(), false));
		assertThat(Subject.ofBean(new Store())).isEqualTo(Subject.ofType(Store.class));
	}

	@Test
	void interfacesThatOnlyTheProxyHasAreItsOwn() {
		ProxyFactory factory = new ProxyFactory(new Store());
		factory.setProxyTargetClass(true);
		factory.addInterface(Client.class);

		assertThat(Subject.ofBean(factory.getProxy())).isEqualTo(new Subject(Store.class, List.of(Client.class), true));
	}

	@Test
	void defaultMethodsOfAClientThatHasNothingBehindItAreLeftOut() {
		ProxyFactory factory = new ProxyFactory();
		factory.addInterface(Client.class);
		factory.setTargetSource(EmptyTargetSource.INSTANCE);
		factory.addAdvice((MethodInterceptor) (invocation) -> null);

		assertThat(Subject.ofBean(factory.getProxy()).guardsDefaults()).isFalse();
	}

	interface Client {

		default String call() {
			return "called";
		}

	}

	static class Store {

		String get() {
			return "got";
		}

	}

}
