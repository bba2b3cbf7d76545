package dev.breaker.spring.test.docs;

import dev.breaker.spring.test.docs.CheckoutApplication.Mail;
import dev.breaker.spring.test.docs.CheckoutApplication.Payments;

import org.springframework.stereotype.Service;

@Service
class Checkout {

	private final Payments payments;

	private final Mail mail;

	Checkout(Payments payments, Mail mail) {
		this.payments = payments;
		this.mail = mail;
	}

	String pay() {
		return this.payments.pay();
	}

	void confirm() {
		this.mail.send();
	}

}
