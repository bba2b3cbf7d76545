package dev.breaker.compatibility.slices;

import dev.breaker.annotation.CircuitBreaker;

import org.springframework.data.jpa.repository.JpaRepository;

interface Orders extends JpaRepository<PaidOrder, Long> {

	@CircuitBreaker(name = "orders")
	long countByState(String state);

}
