package dev.breaker.spring.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Says what is wrong with a request, whatever the application shows of its errors.
 *
 * @param status the HTTP status
 * @param error what that status is called
 * @param message what is wrong, and what would be valid
 */
record ErrorDescriptor(int status, String error, @Nullable String message) implements OperationResponseBody {

	static WebEndpointResponse<Object> badRequest(@Nullable String message) {
		return response(WebEndpointResponse.STATUS_BAD_REQUEST, "Bad Request", message);
	}

	static WebEndpointResponse<Object> noSuchBreaker(String name) {
		return response(WebEndpointResponse.STATUS_NOT_FOUND, "Not Found", CircuitBreakersEndpoint.unknown(name));
	}

	private static WebEndpointResponse<Object> response(int status, String error, @Nullable String message) {
		return new WebEndpointResponse<>(new ErrorDescriptor(status, error, message), status);
	}

}
