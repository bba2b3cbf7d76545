package dev.breaker.sample;

import java.time.Duration;
import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set about the shop.
 *
 * @param warehouses where goods lie; each has its own breaker, so that the number of
 * breakers is known
 * @param slowAnswer how long a remote service takes to answer in mode {@code slow}
 */
@ConfigurationProperties("shop")
public record ShopProperties(@DefaultValue( {
		"berlin", "lyon", "porto" }) List<String> warehouses, @DefaultValue("700ms") Duration slowAnswer){
}
