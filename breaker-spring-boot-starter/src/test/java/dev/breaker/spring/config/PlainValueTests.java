package dev.breaker.spring.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plain values are what Spring Boot's binding makes of them.
 */
class PlainValueTests {

	static List<Object> numbers() {
		return List.of("0", "7", "007", "010", "08", "100", "123456789", "999999999", 0, 7, -1, Integer.MAX_VALUE,
				Integer.MIN_VALUE);
	}

	@ParameterizedTest
	@MethodSource("numbers")
	void numbersAreBoundToTheSame(Object written) {
		for (Class<?> type : List.of(Integer.class, Double.class)) {
			assertThat(PlainValue.of(type, written)).isNotNull().isEqualTo(bound(type, written));
		}
		assertThat(PlainValue.of(Duration.class, written)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "1ms", "30s", "030s", "5m", "2h", "7d", "999999999d", "123456789ms" })
	void durationsAreBoundToTheSame(String written) {
		assertThat(PlainValue.of(Duration.class, written)).isNotNull().isEqualTo(bound(Duration.class, written));
		assertThat(PlainValue.of(Integer.class, written)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", " 7", "7 ", "+7", "-7", "1.5", "1e3", "0x10", "${seven}", "1234567890", "\u0667",
			"1_0", "10 s", "10S", "10ns", "10us", "-10s", "PT10S", "none" })
	void whatIsWrittenInAnyOtherWayIsBound(String written) {
		for (Class<?> type : List.of(Integer.class, Double.class, Duration.class)) {
			assertThat(PlainValue.of(type, written)).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { String.class, Boolean.class, Long.class, Object.class, List.class, int.class })
	void otherTypesAreBound(Class<?> type) {
		assertThat(PlainValue.of(type, "7")).isNull();
		assertThat(PlainValue.of(type, 7)).isNull();
	}

	private static Object bound(Class<?> type, Object written) {
		return new Binder(new MapConfigurationPropertySource(Map.of("value", written))).bind("value", Bindable.of(type))
			.get();
	}

}
