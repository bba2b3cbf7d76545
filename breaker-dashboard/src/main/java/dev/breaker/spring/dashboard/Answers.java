package dev.breaker.spring.dashboard;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.spring.aop.MethodBinding;
import org.jspecify.annotations.Nullable;

/**
 * What callers get whose calls are refused.
 *
 * @param fallbacks the methods that answer instead, or {@code null} where none does
 * @param answered the guarded methods whose callers get such an answer
 * @param unanswered the guarded methods whose callers get the refusal
 * @param answersFailures whether one of these has a fallback for what else is thrown
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Answers(@Nullable String fallbacks, List<String> answered, List<String> unanswered, boolean answersFailures) {

	/** Where no guarded method is known. */
	static final Answers NONE = new Answers(null, List.of(), List.of(), false);

	/**
	 * Of what guards one name.
	 * @param bindings the methods with that name
	 */
	static Answers of(List<MethodBinding> bindings) {
		Set<String> fallbacks = new LinkedHashSet<>();
		List<String> answered = new ArrayList<>();
		List<String> unanswered = new ArrayList<>();
		boolean answersFailures = false;
		for (MethodBinding binding : bindings) {
			if (!isGuarded(binding)) {
				continue;
			}
			String fallback = binding.refusalFallback();
			if (fallback != null) {
				fallbacks.add(fallback);
				answered.add(binding.method());
			}
			else {
				unanswered.add(binding.method());
				answersFailures |= !binding.fallbacks().isEmpty();
			}
		}
		return new Answers(fallbacks.isEmpty() ? null : String.join(", ", fallbacks), answered, unanswered,
				answersFailures);
	}

	/** Calls from other beans are, of a method that is called from its own, too. */
	private static boolean isGuarded(MethodBinding binding) {
		String reason = binding.reason();
		return reason == null || reason.startsWith("self-invoked");
	}

}
