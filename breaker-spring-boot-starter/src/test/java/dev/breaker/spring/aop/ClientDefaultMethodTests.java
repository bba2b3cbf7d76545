package dev.breaker.spring.aop;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import feign.Feign;
import feign.Request;
import feign.RequestLine;
import feign.Response;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.data.annotation.Id;
import org.springframework.data.keyvalue.repository.KeyValueRepository;
import org.springframework.data.map.repository.config.EnableMapRepositories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Default methods of a client interface that is annotated.
 */
class ClientDefaultMethodTests {

	@Test
	void theDefaultMethodsOfAFeignClientAreGuarded() {
		Contexts.with(FeignConfiguration.class).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.item()).isEqualTo("item");
			assertThat(shop.twice()).isEqualTo("itemitem");
			assertThat(Contexts.recorded(context, "shop")).isEqualTo(2);
			assertThat(shop.failing()).isEqualTo("instead");
			assertThat(Contexts.breaker(context, "shop").snapshot().failedCallsTotal()).isOne();
			assertThat(shop.unguarded()).isEqualTo("unguarded");
			Contexts.breaker(context, "shop").forceOpen();
			assertThat(shop.twice()).isEqualTo("instead");
			assertThat(shop.failing()).isEqualTo("instead");
			assertThat(shop.instead()).isEqualTo("instead");
			assertThat(shop.unguarded()).isEqualTo("unguarded");
			assertThat(Contexts.breaker(context, "shop").snapshot().notPermittedCallsTotal()).isEqualTo(2);
		});
	}

	@Test
	void theDefaultMethodsOfARepositoryAreGuarded() {
		Contexts.with(DataConfiguration.class).run((context) -> {
			Products products = context.getBean(Products.class);
			products.save(new Product());
			assertThat(products.first().id).isEqualTo("1");
			assertThat(products.both()).isEqualTo(2);
			assertThat(Contexts.recorded(context, "products")).isEqualTo(3);
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(products::failing);
			assertThat(Contexts.breaker(context, "products").snapshot().failedCallsTotal()).isOne();
			Contexts.breaker(context, "products").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(products::both);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(products::failing);
		});
	}

	@CircuitBreaker(name = "shop", fallbackMethod = "instead")
	interface Shop {

		@RequestLine("GET /")
		String item();

		default String twice() {
			return item() + item();
		}

		default String failing() {
			throw new IllegalStateException();
		}

		default String instead() {
			return "instead";
		}

		@Unguarded
		default String unguarded() {
			return "unguarded";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FeignConfiguration {

		@Bean
		Shop shop() {
			return Feign.builder()
				.client((request, options) -> Response.builder()
					.status(200)
					.headers(Map.of())
					.request(request)
					.body("item", StandardCharsets.UTF_8)
					.build())
				.options(new Request.Options())
				.target(Shop.class, "http://shop");
		}

	}

	public static class Product {

		@Id
		String id = "1";

	}

	@CircuitBreaker(name = "products")
	public interface Products extends KeyValueRepository<Product, String> {

		default Product first() {
			return findById("1").orElseThrow();
		}

		default int both() {
			return (findById("1").isPresent() ? 1 : 0) + (existsById("1") ? 1 : 0);
		}

		default int failing() {
			throw new IllegalStateException();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMapRepositories(considerNestedRepositories = true,
			includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Products.class),
			excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*NestedCallTests.*"))
	static class DataConfiguration {

	}

}
