package dev.breaker.spring.aop;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Formats keys as text. Arrays, collections and maps are shown by their contents, those
 * of sets and maps in an order of their own, so that equal keys have equal texts; and
 * what could be taken for other contents is in quotes, so that different ones have
 * different texts. Other objects are shown by their own {@code toString}. One that has
 * only that of {@link Object}, which tells objects apart and not values, would make a
 * breaker for each call, and is refused; so is one inside a collection, an array or a
 * record.
 */
final class KeyFormatter {

	/** No key is nested so deep, unless it contains itself. */
	private static final int DEEPEST = 32;

	private static final String NULL = "null";

	private static final String DIVIDER = ", ";

	/** What parts are divided and enclosed by. */
	private static final String NOT_PLAIN = ",=[]{}\"";

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

	private static @Nullable String text(Object value, int depth) {
		if (depth > DEEPEST) {
			throw new WithoutText(value.getClass());
		}
		if (value.getClass().isArray()) {
			return ofArray(value, depth + 1);
		}
		if (value instanceof Collection<?> values) {
			return ofCollection(values, depth + 1);
		}
		if (value instanceof Map<?, ?> map) {
			return ofMap(map, depth + 1);
		}
		if (value instanceof Map.Entry<?, ?> entry) {
			return ofEntry(entry.getKey(), entry.getValue(), depth + 1);
		}
		if (value instanceof Optional<?> optional) {
			return optional.map((each) -> "Optional[" + part(each, depth + 1) + "]").orElse("Optional.empty");
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

	private static String ofArray(Object array, int depth) {
		List<String> parts = new ArrayList<>();
		for (int i = 0; i < Array.getLength(array); i++) {
			parts.add(part(Array.get(array, i), depth));
		}
		return "[" + String.join(DIVIDER, parts) + "]";
	}

	private static String ofCollection(Collection<?> values, int depth) {
		List<String> parts = new ArrayList<>();
		values.forEach((each) -> parts.add(part(each, depth)));
		if (values instanceof Set<?>) {
			Collections.sort(parts);
		}
		return "[" + String.join(DIVIDER, parts) + "]";
	}

	private static String ofMap(Map<?, ?> map, int depth) {
		List<String> parts = new ArrayList<>();
		map.forEach((key, value) -> parts.add(ofEntry(key, value, depth)));
		Collections.sort(parts);
		return "{" + String.join(DIVIDER, parts) + "}";
	}

	private static String ofEntry(@Nullable Object key, @Nullable Object value, int depth) {
		return part(key, depth) + "=" + part(value, depth);
	}

	/** The text of a part; in quotes where it could be taken for something else. */
	private static String part(@Nullable Object value, int depth) {
		String text = (value != null) ? text(value, depth) : null;
		if (value == null || text == null) {
			return NULL;
		}
		boolean whole = value.getClass().isArray() || value instanceof Collection<?> || value instanceof Map<?, ?>;
		return (whole || isPlain(text)) ? text : '"' + text.replace("\"", "\"\"") + '"';
	}

	private static boolean isPlain(String text) {
		return !text.isEmpty() && !text.equals(NULL)
				&& text.chars().noneMatch((character) -> NOT_PLAIN.indexOf(character) >= 0);
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
		else if (part instanceof Map.Entry<?, ?> entry) {
			checkPart(entry.getKey(), text, depth + 1);
			checkPart(entry.getValue(), text, depth + 1);
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
