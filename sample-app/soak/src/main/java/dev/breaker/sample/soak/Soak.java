package dev.breaker.sample.soak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Runs the sample's jar in a process of its own, under traffic, while what is wrong with
 * its remote services changes every second; then puts everything in order and checks,
 * through HTTP, its log and its heap, what must hold. Run by {@code soak.sh}; ends with
 * status 0 only if everything held.
 */
public final class Soak {

	private static final List<String> SERVICES = List.of("payments", "inventory", "partner");

	private static final List<String> ORDER_STATUSES = List.of("200", "202", "502", "503");

	private static final List<String> OFFER_STATUSES = List.of("200", "502", "503");

	private static final List<String> FAULTS = List.of("slow", "error", "hang", "refuse");

	private static final Pattern READY = Pattern.compile("page +http://localhost:(\\d+)/");

	private static final Pattern LEVEL = Pattern.compile("^\\d{4}-\\S+ +(WARN|ERROR) ");

	private static final Pattern OPENED = Pattern.compile(" Circuit breaker '[^']+': [A-Z_]+ -> OPEN \\(");

	private static final Pattern METER = Pattern.compile("(?m)^(breaker_[a-z_]+)\\{(.*)} (\\S+)$");

	private static final Pattern TAG = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

	private static final Pattern HEAP_CLASS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

	/**
	 * The longest wait of a breaker is 22 s, and traffic must pass its probes after it.
	 */
	private static final Duration RECOVERY = Duration.ofSeconds(90);

	private static final double HEAP_GROWTH = 1.10;

	/**
	 * A service that hangs holds a request for 30 s, and some memory, long after the
	 * client has gone.
	 */
	private static final int HANG_SECONDS = 31;

	private static final int UNKNOWN_ARTICLES = 3;

	/** The most that the shop's own customers can do. */
	private static final int CROWD_RPS = 500;

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.build();

	private final Options options;

	private final Path log;

	private final Random random;

	private final List<String> violations = new ArrayList<>();

	private final Process process;

	private final String shop;

	private long openings;

	private Soak(Options options, Path log, Process process, String shop) {
		this.options = options;
		this.log = log;
		this.process = process;
		this.shop = shop;
		this.random = new Random(options.seed());
	}

	/**
	 * Runs the soak.
	 * @param args {@code --jar FILE}, {@code --seconds N}, {@code --rps N},
	 * {@code --seed N}
	 * @throws Exception if the shop cannot be started or does not answer
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		System.out.printf("Soak of %s: %d s, %d requests a second, --seed %d%n", options.jar().getFileName(),
				options.seconds(), options.rps(), options.seed());
		Path log = options.jar().resolveSibling("soak.log");
		Process process = start(options.jar(), log);
		Soak soak = new Soak(options, log, process, address(process, log));
		try {
			soak.run();
		}
		finally {
			soak.stop();
		}
		soak.checkLog();
		System.out.println(soak.violations.isEmpty() ? "Everything held."
				: soak.violations.size() + " VIOLATED (--seed " + options.seed() + ", log: " + soak.log + ")");
		System.exit(soak.violations.isEmpty() ? 0 : 1);
	}

	/** Ends with this process, at the latest. */
	private static Process start(Path jar, Path log) throws IOException {
		Process process = new ProcessBuilder(jdk("java"), "-Xmx256m", "-XX:SoftRefLRUPolicyMSPerMB=0", "-jar",
				jar.toString(), "--server.port=0")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return process;
	}

	/** The address that the shop's log tells once the shop is open. */
	private static String address(Process process, Path log) {
		await("the shop to open (see " + log + ")", 60, () -> {
			boolean open = READY.matcher(read(log)).find();
			if (!open && !process.isAlive()) {
				throw new IllegalStateException("The shop ended at its start: see " + log);
			}
			return open;
		});
		return READY.matcher(read(log))
			.results()
			.map((ready) -> "http://127.0.0.1:" + ready.group(1))
			.findFirst()
			.orElseThrow();
	}

	private void stop() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
			check("the shop ends when asked to", false, "killed after 30 s");
		}
	}

	private void run() throws Exception {
		int first = Math.min(60, Math.max(1, this.options.seconds() / 2));
		crowd();
		trouble(0, first);
		quiet();
		TimeUnit.SECONDS.sleep(HANG_SECONDS);
		Map<String, Long> before = heap();
		trouble(first, this.options.seconds());
		recover();
		quiet();
		TimeUnit.SECONDS.sleep(HANG_SECONDS);
		Map<String, Long> after = heap();

		System.out.println();
		Map<String, Map<String, Object>> breakers = breakers();
		Map<String, Double> meters = meters();
		Map<String, Object> traffic = object(get("/traffic"));
		checkStates(breakers, meters);
		checkMeters(breakers, meters);
		checkAnswers(breakers, meters, traffic);
		checkHeap(first, before, after);
	}

	// --- what happens ---

	/**
	 * As many requests at once as there can be, at each service: what servers and clients
	 * keep ready for them from then on is no leak, and should be there before the heap is
	 * looked at for the first time.
	 */
	private void crowd() throws Exception {
		for (String service : SERVICES) {
			post("/faults/" + service + "?mode=slow");
		}
		post("/traffic?rps=" + CROWD_RPS);
		TimeUnit.SECONDS.sleep(2);
		quiet();
	}

	private void trouble(int from, int until) throws Exception {
		post("/traffic?rps=" + this.options.rps());
		for (int second = from; second < until; second++) {
			String service = SERVICES.get(this.random.nextInt(SERVICES.size()));
			String mode = (this.random.nextInt(3) == 0) ? "ok" : FAULTS.get(this.random.nextInt(FAULTS.size()));
			boolean one = service.equals("inventory") && !mode.equals("refuse") && this.random.nextBoolean();
			post("/faults/" + service + "?mode=" + mode + (one ? "&warehouse=berlin" : ""));
			if (second % 5 == 0) {
				System.out.printf("%5d s  %s%n", second, states());
			}
			TimeUnit.SECONDS.sleep(1);
		}
	}

	private void recover() throws Exception {
		for (String service : SERVICES) {
			post("/faults/" + service + "?mode=ok");
		}
		// What began before may still fail or drag, and open a breaker.
		quiet();
		post("/traffic?rps=" + this.options.rps());
		long began = System.nanoTime();
		while (!allClosed() && System.nanoTime() - began < RECOVERY.toNanos()) {
			TimeUnit.MILLISECONDS.sleep(200);
		}
		System.out.printf("All services in order; after %d s more: %s%n",
				TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began), states());
		askForWhatNoServiceHas();
	}

	/** Such a call is ignored. Traffic never makes one. */
	private void askForWhatNoServiceHas() throws Exception {
		for (int call = 0; call < UNKNOWN_ARTICLES; call++) {
			HttpRequest request = HttpRequest.newBuilder(URI.create(this.shop + "/partner/unknown")).build();
			int status = this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
			check("an unknown article is 404", status == 404, status);
		}
	}

	private void quiet() throws Exception {
		post("/traffic?rps=0");
		await("the last answers", 90, () -> number(object(get("/traffic")), "inFlight") == 0);
	}

	// --- what must hold ---

	private void checkStates(Map<String, Map<String, Object>> breakers, Map<String, Double> meters) {
		check("every breaker is CLOSED again", allClosed(), states());
		this.openings = (long) sum(meters, "breaker_state_transitions_total", "to=open");
		for (String name : SERVICES) {
			double opened = sum(meters, "breaker_state_transitions_total", "name=" + name, "to=open");
			check(name + ": its breaker has opened meanwhile", opened > 0, (long) opened + " openings");
			long count = breakers.keySet().stream().filter((breaker) -> base(breaker).equals(name)).count();
			equal(name + ": breakers, and those that breaker_state says are closed", (double) count,
					sum(meters, "breaker_state", "name=" + name, "state=closed"));
			for (String state : List.of("closed", "open", "half_open")) {
				equal(name + ": changes to and from " + state,
						sum(meters, "breaker_state_transitions_total", "name=" + name, "to=" + state),
						sum(meters, "breaker_state_transitions_total", "name=" + name, "from=" + state));
			}
		}
	}

	private void checkHeap(int first, Map<String, Long> before, Map<String, Long> after) {
		boolean flat = total(after) <= total(before) * HEAP_GROWTH;
		check("heap after GC grew by at most 10 %", flat,
				String.format(Locale.ROOT, "%.2f MB after %d s, %.2f MB at the end: %+.1f %%", total(before) / 1e6,
						first, total(after) / 1e6, 100.0 * total(after) / total(before) - 100));
		if (!flat) {
			ToLongFunction<String> growth = (type) -> after.getOrDefault(type, 0L) - before.getOrDefault(type, 0L);
			System.out.println("What grew most, in bytes:");
			after.keySet()
				.stream()
				.sorted(Comparator.comparingLong(growth).reversed())
				.limit(10)
				.forEach((type) -> System.out.printf("%,12d %s%n", growth.applyAsLong(type), type));
		}
	}

	private void checkMeters(Map<String, Map<String, Object>> breakers, Map<String, Double> meters) {
		for (String name : SERVICES) {
			equal(name + ": successes, actuator and meter", total(breakers, name, "successfulCallsTotal"),
					calls(meters, name, "success"));
			equal(name + ": failures, actuator and meter", total(breakers, name, "failedCallsTotal"),
					calls(meters, name, "failure"));
			equal(name + ": ignored calls, actuator and meter", total(breakers, name, "ignoredCallsTotal"),
					calls(meters, name, "ignored"));
			equal(name + ": slow calls, actuator and meter", total(breakers, name, "slowCallsTotal"),
					sum(meters, "breaker_calls_slow_total", "name=" + name));
			equal(name + ": refusals, actuator and meter", total(breakers, name, "notPermittedCallsTotal"),
					sum(meters, "breaker_calls_not_permitted_total", "name=" + name));
		}
	}

	private void checkAnswers(Map<String, Map<String, Object>> breakers, Map<String, Double> meters,
			Map<String, Object> traffic) {
		equal("requests without an answer", 0, number(traffic, "lost"));
		Map<String, Object> orders = child(traffic, "checkout");
		Map<String, Object> offers = child(traffic, "partner");
		check("requests have arrived", number(traffic, "sent") > 0, (long) number(traffic, "sent"));
		equal("requests sent, answers", number(traffic, "sent"), answers(orders) + answers(offers));
		check("no order has another status than it should", ORDER_STATUSES.containsAll(orders.keySet()), orders);
		check("no offer has another status than it should", OFFER_STATUSES.containsAll(offers.keySet()), offers);
		// A dark probe is a call of payments that no order waits for, and each one
		// decides.
		double well = probes(meters, "probes_succeeded");
		double ill = probes(meters, "probes_failed");
		double succeeded = total(breakers, "payments", "successfulCallsTotal");
		equal("orders and dark probes, payments that succeeded, failed or were refused",
				answers(orders, "200") + answers(orders, "202") + well + ill,
				succeeded + total(breakers, "payments", "failedCallsTotal")
						+ total(breakers, "payments", "notPermittedCallsTotal"));
		// One that succeeded, and slowly, does not close.
		double probed = succeeded - answers(orders, "200");
		double slow = probed - well;
		check("payments that succeeded are orders paid, dark probes that closed, and slow ones that did not",
				slow >= 0 && slow <= ill, List.of(succeeded, answers(orders, "200"), well, ill));
		equal("orders to be paid later, fallbacks that ran", answers(orders, "202"),
				sum(meters, "breaker_fallbacks_total", "name=payments", "outcome=success"));
		equal("orders accepted, goods set aside", answers(orders, "200") + answers(orders, "202"),
				total(breakers, "inventory", "successfulCallsTotal"));
		equal("orders failed, inventory's failures", answers(orders, "502"),
				total(breakers, "inventory", "failedCallsTotal"));
		equal("orders refused, inventory's refusals", answers(orders, "503"),
				total(breakers, "inventory", "notPermittedCallsTotal"));
		equal("offers, partner's successes", answers(offers, "200"),
				total(breakers, "partner", "successfulCallsTotal"));
		equal("offers failed, partner's failures", answers(offers, "502"),
				total(breakers, "partner", "failedCallsTotal"));
		equal("offers refused, partner's refusals", answers(offers, "503"),
				total(breakers, "partner", "notPermittedCallsTotal"));
		equal("unknown articles, calls of partner that were ignored", UNKNOWN_ARTICLES,
				total(breakers, "partner", "ignoredCallsTotal"));
		Map<String, Object> services = object(get("/faults"));
		for (String name : SERVICES) {
			double received = number(child(services, name), "received");
			// It counts no dark probes, which ask for its health.
			boolean dark = name.equals("payments");
			double answered = total(breakers, name, "successfulCallsTotal") + total(breakers, name, "ignoredCallsTotal")
					- (dark ? probed : 0);
			double admitted = answered + total(breakers, name, "failedCallsTotal") - (dark ? well + ill - probed : 0);
			check(name + ": the service received what it answered, and no more than the breaker admitted",
					answered > 0 && answered <= received && received <= admitted,
					(long) answered + ", " + (long) received + ", " + (long) admitted);
		}
	}

	private void checkLog() throws IOException {
		List<String> unexpected = new ArrayList<>();
		long opened = 0;
		for (String line : Files.readAllLines(this.log)) {
			if (OPENED.matcher(line).find()) {
				opened++;
			}
			else if (LEVEL.matcher(line).find() || line.startsWith("\tat ") || line.startsWith("Exception in ")) {
				unexpected.add(line);
			}
		}
		equal("openings, and the log's lines about them", (double) this.openings, (double) opened);
		check("no other WARN or ERROR in the log", unexpected.isEmpty(),
				unexpected.isEmpty() ? "none" : unexpected.size() + " lines, the first: " + unexpected.get(0));
	}

	private void equal(String what, double one, double other) {
		check(what + " are equal", one == other, (long) one + ((one == other) ? "" : " and " + (long) other));
	}

	private void check(String what, boolean holds, Object evidence) {
		System.out.printf("%-8s %s (%s)%n", holds ? "ok" : "VIOLATED", what, evidence);
		if (!holds) {
			this.violations.add(what);
		}
	}

	// --- where the figures come from ---

	private Map<String, Object> states() {
		Map<String, Object> states = new TreeMap<>();
		breakers().forEach((name, breaker) -> states.put(name, breaker.get("state")));
		return states;
	}

	private boolean allClosed() {
		Map<String, Object> states = states();
		List<String> names = states.keySet().stream().map(Soak::base).toList();
		return names.containsAll(SERVICES) && states.values().stream().allMatch("CLOSED"::equals);
	}

	private Map<String, Map<String, Object>> breakers() {
		Map<String, Map<String, Object>> breakers = new TreeMap<>();
		Map<String, Object> all = object(get("/actuator/circuitbreakers"));
		Map<String, Object> plain = child(all, "circuitBreakers");
		plain.keySet().forEach((name) -> breakers.put(name, child(plain, name)));
		child(all, "groups").keySet().forEach((group) -> {
			Map<String, Object> keyed = object(get("/actuator/circuitbreakers/" + group + "?keys=all"));
			if (keyed.get("keys") instanceof List<?> keys) {
				keys.forEach((key) -> {
					Map<String, Object> breaker = child(Map.of("key", key), "key");
					breakers.put(String.valueOf(breaker.get("name")), breaker);
				});
			}
		});
		return breakers;
	}

	/**
	 * The breakers' meters; a key is the meter's name and then its tags, as
	 * {@code name{tag=value}{tag=value}}.
	 */
	private Map<String, Double> meters() {
		Map<String, Double> meters = new LinkedHashMap<>();
		Matcher line = METER.matcher(get("/actuator/prometheus"));
		while (line.find()) {
			String tags = TAG.matcher(line.group(2))
				.results()
				.map((tag) -> "{" + tag.group(1) + "=" + tag.group(2) + "}")
				.reduce("", String::concat);
			meters.put(line.group(1) + tags, Double.valueOf(line.group(3)));
		}
		return meters;
	}

	private static double calls(Map<String, Double> meters, String name, String outcome) {
		return sum(meters, "breaker_calls_seconds_count", "name=" + name, "outcome=" + outcome);
	}

	private static double probes(Map<String, Double> meters, String reason) {
		return sum(meters, "breaker_state_transitions_total", "name=payments", "reason=" + reason);
	}

	/** The sum of meters of which there must be one. */
	private static double sum(Map<String, Double> meters, String meter, String... tags) {
		List<Double> found = meters.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().startsWith(meter + "{"))
			.filter((entry) -> List.of(tags).stream().allMatch((tag) -> entry.getKey().contains("{" + tag + "}")))
			.map(Map.Entry::getValue)
			.toList();
		if (found.isEmpty()) {
			throw new IllegalStateException("There is no meter " + meter + " of " + List.of(tags));
		}
		return found.stream().mapToDouble(Double::doubleValue).sum();
	}

	private static double total(Map<String, Map<String, Object>> breakers, String name, String field) {
		return breakers.entrySet()
			.stream()
			.filter((entry) -> base(entry.getKey()).equals(name))
			.mapToDouble((entry) -> number(entry.getValue(), field))
			.sum();
	}

	/** How many answers had a status; none where it is not there. */
	private static double answers(Map<String, Object> byStatus, String status) {
		return byStatus.containsKey(status) ? number(byStatus, status) : 0;
	}

	private static double answers(Map<String, Object> byStatus) {
		return byStatus.values().stream().mapToDouble((count) -> (Double) count).sum();
	}

	private static String base(String breaker) {
		int key = breaker.indexOf(':');
		return (key < 0) ? breaker : breaker.substring(0, key);
	}

	/**
	 * The bytes of the objects that are alive, by class: the histogram collects the
	 * garbage before it counts.
	 */
	private Map<String, Long> heap() throws Exception {
		Map<String, Long> least = Map.of();
		for (int run = 0; run < 3; run++) {
			Process jcmd = new ProcessBuilder(jdk("jcmd"), String.valueOf(this.process.pid()), "GC.class_histogram")
				.redirectErrorStream(true)
				.start();
			String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			Map<String, Long> bytes = new HashMap<>();
			HEAP_CLASS.matcher(histogram)
				.results()
				.forEach((line) -> bytes.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum));
			if (jcmd.waitFor() != 0 || bytes.isEmpty()) {
				throw new IllegalStateException("jcmd cannot read the heap: " + histogram);
			}
			least = (least.isEmpty() || total(bytes) < total(least)) ? bytes : least;
		}
		return least;
	}

	private static long total(Map<String, Long> bytes) {
		return bytes.values().stream().mapToLong(Long::longValue).sum();
	}

	private String get(String path) {
		return send(HttpRequest.newBuilder(URI.create(this.shop + path)).build());
	}

	private void post(String path) {
		send(HttpRequest.newBuilder(URI.create(this.shop + path)).POST(HttpRequest.BodyPublishers.noBody()).build());
	}

	private String send(HttpRequest request) {
		try {
			HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() != 200) {
				throw new IllegalStateException(
						request.uri() + " answered " + response.statusCode() + ": " + response.body());
			}
			return response.body();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(request.uri() + " did not answer", ex);
		}
	}

	private static void await(String what, int seconds, BooleanSupplier done) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		while (!done.getAsBoolean()) {
			if (System.nanoTime() - end > 0) {
				throw new IllegalStateException("Waited " + seconds + " s in vain for " + what);
			}
			try {
				TimeUnit.MILLISECONDS.sleep(200);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String jdk(String tool) {
		return Path.of(System.getProperty("java.home"), "bin", tool).toString();
	}

	// --- JSON, as much of it as the shop uses; a field that is null is left out ---

	private static Map<String, Object> object(String json) {
		return new Json(json).object();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> child(Map<String, Object> object, String field) {
		if (object.get(field) instanceof Map<?, ?> child) {
			return (Map<String, Object>) child;
		}
		throw new IllegalStateException("There is no object '" + field + "' in " + object);
	}

	/**
	 * A figure that must be there: one that is not would be equal to another that is not.
	 */
	private static double number(Map<String, Object> object, String field) {
		if (object.get(field) instanceof Double number) {
			return number;
		}
		throw new IllegalStateException("There is no number '" + field + "' in " + object);
	}

	private static final class Json {

		private static final Pattern TOKEN = Pattern
			.compile("\\s*(?:([{}\\[\\],:])|\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\\]}]+))");

		private final Matcher tokens;

		Json(String text) {
			this.tokens = TOKEN.matcher(text);
			next();
		}

		Map<String, Object> object() {
			Map<String, Object> object = new LinkedHashMap<>();
			next();
			while (!is("}")) {
				String field = Objects.requireNonNull(this.tokens.group(2));
				next();
				next();
				Object value = value();
				if (value != null) {
					object.put(field, value);
				}
				next();
				if (is(",")) {
					next();
				}
			}
			return object;
		}

		private @Nullable Object value() {
			if (is("{")) {
				return object();
			}
			if (is("[")) {
				return array();
			}
			if (this.tokens.group(2) != null) {
				return this.tokens.group(2);
			}
			String word = Objects.requireNonNull(this.tokens.group(3));
			return switch (word) {
				case "null" -> null;
				case "true", "false" -> Boolean.valueOf(word);
				default -> Double.valueOf(word);
			};
		}

		private List<Object> array() {
			List<Object> array = new ArrayList<>();
			next();
			while (!is("]")) {
				Object value = value();
				if (value != null) {
					array.add(value);
				}
				next();
				if (is(",")) {
					next();
				}
			}
			return array;
		}

		private boolean is(String mark) {
			return mark.equals(this.tokens.group(1));
		}

		private void next() {
			if (!this.tokens.find()) {
				throw new IllegalStateException("This JSON ends too early");
			}
		}

	}

	private record Options(Path jar, int seconds, int rps, long seed) {

		static Options of(String[] args) {
			Map<String, String> given = new LinkedHashMap<>(
					Map.of("--seconds", "60", "--rps", "50", "--seed", String.valueOf(System.nanoTime() % 1_000_000)));
			for (int arg = 0; arg < args.length; arg += 2) {
				if (!List.of("--jar", "--seconds", "--rps", "--seed").contains(args[arg]) || arg + 1 == args.length) {
					throw new IllegalArgumentException("Options: --jar FILE [--seconds N] [--rps N] [--seed N]");
				}
				given.put(args[arg], args[arg + 1]);
			}
			if (!given.containsKey("--jar") || !Files.exists(Path.of(given.get("--jar")))) {
				throw new IllegalArgumentException("--jar must name the sample's jar, it is " + given.get("--jar"));
			}
			return new Options(Path.of(given.get("--jar")), Integer.parseInt(given.get("--seconds")),
					Integer.parseInt(given.get("--rps")), Long.parseLong(given.get("--seed")));
		}

	}

}
