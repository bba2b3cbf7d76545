package dev.breaker.spring.aop;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Formats keys as text. Equal keys have equal texts: arrays, collections and maps are
 * shown by their contents, other objects by their own {@code toString}. An object that
 * has only that of {@link Object}, which tells objects apart and not values, would make a
 * breaker for each call, and is refused; so is one inside a collection, an array or a
 * record.
 */
final class KeyFormatter {

	/** No key is nested so deep, unless it contains itself. */
	private static final int DEEPEST = 32;

	private static final ClassValue<Boolean> HAS_OWN_TEXT = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			try {
				return type.getMethod("toString").getDeclaringClass() != Object.class;
			}
			catch (NoSuchMethodException ex) {
				throw new IllegalStateException(type + " has no toString", ex);
			}
		}

	};

	private KeyFormatter() {
	}

	/**
	 * The text of a key; null where its own {@code toString} gives null.
	 * @throws WithoutText where there is none
	 */
	static @Nullable String of(Object key) {
		return text(key, 0);
	}

	private static @Nullable String text(@Nullable Object value, int depth) {
		if (value == null) {
			return "null";
		}
		if (depth > DEEPEST) {
			throw new WithoutText(value.getClass());
		}
		if (value.getClass().isArray()) {
			StringJoiner text = new StringJoiner(", ", "[", "]");
			for (int i = 0; i < Array.getLength(value); i++) {
				text.add(text(Array.get(value, i), depth + 1));
			}
			return text.toString();
		}
		if (value instanceof Collection<?> values) {
			StringJoiner text = new StringJoiner(", ", "[", "]");
			values.forEach((each) -> text.add(text(each, depth + 1)));
			return text.toString();
		}
		if (value instanceof Map<?, ?> map) {
			StringJoiner text = new StringJoiner(", ", "{", "}");
			map.forEach((key, each) -> text.add(text(key, depth + 1) + "=" + text(each, depth + 1)));
			return text.toString();
		}
		if (value instanceof Optional<?> optional) {
			return optional.map((each) -> "Optional[" + text(each, depth + 1) + "]").orElse("Optional.empty");
		}
		if (!hasOwnText(value)) {
			throw new WithoutText(AopUtils.getTargetClass(value));
		}
		String text = value.toString();
		if (value instanceof Record && text != null) {
			checkComponents(value, text, depth);
		}
		return text;
	}

	/** Whether a value, behind its proxy, has a {@code toString} of its own. */
	private static boolean hasOwnText(Object value) {
		return HAS_OWN_TEXT.get(AopUtils.getTargetClass(value));
	}

	private static void checkComponents(Object value, String text, int depth) {
		for (RecordComponent component : value.getClass().getRecordComponents()) {
			if (!component.getType().isPrimitive() && component.getType() != String.class) {
				ReflectionUtils.makeAccessible(component.getAccessor());
				checkPart(ReflectionUtils.invokeMethod(component.getAccessor(), value), text, depth + 1);
			}
		}
	}

	// A record can have a text of its own that leaves such a part out.
	private static void checkPart(@Nullable Object part, String text, int depth) {
		if (part == null || depth > DEEPEST) {
			return;
		}
		if (part instanceof Record) {
			checkComponents(part, text, depth);
		}
		else if (part instanceof Collection<?> parts) {
			parts.forEach((each) -> checkPart(each, text, depth + 1));
		}
		else if (part instanceof Map<?, ?> parts) {
			parts.forEach((key, each) -> {
				checkPart(key, text, depth + 1);
				checkPart(each, text, depth + 1);
			});
		}
		else if (part instanceof Optional<?> optional) {
			checkPart(optional.orElse(null), text, depth + 1);
		}
		else if ((part.getClass().isArray() || !hasOwnText(part))
				&& text.contains(part.getClass().getName() + "@" + Integer.toHexString(part.hashCode()))) {
			throw new WithoutText(part.getClass());
		}
	}

	/** An object of this class has no text that stands for its value. */
	static final class WithoutText extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient Class<?> type;

		WithoutText(Class<?> type) {
			this.type = Objects.requireNonNull(type);
		}

		Class<?> type() {
			return this.type;
		}

	}

}
