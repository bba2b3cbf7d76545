package dev.breaker.spring.dashboard;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.codec.ServerSentEvent;

import static org.assertj.core.api.Assertions.assertThat;

class ReactiveLiveStreamTests {

	private final ManualClock time = new ManualClock();

	@Test
	void figuresAreThoseOfTheMomentInWhichTheyAreWritten() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.REACTIVE)) {
			ReactiveLiveStream stream = stream(application);
			StepVerifier.create(events(stream), 0).thenRequest(2).assertNext((event) -> {
				application.breaker("payments").forceOpen();
				assertThat(json(event)).contains("FORCED_OPEN");
			}).then(stream::tell).assertNext((event) -> {
				application.registry().remove("payments");
				assertThat(json(event)).doesNotContain("payments");
			}).then(stream::close).verifyComplete();
		}
	}

	@Test
	void aViewerThatReadsNothingForAMinuteIsLetGo() {
		try (RunningDashboard application = RunningDashboard.start(WebApplicationType.REACTIVE)) {
			ReactiveLiveStream stream = stream(application);
			StepVerifier.create(events(stream), 0).thenRequest(1).assertNext(ReactiveLiveStreamTests::json).then(() -> {
				this.time.advance(Duration.ofSeconds(60));
				stream.tell();
				stream.tell();
			}).thenRequest(1).assertNext((event) -> assertThat(event.event()).isEqualTo("live")).then(() -> {
				this.time.advance(Duration.ofSeconds(1));
				stream.tell();
			}).verifyError(TimeoutException.class);
		}
	}

	private ReactiveLiveStream stream(RunningDashboard application) {
		return new ReactiveLiveStream(application.context().getBean(Live.class), this.time::nanos);
	}

	private static String json(ServerSentEvent<?> event) {
		return ((ReactiveLiveStream.Figures) event.data()).json();
	}

	@SuppressWarnings("unchecked")
	private static Flux<ServerSentEvent<?>> events(ReactiveLiveStream stream) {
		return ((WebEndpointResponse<Flux<ServerSentEvent<?>>>) stream.open()).getBody();
	}

}
