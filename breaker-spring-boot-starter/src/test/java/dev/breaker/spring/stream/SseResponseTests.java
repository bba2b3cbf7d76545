package dev.breaker.spring.stream;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.ContextView;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.HttpHeadResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

class SseResponseTests {

	private final AtomicBoolean cut = new AtomicBoolean();

	private final MockServerHttpResponse server = new MockServerHttpResponse() {

		@Override
		@SuppressWarnings("unchecked")
		public <T> T getNativeResponse() {
			Disposable connection = () -> SseResponseTests.this.cut.set(true);
			return (T) connection;
		}

	};

	private final SseResponse response = new SseResponse(this.server);

	private static Publisher<DataBuffer> message(Object text) {
		return Flux
			.just(DefaultDataBufferFactory.sharedInstance.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void messagesAreWrittenInTheirOrderAndTheEndEndsTheResponse() {
		StepVerifier.create(this.response.writeAndFlushWith(Flux.range(10, 90).map(SseResponseTests::message)))
			.verifyComplete();
		StringBuilder all = new StringBuilder();
		for (int i = 10; i < 100; i++) {
			all.append(i);
		}
		StepVerifier.create(this.server.getBodyAsString()).expectNext(all.toString()).verifyComplete();
	}

	@Test
	void aStreamIsAskedForAMessageWhenTheOneBeforeIsWritten() {
		AtomicLong asked = new AtomicLong();
		// Takes one buffer, and has never written it.
		this.server.setWriteHandler((body) -> body.concatMap((buffer) -> Mono.never(), 1).then());
		StepVerifier
			.create(this.response
				.writeAndFlushWith(Flux.range(10, 90).map(SseResponseTests::message).doOnRequest(asked::addAndGet)))
			.expectSubscription()
			.expectNoEvent(Duration.ofMillis(1))
			.thenCancel()
			.verify();
		assertThat(asked.get()).isBetween(1L, 3L);
	}

	@Test
	void whatWaitsForNothingIsWrittenWhenItComes() {
		TestPublisher<Publisher<DataBuffer>> stream = TestPublisher.create();
		StepVerifier.create(this.response.writeAndFlushWith(stream))
			.then(() -> stream.next(message("a")))
			.then(() -> stream.next(message("b")))
			.then(stream::complete)
			.verifyComplete();
		StepVerifier.create(this.server.getBodyAsString()).expectNext("ab").verifyComplete();
	}

	@Test
	void aStreamThatIsRefusedIsAnErrorBeforeAnythingIsWritten() {
		StepVerifier.create(this.response.writeAndFlushWith(Flux.error(new IllegalStateException("full"))))
			.verifyErrorMessage("full");
		assertThat(this.server.isCommitted()).isFalse();
		assertThat(this.cut).isFalse();
	}

	@Test
	void aFailureCutsTheConnectionBehindWhatIsNotRead() {
		this.server.setWriteHandler((body) -> body.concatMap((buffer) -> Mono.never(), 1).then());
		TestPublisher<Publisher<DataBuffer>> stream = TestPublisher.create();
		StepVerifier.create(this.response.writeAndFlushWith(stream))
			.then(() -> stream.next(message("a")))
			.then(() -> stream.error(new EOFException("let go")))
			.verifyErrorMessage("let go");
		assertThat(this.cut).isTrue();
	}

	@Test
	void aResponseThatIsNotWrittenLeavesTheStream() {
		TestPublisher<Publisher<DataBuffer>> stream = TestPublisher.create();
		StepVerifier.create(new SseResponse(new HttpHeadResponseDecorator(this.server)).writeAndFlushWith(stream))
			.verifyComplete();
		stream.assertCancelled();
	}

	@Test
	void aClientThatGoesLeavesTheStream() {
		TestPublisher<Publisher<DataBuffer>> stream = TestPublisher.create();
		StepVerifier.create(this.response.writeAndFlushWith(stream))
			.then(() -> stream.next(message("a")))
			.thenCancel()
			.verify();
		stream.assertCancelled();
	}

	@Test
	void theStreamKnowsTheContextOfTheRequest() {
		Flux<Publisher<DataBuffer>> stream = Flux
			.deferContextual((ContextView context) -> Flux.just(message(context.get("user"))));
		StepVerifier
			.create(this.response.writeAndFlushWith(stream).contextWrite((context) -> context.put("user", "alice")))
			.verifyComplete();
		StepVerifier.create(this.server.getBodyAsString()).expectNext("alice").verifyComplete();
	}

}
