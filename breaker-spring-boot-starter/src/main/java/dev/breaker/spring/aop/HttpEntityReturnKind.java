package dev.breaker.spring.aop;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpEntity;
import org.springframework.http.ResponseEntity;

/**
 * Methods that return a {@link ResponseEntity}, or an {@link HttpEntity}, of another
 * kind. Loaded only where Spring Web is there.
 */
@SuppressWarnings("rawtypes")
final class HttpEntityReturnKind extends ContainerReturnKind<HttpEntity> {

	HttpEntityReturnKind() {
		super(HttpEntity.class);
	}

	@Override
	public boolean includes(Class<?> returned) {
		return returned == HttpEntity.class || returned == ResponseEntity.class;
	}

	@Override
	@Nullable Object content(HttpEntity container) {
		return container.getBody();
	}

	@Override
	HttpEntity<?> with(HttpEntity container, Object content) {
		if (container instanceof ResponseEntity<?> response) {
			return new ResponseEntity<>(content, response.getHeaders(), response.getStatusCode());
		}
		return new HttpEntity<>(content, container.getHeaders());
	}

}
