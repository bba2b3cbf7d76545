package dev.breaker.benchmarks;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.SlidingWindowType;
import dev.breaker.spring.http.CircuitBreakerClientHttpRequestInterceptor;
import dev.breaker.spring.http.HttpClientBreakers;
import dev.breaker.spring.http.HttpClientEntry;
import dev.breaker.spring.http.HttpHostPattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

/**
 * A request of a {@code RestClient} whose transport answers at once, so that what is
 * measured is the client itself: without interceptors, with one that does nothing, with
 * the guard of another host, and with the guard of its host, closed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HttpClientBenchmark {

	private static final URI GUARDED = URI.create("http://inventory.example/items/1");

	private static final URI UNGUARDED = URI.create("http://prices.example/items/1");

	private static final String BREAKER = "inventory";

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry
		.of(Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 50).build());

	private final ClientHttpRequestInterceptor guard = new CircuitBreakerClientHttpRequestInterceptor(
			new HttpClientBreakers(
					List.of(new HttpClientEntry(HttpHostPattern.valueOf(GUARDED.getHost()), null, BREAKER, null)),
					this.registry, (name) -> this.registry.defaults(), 1));

	private final RestClient plain = client().build();

	private final RestClient intercepted = client()
		.requestInterceptor((request, body, execution) -> execution.execute(request, body))
		.build();

	private final RestClient guarded = client().requestInterceptor(this.guard).build();

	private static RestClient.Builder client() {
		return RestClient.builder().requestFactory(Request::new);
	}

	@TearDown
	public void check(BenchmarkParams params) {
		Tally tally = Tally.of(this.registry.get(BREAKER));
		switch (Checks.method(params)) {
			case "breaker" -> tally.onlySucceeded();
			case "breakerOfAnotherHost", "emptyInterceptor", "noInterceptor" ->
				Checks.same(tally.succeeded(), 0L, "number of calls of the guarded host");
			default -> throw Checks.missing(params);
		}
	}

	@Benchmark
	public Object noInterceptor() {
		return get(this.plain, GUARDED);
	}

	@Benchmark
	public Object emptyInterceptor() {
		return get(this.intercepted, GUARDED);
	}

	@Benchmark
	public Object breaker() {
		return get(this.guarded, GUARDED);
	}

	@Benchmark
	public Object breakerOfAnotherHost() {
		return get(this.guarded, UNGUARDED);
	}

	private static Object get(RestClient client, URI uri) {
		return client.get().uri(uri).retrieve().toBodilessEntity();
	}

	/**
	 * A request that is answered without a network.
	 */
	private static final class Request extends AbstractClientHttpRequest {

		private final URI uri;

		private final HttpMethod method;

		Request(URI uri, HttpMethod method) {
			this.uri = uri;
			this.method = method;
		}

		@Override
		public URI getURI() {
			return this.uri;
		}

		@Override
		public HttpMethod getMethod() {
			return this.method;
		}

		@Override
		protected OutputStream getBodyInternal(HttpHeaders headers) {
			return OutputStream.nullOutputStream();
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers) {
			return new Response();
		}

	}

	/**
	 * Says OK, and nothing else.
	 */
	private static final class Response implements ClientHttpResponse {

		private @Nullable HttpHeaders headers;

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatus.OK;
		}

		@Override
		public String getStatusText() {
			return "OK";
		}

		@Override
		public HttpHeaders getHeaders() {
			HttpHeaders present = this.headers;
			if (present == null) {
				present = new HttpHeaders();
				this.headers = present;
			}
			return present;
		}

		@Override
		public InputStream getBody() {
			return InputStream.nullInputStream();
		}

		@Override
		public void close() {
		}

	}

}
