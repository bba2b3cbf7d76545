package dev.breaker.fleet;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The totals of leases.
 */
class LeasesTests {

	private final Leases leases = new Leases();

	@Test
	void aLeaseThatIsGrantedAgainIsKnown() {
		assertThat(this.leases.grant(1, 2)).isTrue();
		assertThat(this.leases.grant(1, 2)).isFalse();
		assertThat(this.leases.untold()).isEmpty();
	}

	@Test
	void resultsFillOneLeaseAfterTheOther() {
		this.leases.grant(1, 2);
		this.leases.grant(2, 3);
		this.leases.record(new SharedGate.Outcomes(3, 3, 1));
		this.leases.giveBack(1);
		assertThat(totals()).containsExactly(new Leases.Totals(2, 2, 1, 0), new Leases.Totals(1, 1, 0, 1));
	}

	@Test
	void whatDoesNotComeBackCountsAsFailed() {
		this.leases.grant(1, 4);
		this.leases.record(new SharedGate.Outcomes(1, 0, 0));
		this.leases.giveBack(1);
		this.leases.lose();
		assertThat(totals()).containsExactly(new Leases.Totals(3, 2, 0, 1));
	}

	@Test
	void thereIsNoMoreThanPlaces() {
		this.leases.grant(1, 1);
		this.leases.record(new SharedGate.Outcomes(5, 5, 5));
		this.leases.giveBack(5);
		this.leases.lose();
		assertThat(totals()).containsExactly(new Leases.Totals(1, 1, 1, 0));
	}

	@Test
	void aSettledLeaseIsForgottenOnceItIsTold() {
		this.leases.grant(1, 2);
		this.leases.record(new SharedGate.Outcomes(1, 0, 0));
		Leases.Lease lease = this.leases.untold().get(0);
		Leases.Totals early = lease.totals();
		this.leases.record(new SharedGate.Outcomes(1, 1, 0));
		this.leases.told(lease, early);
		assertThat(totals()).as("more has come meanwhile").containsExactly(new Leases.Totals(2, 1, 0, 0));
		this.leases.told(lease, lease.totals());
		assertThat(this.leases.isEmpty()).isTrue();
	}

	private List<Leases.Totals> totals() {
		return this.leases.untold().stream().map(Leases.Lease::totals).toList();
	}

}
