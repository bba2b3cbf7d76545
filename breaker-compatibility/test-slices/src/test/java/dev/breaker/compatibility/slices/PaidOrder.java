package dev.breaker.compatibility.slices;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
class PaidOrder {

	@Id
	private Long id;

	private String state;

}
