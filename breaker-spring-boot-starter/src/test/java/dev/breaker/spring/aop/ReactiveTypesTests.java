package dev.breaker.spring.aop;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

class ReactiveTypesTests {

	@ParameterizedTest
	@ValueSource(classes = { Object.class, String.class, BigDecimal.class, List.class, Stream.class, Thread.State.class,
			CompletableFuture.class, void.class, int.class, Mono[].class })
	void whatIsOfTheJdkAloneIsNotAskedFor(Class<?> type) {
		assertThat(ReactiveTypes.mayInclude(type)).isFalse();
		assertThat(ReactiveTypes.adapter(type)).isNull();
	}

	@ParameterizedTest
	@ValueSource(classes = { Mono.class, Flux.class, Publisher.class, Flow.Publisher.class, SubmissionPublisher.class })
	void reactiveTypesHaveTheirAdapter(Class<?> type) {
		assertThat(ReactiveTypes.mayInclude(type)).isTrue();
		assertThat(ReactiveTypes.adapter(type)).isNotNull();
	}

	@Test
	void typesOfAnApplicationAreAskedForAndHaveNone() {
		assertThat(ReactiveTypes.mayInclude(getClass())).isTrue();
		assertThat(ReactiveTypes.adapter(getClass())).isNull();
	}

}
