package dev.breaker.sample.traffic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class TrafficGeneratorTests {

	@Test
	void requestThatGetsNoAnswerIsLost() throws IOException {
		TrafficGenerator traffic = traffic(portWhereNobodyListens());
		try {
			traffic.rate(100);
			await().atMost(Duration.ofSeconds(30)).until(() -> traffic.report().sent() >= 5);
			traffic.rate(0);
			await().atMost(Duration.ofSeconds(30)).until(() -> traffic.report().inFlight() == 0);
			TrafficReport report = traffic.report();
			assertThat(report.lost()).isEqualTo(report.sent());
			assertThat(report.skipped()).isZero();
			assertThat(report.checkout()).isEmpty();
			assertThat(report.partner()).isEmpty();
		}
		finally {
			traffic.destroy();
		}
	}

	@Test
	void requestThatFindsNoPlaceIsSkippedAndNotSent() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
			TrafficGenerator traffic = traffic(silent.getLocalPort());
			try {
				traffic.rate(500);
				await().atMost(Duration.ofSeconds(30)).until(() -> traffic.report().skipped() > 0);
				traffic.rate(0);
				assertThat(traffic.report().inFlight()).isEqualTo(200);
				assertThat(traffic.report().sent()).isEqualTo(200);
				assertThat(traffic.report().lost()).isZero();
			}
			finally {
				traffic.destroy();
			}
		}
	}

	private static TrafficGenerator traffic(int port) {
		return new TrafficGenerator(new MockEnvironment().withProperty("local.server.port", String.valueOf(port)));
	}

	private static int portWhereNobodyListens() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return taken.getLocalPort();
		}
	}

}
