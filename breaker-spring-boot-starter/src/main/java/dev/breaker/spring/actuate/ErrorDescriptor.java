package dev.breaker.spring.actuate;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.json.JsonWriter;

/**
 * Says what is wrong with a request, whatever the application shows of its errors.
 *
 * @param status the HTTP status
 * @param error what that status is called
 * @param message what is wrong, and what would be valid
 */
record ErrorDescriptor(int status, String error, @Nullable String message) implements OperationResponseBody {

	private static final int STATUS_NOT_ACCEPTABLE = 406;

	private static final JsonWriter<ErrorDescriptor> writer = JsonWriter.of((members) -> {
		members.add("status", ErrorDescriptor::status);
		members.add("error", ErrorDescriptor::error);
		members.add("message", ErrorDescriptor::message);
	});

	static ErrorDescriptor badRequest(@Nullable String message) {
		return new ErrorDescriptor(WebEndpointResponse.STATUS_BAD_REQUEST, "Bad Request", message);
	}

	static ErrorDescriptor notFound(String message) {
		return new ErrorDescriptor(WebEndpointResponse.STATUS_NOT_FOUND, "Not Found", message);
	}

	static ErrorDescriptor notAcceptable(String message) {
		return new ErrorDescriptor(STATUS_NOT_ACCEPTABLE, "Not Acceptable", message);
	}

	static ErrorDescriptor unavailable(String message) {
		return new ErrorDescriptor(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, "Service Unavailable", message);
	}

	WebEndpointResponse<Object> toResponse() {
		return new WebEndpointResponse<>(this, this.status);
	}

	byte[] toJson() {
		return writer.writeToString(this).getBytes(StandardCharsets.UTF_8);
	}

}
