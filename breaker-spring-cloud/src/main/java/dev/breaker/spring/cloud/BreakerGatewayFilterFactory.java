package dev.breaker.spring.cloud;

import java.util.concurrent.TimeoutException;

import dev.breaker.CallNotPermittedException;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.factory.SpringCloudCircuitBreakerFilterFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.ResponseStatusException;

/**
 * The {@code CircuitBreaker} filter of Spring Cloud Gateway. Where a route has no
 * fallback, a refusal is answered with 503 and a timeout with 504.
 */
final class BreakerGatewayFilterFactory extends SpringCloudCircuitBreakerFilterFactory {

	private final boolean refusalsAreAnswered;

	/**
	 * Makes the filter.
	 * @param refusalsAreAnswered whether there is a handler that answers a refusal with
	 * 503, {@code Retry-After} and problem details
	 */
	BreakerGatewayFilterFactory(ReactiveBreakerCircuitBreakerFactory factory,
			ObjectProvider<DispatcherHandler> dispatcherHandler, boolean refusalsAreAnswered) {
		super(factory, dispatcherHandler);
		this.refusalsAreAnswered = refusalsAreAnswered;
	}

	@Override
	protected Mono<Void> handleErrorWithoutFallback(Throwable thrown, boolean resumeWithoutError) {
		if (thrown instanceof TimeoutException) {
			return Mono.error(new ResponseStatusException(HttpStatus.GATEWAY_TIMEOUT, thrown.getMessage(), thrown));
		}
		if (thrown instanceof CallNotPermittedException && !this.refusalsAreAnswered) {
			return Mono.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, thrown.getMessage(), thrown));
		}
		boolean resumes = resumeWithoutError && !(thrown instanceof CallNotPermittedException);
		return resumes ? Mono.empty() : Mono.error(thrown);
	}

}
