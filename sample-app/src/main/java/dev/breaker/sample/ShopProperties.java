package dev.breaker.sample;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set about the shop.
 *
 * @param warehouses where goods lie; each has its own breaker, so that the number of
 * breakers is known
 * @param slowAnswer how long a remote service takes to answer in mode {@code slow}, at
 * first
 * @param slowestAnswer how long in the end; not set, it stays the same
 * @param slowerWithin how long after the switch to the mode that is
 */
@ConfigurationProperties("shop")
public record ShopProperties(@DefaultValue( {
		"berlin", "lyon", "porto" }) List<String> warehouses, @DefaultValue("700ms") Duration slowAnswer,
		@Nullable Duration slowestAnswer, @DefaultValue("10s") Duration slowerWithin){

	/**
	 * How long an answer takes in mode {@code slow}.
	 * @param elapsed since the switch to the mode
	 * @return the time
	 */
	public Duration slowAnswerAfter(Duration elapsed) {
		Duration slowest = (this.slowestAnswer != null) ? this.slowestAnswer : this.slowAnswer;
		double share = Math.min(1, (double) elapsed.toNanos() / this.slowerWithin.toNanos());
		return this.slowAnswer.plusNanos(Math.round(share * slowest.minus(this.slowAnswer).toNanos()));
	}
}
