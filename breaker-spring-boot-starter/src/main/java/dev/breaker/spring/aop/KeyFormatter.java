package dev.breaker.spring.aop;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
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
 * record whose text shows it.
 */
final class KeyFormatter {

	/** No key that is meant is nested so deep. */
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
		return text(key, null);
	}

	private static @Nullable String text(Object value, @Nullable Level outer) {
		if (value.getClass().isArray()) {
			return ofArray(value, new Level(value, outer));
		}
		if (value instanceof Collection<?> values) {
			return ofCollection(values, new Level(value, outer));
		}
		if (value instanceof Map<?, ?> map) {
			return ofMap(map, new Level(value, outer));
		}
		if (value instanceof Map.Entry<?, ?> entry) {
			return ofEntry(entry.getKey(), entry.getValue(), new Level(value, outer));
		}
		if (value instanceof Optional<?> optional) {
			Level level = new Level(value, outer);
			return optional.map((each) -> "Optional[" + part(each, level) + "]").orElse("Optional.empty");
		}
		if (!hasOwnText(value)) {
			throw WithoutText.ofItsOwn(AopUtils.getTargetClass(value));
		}
		String text = value.toString();
		if (value instanceof Record && text != null && isGenerated(text, value.getClass())) {
			checkComponents(value, text, 0, Collections.newSetFromMap(new IdentityHashMap<>()));
		}
		return text;
	}

	private static String ofArray(Object array, Level level) {
		List<String> parts = new ArrayList<>();
		for (int i = 0; i < Array.getLength(array); i++) {
			parts.add(part(Array.get(array, i), level));
		}
		return "[" + String.join(DIVIDER, parts) + "]";
	}

	private static String ofCollection(Collection<?> values, Level level) {
		List<String> parts = new ArrayList<>();
		values.forEach((each) -> parts.add(part(each, level)));
		if (values instanceof Set<?>) {
			Collections.sort(parts);
		}
		return "[" + String.join(DIVIDER, parts) + "]";
	}

	private static String ofMap(Map<?, ?> map, Level level) {
		List<String> parts = new ArrayList<>();
		map.forEach((key, value) -> parts.add(ofEntry(key, value, level)));
		Collections.sort(parts);
		return "{" + String.join(DIVIDER, parts) + "}";
	}

	private static String ofEntry(@Nullable Object key, @Nullable Object value, Level level) {
		return part(key, level) + "=" + part(value, level);
	}

	/** The text of a part; in quotes where it could be taken for something else. */
	private static String part(@Nullable Object value, Level level) {
		String text = (value != null) ? text(value, level) : null;
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

	/**
	 * Whether a text is as the compiler makes it of all components, and can show what
	 * tells objects apart. One that a class declares itself may leave parts out, and they
	 * may be too many, or too busy, to be looked at in each call.
	 */
	private static boolean isGenerated(String text, Class<?> type) {
		RecordComponent[] components = type.getRecordComponents();
		int name = type.getSimpleName().length();
		return components.length > 0 && text.indexOf('@') > name && text.startsWith(type.getSimpleName())
				&& (text.charAt(name) == '[' || text.charAt(name) == '(')
				&& text.startsWith(components[0].getName() + "=", name + 1);
	}

	private static void checkComponents(Object value, String text, int depth, Set<Object> seen) {
		for (RecordComponent component : value.getClass().getRecordComponents()) {
			if (component.getType().isPrimitive() || component.getType() == String.class) {
				continue;
			}
			try {
				ReflectionUtils.makeAccessible(component.getAccessor());
				checkPart(ReflectionUtils.invokeMethod(component.getAccessor(), value), text, depth + 1, seen);
			}
			catch (WithoutText ex) {
				throw ex;
			}
			catch (Throwable ex) {
				// The key has its text: a part that cannot be looked at does not matter
			}
		}
	}

	private static void checkPart(@Nullable Object part, String text, int depth, Set<Object> seen) {
		if (part == null || depth > DEEPEST || !seen.add(part)) {
			return;
		}
		if (part instanceof Record) {
			checkComponents(part, text, depth, seen);
		}
		else if (part instanceof Collection<?> parts) {
			parts.forEach((each) -> checkPart(each, text, depth + 1, seen));
		}
		else if (part instanceof Map<?, ?> parts) {
			parts.forEach((key, each) -> {
				checkPart(key, text, depth + 1, seen);
				checkPart(each, text, depth + 1, seen);
			});
		}
		else if (part instanceof Map.Entry<?, ?> entry) {
			checkPart(entry.getKey(), text, depth + 1, seen);
			checkPart(entry.getValue(), text, depth + 1, seen);
		}
		else if (part instanceof Optional<?> optional) {
			checkPart(optional.orElse(null), text, depth + 1, seen);
		}
		else if ((part.getClass().isArray() || !hasOwnText(part))
				&& text.contains(part.getClass().getName() + "@" + Integer.toHexString(part.hashCode()))) {
			throw WithoutText.ofItsOwn(part.getClass());
		}
	}

	/** What holds parts, inside of what holds it. */
	private static final class Level {

		private final Object holder;

		private final @Nullable Level outer;

		private final int depth;

		/**
		 * Goes one level in.
		 * @throws WithoutText where the parts would never end
		 */
		Level(Object holder, @Nullable Level outer) {
			this.holder = holder;
			this.outer = outer;
			this.depth = (outer != null) ? outer.depth + 1 : 1;
			for (Level each = outer; each != null; each = each.outer) {
				if (each.holder == holder) {
					throw WithoutText.ofParts(holder.getClass(), "contains itself");
				}
			}
			if (this.depth > DEEPEST) {
				throw WithoutText.ofParts(holder.getClass(), "is nested more than " + DEEPEST + " levels deep");
			}
		}

	}

	/** A key has no text that stands for its value. */
	static final class WithoutText extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private WithoutText(String reason) {
			super(reason);
		}

		static WithoutText ofItsOwn(Class<?> type) {
			return new WithoutText("is or has an object of " + type
					+ ", whose toString() tells objects apart and not values: each call would have a circuit breaker of its own. Give the class a toString() of its own, or name");
		}

		static WithoutText ofParts(Class<?> type, String problem) {
			return new WithoutText(problem + " in an object of " + type + ", so that its text would not end. Name");
		}

		/** What the key is, and what to do. */
		String reason() {
			return Objects.requireNonNull(getMessage());
		}

	}

}
