package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.spring.stream.ServletSseStreams;
import dev.breaker.spring.stream.SseSink;
import dev.breaker.spring.stream.StreamSubscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.http.codec.ServerSentEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class LiveStreamTests {

	private final RunningDashboard application = RunningDashboard.start(WebApplicationType.SERVLET,
			"management.endpoints.web.exposure.include=breakerdashboard");

	private final LiveStream stream = new LiveStream(this.application.context().getBean(Live.class),
			new ServletSseStreams());

	@AfterEach
	void stop() {
		this.application.close();
	}

	private Client follow() {
		Client client = new Client();
		client.subscription = this.stream.subscribe(client);
		client.subscription.drain();
		return client;
	}

	@Test
	void aViewerIsToldTheFiguresEachSecond() {
		Client viewer = follow();
		assertThat(viewer.messages).hasSize(1);
		this.application.breaker("payments").forceOpen();
		this.stream.tell();
		assertThat(viewer.messages).hasSize(2);
		assertThat(viewer.messages.get(0).event()).isEqualTo("live");
		assertThat(viewer.messages.get(0).data()).doesNotContain("FORCED_OPEN");
		assertThat(viewer.messages.get(1).data()).contains("FORCED_OPEN");
		assertThat(viewer.flushes).isEqualTo(2);
	}

	@Test
	void aViewerThatReadsLateIsToldTheNewestAlone() {
		Client viewer = follow();
		viewer.ready = false;
		for (int i = 0; i < LiveStream.MOST_UNREAD - 1; i++) {
			this.stream.tell();
		}
		this.application.breaker("payments").forceOpen();
		viewer.ready = true;
		viewer.subscription.drain();
		assertThat(viewer.messages).hasSize(2);
		assertThat(viewer.messages.get(1).data()).contains("FORCED_OPEN");
	}

	@Test
	void aViewerThatReadsNothingForAMinuteIsLetGo() {
		Client hanging = follow();
		Client reading = follow();
		hanging.ready = false;
		for (int i = 0; i < LiveStream.MOST_UNREAD; i++) {
			this.stream.tell();
			assertThat(hanging.ends).isZero();
		}
		this.stream.tell();
		assertThat(hanging.ends).isOne();
		this.stream.tell();
		assertThat(hanging.ends).isOne();
		assertThat(hanging.messages).hasSize(1);
		assertThat(reading.messages).hasSize(LiveStream.MOST_UNREAD + 3);
	}

	@Test
	void aViewerWhoseConnectionIsBrokenHarmsNoOther() {
		Client broken = follow();
		Client failing = follow();
		Client reading = follow();
		broken.failure = new IOException("Broken pipe");
		failing.failure = new IllegalStateException("broken");
		this.stream.tell();
		this.stream.tell();
		assertThat(reading.messages).hasSize(3);
		assertThat(broken.ends).isZero();
		assertThat(failing.ends).isOne();
	}

	@Test
	void thereAreNoMoreViewersThanThereMayBe() {
		List<Client> viewers = new ArrayList<>();
		for (int i = 0; i < LiveStream.MOST_VIEWERS; i++) {
			viewers.add(follow());
		}
		assertThatIllegalStateException().isThrownBy(this::follow);
		viewers.get(0).subscription.close();
		assertThat(follow().messages).hasSize(1);
	}

	@Test
	void theEndEndsAllAndNoViewerComesAfterIt() {
		Client viewer = follow();
		Client hanging = follow();
		hanging.ready = false;
		this.stream.close();
		assertThat(viewer.ends).isOne();
		assertThat(hanging.ends).isOne();
		assertThatIllegalStateException().isThrownBy(this::follow);
	}

	@Test
	void viewersComeAgainAfterANewBeginning() {
		this.stream.close();
		this.stream.begin();
		assertThat(follow().messages).hasSize(1);
	}

	private static final class Client implements SseSink {

		private final List<ServerSentEvent<String>> messages = new ArrayList<>();

		private StreamSubscription subscription;

		private boolean ready = true;

		private Exception failure;

		private int flushes;

		private int ends;

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public void send(ServerSentEvent<String> message) throws IOException {
			if (this.failure instanceof IOException gone) {
				throw gone;
			}
			if (this.failure instanceof RuntimeException broken) {
				throw broken;
			}
			this.messages.add(message);
		}

		@Override
		public void flush() {
			this.flushes++;
		}

		@Override
		public void end() {
			this.ends++;
		}

	}

}
