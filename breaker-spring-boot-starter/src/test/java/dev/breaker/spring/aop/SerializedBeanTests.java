package dev.breaker.spring.aop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

import dev.breaker.annotation.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Guarded beans that are serialized, as those in a session.
 */
class SerializedBeanTests {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aBeanIsGuardedAfterItWasSerialized(boolean byClass) {
		Contexts.with(Carts.class)
			.withPropertyValues("spring.aop.proxy-target-class=" + byClass,
					"breaker.instances.cart.minimum-number-of-calls=2")
			.run((context) -> {
				Cart cart = context.getBean("cart", Cart.class);
				cart.add("book");
				Cart restored = (Cart) read(write(cart));
				assertThat(AopUtils.isCglibProxy(restored)).isEqualTo(byClass);
				assertThat(restored).isNotSameAs(cart);
				assertThat(restored.content()).isEqualTo("book");
				assertThat(restored.pay("a")).isEqualTo("book, unpaid");
				assertThat(Contexts.breaker(context, "cart").snapshot().failedCallsTotal()).isOne();
				assertThat(restored.ofKey("a")).isEqualTo("a");
				assertThat(Contexts.recorded(context, "keyed:a")).isOne();
			});
	}

	@Test
	void outsideOfItsContextItsCallsFail() {
		byte[][] written = new byte[1][];
		Contexts.with(Carts.class).run((context) -> written[0] = write(context.getBean("cart", Cart.class)));
		assertThat(written[0]).isNotNull();
		assertThatIllegalStateException().isThrownBy(() -> ((Cart) read(written[0])).pay("a"));
	}

	private static byte[] write(Object object) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(object);
		}
		return bytes.toByteArray();
	}

	private static Object read(byte[] written) throws IOException, ClassNotFoundException {
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(written))) {
			return in.readObject();
		}
	}

	interface Cart {

		void add(String item);

		String content();

		String pay(String card);

		String ofKey(String key);

	}

	static class SerializableCart implements Cart, Serializable {

		private static final long serialVersionUID = 1L;

		private String content = "";

		@Override
		public void add(String item) {
			this.content += item;
		}

		@Override
		public String content() {
			return this.content;
		}

		@Override
		@CircuitBreaker(name = "cart", fallbackMethod = "unpaid")
		public String pay(String card) {
			throw new IllegalStateException("down");
		}

		private String unpaid() {
			return this.content + ", unpaid";
		}

		@Override
		@CircuitBreaker(name = "keyed", key = "#key")
		public String ofKey(String key) {
			return key;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Carts {

		@Bean
		@Scope("prototype")
		SerializableCart cart() {
			return new SerializableCart();
		}

	}

}
