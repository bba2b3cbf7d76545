package dev.breaker.sample.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Says where to go once the shop is open.
 */
@Component
class ReadyMessage {

	private static final Logger logger = LoggerFactory.getLogger(ReadyMessage.class);

	private static final String MESSAGE = """
			The shop is open:
			  page         {shop}/
			  checkout     curl {shop}/checkout/sku-1
			  partner      curl {shop}/partner/sku-1
			  refund       curl {shop}/refund/R-000001
			  faults       curl -X POST '{shop}/faults/payments?mode=error'     (ok, slow, error, hang, refuse; payments, inventory, partner)
			  backlog      curl -X POST '{shop}/backlog?waiting=12000'          (0 takes the signal back)
			  traffic      curl -X POST '{shop}/traffic?rps=20'                 (0 stops it)
			  dashboard    {shop}/actuator/breakerdashboard
			  breakers     {shop}/actuator/circuitbreakers
			  events       {shop}/actuator/circuitbreakerevents
			  health       {shop}/actuator/health
			  prometheus   {shop}/actuator/prometheus
			""";

	private final Environment environment;

	ReadyMessage(Environment environment) {
		this.environment = environment;
	}

	@EventListener(ApplicationReadyEvent.class)
	void print() {
		String shop = "http://localhost:" + this.environment.getRequiredProperty("local.server.port");
		logger.info(MESSAGE.replace("{shop}", shop));
	}

}
