package dev.breaker.sample.faults;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

import dev.breaker.sample.ShopProperties;
import dev.breaker.sample.web.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The services that the shop calls, under the names of the breakers that guard them.
 */
@Component
public class RemoteServices implements SmartLifecycle, DisposableBean {

	private final ExecutorService threads = Executors.newFixedThreadPool(4, (task) -> {
		Thread thread = new Thread(task, "remote-service");
		thread.setDaemon(true);
		return thread;
	});

	private final Map<String, RemoteService> services = new LinkedHashMap<>();

	private volatile boolean running;

	RemoteServices(ShopProperties shop) {
		add("payments", (number) -> "{\"receipt\":\"R-%06d\"}".formatted(number), shop);
		add("inventory", (number) -> "{\"left\":%d}".formatted(1 + number % 90), shop);
		add("partner", (number) -> "{\"offer\":\"%d %% off the second one\"}".formatted(5 + number % 4 * 5), shop);
	}

	private void add(String name, LongFunction<String> answer, ShopProperties shop) {
		this.services.put(name, new RemoteService(name, answer, shop::slowAnswerAfter, this.threads));
	}

	/**
	 * One of the services.
	 * @param name its name
	 * @return the service
	 * @throws org.springframework.web.ErrorResponseException if there is none of that
	 * name: the caller of the shop gets a 404 which lists them
	 */
	public RemoteService get(String name) {
		@Nullable RemoteService service = this.services.get(name);
		if (service == null) {
			throw Problems.notFound("There is no service '%s'. Services: %s".formatted(name,
					String.join(", ", this.services.keySet())));
		}
		return service;
	}

	Collection<RemoteService> all() {
		return this.services.values();
	}

	@Override
	public void start() {
		this.services.values().forEach(RemoteService::start);
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.services.values().forEach(RemoteService::stop);
	}

	/** Not when it stops: Spring tests pause a context and start it again. */
	@Override
	public void destroy() {
		this.threads.shutdownNow();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** There before the shop opens, and gone after it has closed. */
	@Override
	public int getPhase() {
		return 0;
	}

}
