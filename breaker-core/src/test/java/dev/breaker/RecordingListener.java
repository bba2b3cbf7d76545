package dev.breaker;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Keeps what it hears: each piece of news as a short text, state changes and durations as
 * they came.
 */
final class RecordingListener implements CircuitBreakerListener {

	private final Collection<String> news = new ConcurrentLinkedQueue<>();

	private final Collection<StateChange> changes = new ConcurrentLinkedQueue<>();

	private final Collection<Long> durations = new ConcurrentLinkedQueue<>();

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		this.changes.add(change);
		this.news.add(change.from() + " -> " + change.to() + ", " + change.reason());
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		this.durations.add(elapsedNanos);
		this.news.add("success");
	}

	@Override
	public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		this.durations.add(elapsedNanos);
		this.news.add("failure " + ((thrown != null) ? thrown.getClass().getSimpleName() : "by result"));
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		this.durations.add(elapsedNanos);
		this.news.add("ignored " + thrown.getClass().getSimpleName());
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		this.durations.add(elapsedNanos);
		this.news.add("ignored by result");
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		this.news.add("refused");
	}

	@Override
	public void onWouldRefuse(CircuitBreaker breaker) {
		this.news.add("would refuse");
	}

	@Override
	public void onReset(CircuitBreaker breaker) {
		this.news.add("reset");
	}

	List<String> news() {
		return List.copyOf(this.news);
	}

	List<StateChange> changes() {
		return List.copyOf(this.changes);
	}

	List<Long> durations() {
		return List.copyOf(this.durations);
	}

	long count(String text) {
		return this.news.stream().filter(text::equals).count();
	}

	/** How many calls were refused since the state last changed. */
	int refusalsSinceLastChange() {
		int refusals = 0;
		for (String text : this.news) {
			refusals = text.contains(" -> ") ? 0 : refusals + (text.equals("refused") ? 1 : 0);
		}
		return refusals;
	}

	void forget() {
		this.news.clear();
		this.changes.clear();
		this.durations.clear();
	}

}
