package dev.breaker.spring.dashboard;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeType;

/**
 * Says what is not there.
 *
 * @param status 404
 * @param error what that status is called
 * @param message what is not there
 */
record NotFound(int status, String error, String message) implements OperationResponseBody {

	static WebEndpointResponse<OperationResponseBody> response(String message, @Nullable MimeType type) {
		NotFound body = new NotFound(WebEndpointResponse.STATUS_NOT_FOUND, "Not Found", message);
		return new WebEndpointResponse<>(body, WebEndpointResponse.STATUS_NOT_FOUND, type);
	}

}
