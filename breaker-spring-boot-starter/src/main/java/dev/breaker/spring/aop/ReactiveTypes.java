package dev.breaker.spring.aop;

import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * What Spring's {@link ReactiveAdapterRegistry} knows of a type. The registry loads some
 * hundred classes of each reactive library that is there, which a start would wait for;
 * it is asked only of types that can be reactive.
 */
final class ReactiveTypes {

	private ReactiveTypes() {
	}

	/**
	 * Whether a type can be reactive: what is of the JDK alone is not, but for its
	 * publisher.
	 */
	static boolean mayInclude(Class<?> type) {
		if (type.isPrimitive() || type.isArray()) {
			return false;
		}
		for (Class<?> known : KnownClasses.hierarchy(type)) {
			if (known == Flow.Publisher.class || !known.getName().startsWith("java.")) {
				return true;
			}
		}
		return false;
	}

	/** The adapter of a type; {@code null} where it has none, or is of the JDK alone. */
	static @Nullable ReactiveAdapter adapter(Class<?> type) {
		return mayInclude(type) ? ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) : null;
	}

}
