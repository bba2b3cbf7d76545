package dev.breaker.spring.dashboard;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * The one thread of the dashboard: when a second is over, it adds a sample to the
 * history, and has viewers told. It ends before the servers of the application do, which
 * wait for requests under way, such as those of viewers.
 */
final class DashboardThread implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, Ordered {

	static final String NAME = "breaker-dashboard";

	/** Not to wake before the second is over. */
	private static final int MARGIN_MILLIS = 20;

	private static final Logger logger = LoggerFactory.getLogger(DashboardThread.class);

	private final ApplicationContext context;

	private final History history;

	private final ObjectProvider<Live> live;

	private final ObjectProvider<LiveStream> stream;

	private volatile @Nullable Thread thread;

	/** A context can be started again. */
	private volatile boolean stopped;

	private boolean complained;

	DashboardThread(ApplicationContext context, History history, ObjectProvider<Live> live,
			ObjectProvider<LiveStream> stream) {
		this.context = context;
		this.history = history;
		this.live = live;
		this.stream = stream;
	}

	@Override
	public void start() {
		if (this.stopped) {
			this.stopped = false;
			this.stream.ifAvailable(LiveStream::begin);
		}
		Thread begun = new Thread(this::run, NAME);
		begun.setDaemon(true);
		this.thread = begun;
		begun.start();
	}

	private void run() {
		while (this.thread == Thread.currentThread()) {
			try {
				Thread.sleep(1000 + MARGIN_MILLIS - Instant.now().toEpochMilli() % 1000);
				this.history.sample();
				this.live.ifAvailable(Live::beginSecond);
				this.stream.ifAvailable(LiveStream::tell);
			}
			catch (InterruptedException ex) {
				return;
			}
			catch (Throwable ex) {
				complain(ex);
			}
		}
	}

	private void complain(Throwable thrown) {
		if (!this.complained) {
			this.complained = true;
			logger.warn("The history of circuit breakers lacks a second; further ones that it lacks are not logged",
					thrown);
		}
	}

	@Override
	public void stop() {
		Thread running = this.thread;
		this.thread = null;
		if (running != null) {
			this.stopped = true;
			running.interrupt();
			this.stream.ifAvailable(LiveStream::close);
		}
	}

	@Override
	public boolean isRunning() {
		return this.thread != null;
	}

	/** A server on a port of its own stops right after this event. */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			stop();
		}
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
