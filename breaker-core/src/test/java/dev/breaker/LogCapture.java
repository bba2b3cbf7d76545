package dev.breaker;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/**
 * What the breakers log while it is open.
 */
final class LogCapture implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger("dev.breaker");

	private final ListAppender<ILoggingEvent> appender;

	LogCapture() {
		this(new ListAppender<>());
	}

	private LogCapture(ListAppender<ILoggingEvent> appender) {
		this.appender = appender;
		this.appender.start();
		this.logger.addAppender(this.appender);
		this.logger.setAdditive(false);
	}

	/** Keeps a line, and throws. */
	static LogCapture failing() {
		return new LogCapture(new ListAppender<>() {

			@Override
			protected void append(ILoggingEvent event) {
				super.append(event);
				throw new AssertionError("The disk is full");
			}

		});
	}

	/** Keeps each line, and does something then. */
	static LogCapture doing(Runnable action) {
		return new LogCapture(new ListAppender<>() {

			@Override
			protected void append(ILoggingEvent event) {
				super.append(event);
				action.run();
			}

		});
	}

	/** The lines at WARN or above. */
	List<String> trouble() {
		return List.copyOf(this.appender.list)
			.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	/** Those which mention that breaker. */
	List<String> troubleOf(CircuitBreaker breaker) {
		return trouble().stream().filter((line) -> line.contains(breaker.name())).toList();
	}

	@Override
	public void close() {
		this.logger.setAdditive(true);
		this.logger.detachAppender(this.appender);
	}

}
