package dev.breaker.spring.aop;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import dev.breaker.spring.support.RunningApplication;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.domain.AuditorAware;
import org.springframework.jdbc.core.support.JdbcDaoSupport;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.ui.Model;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an annotation on a type covers.
 */
@ExtendWith(OutputCaptureExtension.class)
class TypeAnnotationTests {

	@Test
	void methodsThatLookBeansUpAreLeftOut() {
		Contexts.with(LooksUp.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(LooksUp.class).lookUp()).isNotNull();
			assertThat(context.getBean(LooksUp.class).call()).isEqualTo("called");
			assertThat(Contexts.recorded(context, "looksUp")).isOne();
		});
	}

	@Test
	void whileOpenABeanStopsAndItsCallbacksAreCalled() {
		List<String> log = new ArrayList<>();
		Contexts.with().withBean(Everything.class, () -> new Everything(log)).run((context) -> {
			Everything bean = context.getBean(Everything.class);
			Contexts.breaker(context, "everything").forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(bean::work);
			context.stop();
			assertThat(bean.isRunning()).isFalse();
			assertThat(bean.isAutoStartup()).isTrue();
			assertThat(bean.getPhase()).isEqualTo(Integer.MAX_VALUE);
			assertThat(bean.getOrder()).isEqualTo(7);
			assertThat(bean.health().getStatus()).isEqualTo(Status.UP);
			assertThat(bean.health(false)).isNotNull();
			assertThat(bean.getExitCode()).isEqualTo(3);
			bean.run("argument");
			bean.run(new DefaultApplicationArguments());
			bean.contribute(new Info.Builder());
			bean.bindTo(new SimpleMeterRegistry());
			bean.onEvent("event");
			context.publishEvent("published");
			assertThat(Contexts.breaker(context, "everything").snapshot().notPermittedCallsTotal()).isOne();
			assertThat(context.getBean(GuardedMethodRegistry.class).of(Subject.ofType(Everything.class)))
				.extracting(GuardedMethod::describe)
				.containsExactly(Everything.class.getName() + ".work()");
			assertThat(Contexts.recorded(context, "everything")).isZero();
			assertThat(log).contains("start", "refreshed", "stop", "command", "runner", "info", "meters", "event",
					"published");
		});
		assertThat(log).contains("destroy");
	}

	@Test
	void aBaseClassOfBootsWithFinalCallbacksDoesNotStopTheStart() {
		Contexts.with(Indicator.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Contexts.breaker(context, "indicator").forceOpen();
			assertThat(context.getBean(Indicator.class).health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void whileOpenABeanStopsWhoseInterfaceExtendsThatOfTheCallback() {
		Contexts.with(Stopping.class).run((context) -> {
			Contexts.breaker(context, "stopping").forceOpen();
			context.stop();
			assertThat(context.getBean(Stopping.class).isRunning()).isFalse();
			assertThat(Contexts.breaker(context, "stopping").snapshot().notPermittedCallsTotal()).isZero();
		});
	}

	@Test
	void aFilterIsMadeAndRunAndDestroyedWhileOpen() {
		Gate.log.clear();
		try (RunningApplication application = RunningApplication.start(WithGate.class)) {
			Contexts.breaker(application.context(), "gate").forceOpen();
			assertThat(application.get("/fine").body()).isEqualTo("fine model");
			assertThat(Contexts.recorded(application.context(), "gate")).isZero();
		}
		assertThat(Gate.log).containsExactly("init", "filter", "destroy");
	}

	@Test
	void aClassThatInheritsFinalMethodsOfALibraryIsGuardedButForThese(CapturedOutput output) {
		Contexts.with(Dao.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Dao.class).work();
			assertThat(Contexts.recorded(context, "dao")).isOne();
			assertThat(context.getBean(GuardedMethodRegistry.class).bindings())
				.filteredOn((binding) -> !binding.intercepted())
				.extracting(MethodBinding::method)
				.contains(Dao.class.getName() + ".setDataSource(DataSource)");
			assertThat(output).containsOnlyOnce("@CircuitBreaker on " + Dao.class.getName()
					+ " does not hold for the final methods that it inherits, which no proxy can override: ");
		});
		Contexts.with(Dao.class)
			.withPropertyValues("breaker.aspect.strict=true")
			.run((context) -> assertThat(Contexts.analysis(context).getAction())
				.contains("Annotate the methods that need a circuit breaker, and not the class"));
	}

	@Test
	void aCallbackThatIsAnnotatedItselfIsGuarded() {
		Contexts.with(Asked.class).run((context) -> {
			context.getBean(Asked.class).health();
			assertThat(Contexts.recorded(context, "asked")).isOne();
		});
	}

	@Test
	void serviceInterfacesOfSpringsAreGuarded() {
		Contexts.with(Users.class, Numbers.class, Auditor.class).run((context) -> {
			context.getBean(Auditor.class).getCurrentAuditor();
			assertThat(Contexts.recorded(context, "auditor")).isOne();
			context.getBean(Users.class).loadUserByUsername("me");
			context.getBean(Numbers.class).convert("7");
			assertThat(Contexts.recorded(context, "users")).isOne();
			assertThat(Contexts.recorded(context, "numbers")).isOne();
		});
	}

	@Test
	void anUnguardedMethodIsLeftOut() {
		Contexts.with(Partly.class, PartlyByInterface.class, Composed.class).run((context) -> {
			Partly bean = context.getBean(Partly.class);
			bean.guarded();
			bean.unguarded();
			bean.inherited();
			bean.guardedAgain();
			assertThat(Contexts.recorded(context, "partly")).isEqualTo(2);
			context.getBean(PartlyByInterface.class).unguarded();
			context.getBean(PartlyByInterface.class).guarded();
			context.getBean(PartlyByInterface.class).own();
			assertThat(Contexts.recorded(context, "interface")).isOne();
			context.getBean(Composed.class).unguarded();
			assertThat(Contexts.recorded(context, "composed")).isZero();
			Contexts.breaker(context, "partly").forceOpen();
			bean.unguarded();
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(bean::guarded);
		});
	}

	@Test
	void whatCouldNotBeGuardedMayBeLeftOut() {
		Contexts.with(LeftOut.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void guardedAndUnguardedAtOnceStopsTheApplication() {
		Contexts.with(Both.class).run((context) -> {
			assertThat(Contexts.analysis(context).getDescription())
				.contains("Both.call() has both @CircuitBreaker and @Unguarded");
			assertThat(Contexts.analysis(context).getAction()).contains("Take one of them away");
		});
	}

	@Test
	void anInterfaceClientThatIsCloseableIsClosedWhileOpen() {
		Contexts.with(ClosingClient.class).run((context) -> {
			context.getBean(ClosingApi.class).call();
			Contexts.breaker(context, "closing").forceOpen();
			context.getBean(ClosingApi.class).close();
			assertThat(Contexts.recorded(context, "closing")).isOne();
		});
	}

	@Test
	void whatSpringMvcCallsBesideTheHandlerIsNoCall() {
		try (RunningApplication application = RunningApplication.start(WebApplication.class)) {
			for (int i = 0; i < 3; i++) {
				assertThat(application.get("/fail").body()).isEqualTo("handled IllegalStateException");
			}
			assertThat(application.get("/fine").body()).isEqualTo("fine model");
			assertThat(Contexts.breaker(application.context(), "web").snapshot()).satisfies((snapshot) -> {
				assertThat(snapshot.failedCallsTotal()).isEqualTo(3);
				assertThat(snapshot.successfulCallsTotal()).isOne();
			});
			Contexts.breaker(application.context(), "web").forceOpen();
			assertThat(application.get("/fine").body()).isEqualTo("handled CallNotPermittedException");
		}
	}

	@CircuitBreaker(name = "everything")
	static class Everything implements SmartLifecycle, Ordered, HealthIndicator, InfoContributor, MeterBinder,
			CommandLineRunner, ApplicationRunner, ExitCodeGenerator, ApplicationListener<ContextRefreshedEvent> {

		private final List<String> log;

		private volatile boolean running;

		Everything() {
			this(List.of());
		}

		Everything(List<String> log) {
			this.log = log;
		}

		public void work() {
		}

		@Override
		public void start() {
			this.running = true;
			this.log.add("start");
		}

		@Override
		public void stop() {
			this.running = false;
			this.log.add("stop");
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getOrder() {
			return 7;
		}

		@Override
		public Health health() {
			return Health.up().build();
		}

		@Override
		public void contribute(Info.Builder builder) {
			this.log.add("info");
		}

		@Override
		public void bindTo(MeterRegistry registry) {
			this.log.add("meters");
		}

		@Override
		public void run(String... arguments) {
			this.log.add("command");
		}

		@Override
		public void run(ApplicationArguments arguments) {
			this.log.add("runner");
		}

		@Override
		public int getExitCode() {
			return 3;
		}

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			this.log.add("refreshed");
		}

		@EventListener
		public void onEvent(String event) {
			this.log.add(event);
		}

		@PreDestroy
		public void destroyed() {
			this.log.add("destroy");
		}

	}

	@CircuitBreaker(name = "indicator")
	static class Indicator extends AbstractHealthIndicator {

		public void work() {
		}

		@Override
		protected void doHealthCheck(Health.Builder builder) {
			builder.up();
		}

	}

	static class Asked implements HealthIndicator {

		@Override
		@CircuitBreaker(name = "asked")
		public Health health() {
			return Health.up().build();
		}

	}

	@CircuitBreaker(name = "users")
	static class Users implements UserDetailsService {

		@Override
		public UserDetails loadUserByUsername(String username) {
			return User.withUsername(username).password("x").build();
		}

	}

	@CircuitBreaker(name = "numbers")
	static class Numbers implements Converter<String, Integer> {

		@Override
		public Integer convert(String source) {
			return Integer.valueOf(source);
		}

	}

	@CircuitBreaker(name = "auditor")
	static class Auditor implements AuditorAware<String> {

		@Override
		public Optional<String> getCurrentAuditor() {
			return Optional.of("me");
		}

	}

	@CircuitBreaker(name = "dao")
	static class Dao extends JdbcDaoSupport {

		Dao() {
			setDataSource(new DriverManagerDataSource("jdbc:h2:mem:dao"));
		}

		public void work() {
		}

	}

	interface Stoppable extends SmartLifecycle {

	}

	@CircuitBreaker(name = "stopping")
	static class Stopping implements Stoppable {

		private volatile boolean running;

		public void work() {
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Controller.class, Gate.class })
	static class WithGate {

	}

	@CircuitBreaker(name = "gate")
	static class Gate implements Filter {

		static final List<String> log = new CopyOnWriteArrayList<>();

		public void work() {
		}

		@Override
		public void init(FilterConfig config) {
			log.add("init");
		}

		@Override
		public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			log.add("filter");
			chain.doFilter(request, response);
		}

		@Override
		public void destroy() {
			log.add("destroy");
		}

	}

	static class Base {

		@Unguarded
		public void inherited() {
		}

		@Unguarded
		public void guardedAgain() {
		}

	}

	@CircuitBreaker(name = "partly")
	static class Partly extends Base {

		public void guarded() {
		}

		@Unguarded
		public void unguarded() {
		}

		@Override
		@CircuitBreaker(name = "partly")
		public void guardedAgain() {
		}

	}

	@CircuitBreaker(name = "interface")
	interface PartlyApi {

		void guarded();

		@Unguarded
		void unguarded();

		@CircuitBreaker(name = "interface")
		void own();

	}

	static class PartlyByInterface implements PartlyApi {

		@Override
		public void guarded() {
		}

		@Override
		public void unguarded() {
		}

		@Override
		@Unguarded
		public void own() {
		}

	}

	@Unguarded
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Local {

	}

	@CircuitBreaker(name = "composed")
	static class Composed {

		public void guarded() {
		}

		@Local
		public void unguarded() {
		}

	}

	@CircuitBreaker(name = "leftOut")
	static class LeftOut {

		public void guarded() {
		}

		@Unguarded
		public final void fixed() {
		}

		@Unguarded
		public java.util.stream.Stream<String> lazy() {
			return java.util.stream.Stream.empty();
		}

	}

	static class Both {

		@Unguarded
		@CircuitBreaker(name = "both")
		public void call() {
		}

	}

	@CircuitBreaker(name = "closing")
	public interface ClosingApi extends AutoCloseable {

		void call();

		@Override
		void close();

	}

	static class ClosingClient implements org.springframework.beans.factory.FactoryBean<ClosingApi> {

		@Override
		public ClosingApi getObject() {
			return (ClosingApi) java.lang.reflect.Proxy.newProxyInstance(ClosingApi.class.getClassLoader(),
					new Class<?>[] { ClosingApi.class }, (proxy, method, arguments) -> null);
		}

		@Override
		public Class<?> getObjectType() {
			return ClosingApi.class;
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class WebApplication {

		@Bean
		String something() {
			return "something";
		}

	}

	@RestController
	@CircuitBreaker(name = "web")
	static class Controller {

		@GetMapping("/fine")
		public String fine(Model model) {
			return "fine " + model.getAttribute("added");
		}

		@GetMapping("/fail")
		public String fail() {
			throw new IllegalStateException();
		}

		@ModelAttribute("added")
		public String added() {
			return "model";
		}

		@InitBinder
		public void bind(WebDataBinder binder) {
		}

		@ExceptionHandler
		public String handle(RuntimeException thrown) {
			return "handled " + thrown.getClass().getSimpleName();
		}

	}

	@CircuitBreaker(name = "looksUp")
	static class LooksUp {

		public String call() {
			return "called";
		}

		@Lookup
		public CircuitBreakerRegistry lookUp() {
			throw new IllegalStateException("The container overrides it");
		}

	}

}
