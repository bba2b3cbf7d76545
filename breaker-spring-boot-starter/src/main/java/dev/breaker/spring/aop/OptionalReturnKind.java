package dev.breaker.spring.aop;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Methods that return an {@link Optional} of another kind.
 */
@SuppressWarnings("rawtypes")
final class OptionalReturnKind extends ContainerReturnKind<Optional> {

	OptionalReturnKind() {
		super(Optional.class);
	}

	@Override
	@Nullable Object content(Optional container) {
		return container.isPresent() ? container.get() : null;
	}

	@Override
	Optional with(Optional container, Object content) {
		return Optional.of(content);
	}

}
