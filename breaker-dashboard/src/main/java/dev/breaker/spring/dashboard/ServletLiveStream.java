package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.MediaType;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The {@link LiveStream} of Spring MVC. Writing waits for the viewer there, so each is
 * written to by a thread of a pool, for as long as that takes, and by no more than one.
 */
final class ServletLiveStream implements LiveStream {

	private static final MediaType TEXT = new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);

	private static final Logger logger = LoggerFactory.getLogger(ServletLiveStream.class);

	private final Live live;

	private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();

	private final ExecutorService writers;

	/** Nothing is begun for a viewer once all were told to leave. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. */
	private boolean closed;

	ServletLiveStream(Live live) {
		this.live = live;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("breaker-dashboard-viewer-");
		threads.setDaemon(true);
		// No more than one thread for each viewer, and none where there is none.
		this.writers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
				threads);
	}

	@Override
	public Object open() {
		SseEmitter emitter = new SseEmitter(0L);
		Viewer viewer = new Viewer(emitter);
		this.lock.lock();
		try {
			if (this.closed || this.viewers.size() >= MOST_VIEWERS) {
				return LiveStream.refusal();
			}
			this.viewers.add(viewer);
			viewer.tell();
		}
		finally {
			this.lock.unlock();
		}
		emitter.onCompletion(() -> unlessClosed(viewer::leave));
		return emitter;
	}

	@Override
	public void tell() {
		unlessClosed(() -> this.viewers.forEach(Viewer::tell));
	}

	private void unlessClosed(Runnable action) {
		this.lock.lock();
		try {
			if (!this.closed) {
				action.run();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.viewers.forEach(Viewer::leave);
			this.writers.shutdown();
		}
		finally {
			this.lock.unlock();
		}
	}

	private enum Work {

		/** No thread writes. */
		NONE,

		/** A thread writes. */
		WRITING,

		/** A thread writes, and there is more to tell already. */
		MORE

	}

	/**
	 * One that is told. Its last piece of work is to leave, and stays under way: nothing
	 * is begun after it.
	 */
	private final class Viewer implements Runnable {

		private final SseEmitter emitter;

		private final AtomicReference<Work> work = new AtomicReference<>(Work.NONE);

		private volatile boolean leaving;

		/** Of the thread that writes. */
		private Live.@Nullable Event last;

		Viewer(SseEmitter emitter) {
			this.emitter = emitter;
		}

		void tell() {
			Work before = this.work.getAndUpdate((now) -> (now == Work.NONE) ? Work.WRITING : Work.MORE);
			if (before == Work.NONE) {
				ServletLiveStream.this.writers.execute(this);
			}
		}

		void leave() {
			this.leaving = true;
			tell();
		}

		@Override
		public void run() {
			do {
				this.work.set(Work.WRITING);
				if (this.leaving) {
					this.emitter.complete();
				}
				if (this.leaving || !write()) {
					ServletLiveStream.this.viewers.remove(this);
					return;
				}
			}
			while (!this.work.compareAndSet(Work.WRITING, Work.NONE));
		}

		/** Whether there is more to tell. */
		private boolean write() {
			try {
				Live.Event before = this.last;
				Live live = ServletLiveStream.this.live;
				Live.Event event = (before != null) ? live.next(before.samples()) : live.first();
				this.emitter.send(SseEmitter.event().id(event.id()).name(EVENT).data(event.json(), TEXT));
				this.last = event;
				return true;
			}
			catch (IOException ex) {
				logger.debug("A viewer of circuit breakers has gone, as the server knows", ex);
			}
			catch (RuntimeException ex) {
				logger.debug("A viewer of circuit breakers cannot be told", ex);
				this.emitter.complete();
			}
			return false;
		}

	}

}
