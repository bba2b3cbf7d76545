package dev.breaker.spring.dashboard;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.spring.dashboard.History.View;
import dev.breaker.spring.dashboard.Ring.Line;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@link WebEndpoint @WebEndpoint} that shows the last five minutes of each circuit
 * breaker, second by second.
 */
@WebEndpoint(id = "circuitbreakerhistory", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ CircuitBreakerHistoryEndpoint.HistoryDescriptor.class, NotFound.class })
public class CircuitBreakerHistoryEndpoint {

	private final History history;

	CircuitBreakerHistoryEndpoint(History history) {
		this.history = history;
	}

	/**
	 * The history of all breakers without a key, and of the 20 keys of each name that are
	 * in most trouble.
	 * @return the seconds of each
	 */
	@ReadOperation
	public HistoryDescriptor history() {
		return describe(this.history.all());
	}

	/**
	 * The history of one breaker, or of the keys of a name.
	 * @param name the name, whose segments are those of the path
	 * @return the seconds of each; 404 where there are none
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> historyOf(@Selector(match = Match.ALL_REMAINING) String... name) {
		String wanted = String.join("/", name);
		View view = this.history.of((breaker) -> isOf(breaker, wanted));
		return view.lines().isEmpty()
				? NotFound.response("There is no history of a circuit breaker '%s'".formatted(wanted), null)
				: new WebEndpointResponse<>(describe(view));
	}

	private static boolean isOf(CircuitBreaker breaker, String name) {
		CircuitBreakerGroup group = breaker.group();
		return breaker.name().equals(name)
				|| (group != null && (group.name().equals(name) || isOfKey(breaker, group, name)));
	}

	/** The name of a breaker has not all of a long key. */
	private static boolean isOfKey(CircuitBreaker breaker, CircuitBreakerGroup group, String name) {
		String prefix = group.name() + ":";
		return name.startsWith(prefix)
				&& group.find(name.substring(prefix.length())).filter((found) -> found == breaker).isPresent();
	}

	private HistoryDescriptor describe(View view) {
		Map<String, SecondsDescriptor> described = new LinkedHashMap<>();
		view.lines().forEach((name, line) -> described.put(name, SecondsDescriptor.of(line, view)));
		return new HistoryDescriptor(this.history.now(), 1, described);
	}

	/**
	 * Description of the history of breakers.
	 *
	 * @param time the present time
	 * @param interval how many seconds there are between two numbers, always 1
	 * @param circuitBreakers the seconds of each breaker by its name
	 */
	public record HistoryDescriptor(Instant time, int interval,
			Map<String, SecondsDescriptor> circuitBreakers) implements OperationResponseBody {
	}

	/**
	 * Description of the history of one breaker: a number for each of at most 300
	 * seconds, the oldest first, the newest the second that ended last.
	 *
	 * @param since the first of the seconds, since the epoch
	 * @param succeeded successes, slow ones too
	 * @param failed failures, slow ones too
	 * @param slow slow calls, successful or failed
	 * @param ignored ignored calls
	 * @param refused refused calls
	 * @param states a letter for the state at the end of each second: C closed, O open, H
	 * half-open, F forced open, D disabled, M metrics only
	 */
	@SuppressWarnings("ArrayRecordComponent") // made to be written as JSON
	public record SecondsDescriptor(long since, int[] succeeded, int[] failed, int[] slow, int[] ignored, int[] refused,
			String states) {

		static SecondsDescriptor of(Line line, View view) {
			return new SecondsDescriptor(view.since(line.length()), line.succeeded(), line.failed(), line.slow(),
					line.ignored(), line.refused(), line.states());
		}

	}

}
