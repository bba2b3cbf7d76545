package dev.breaker;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys of any length and any characters: no two of them share a breaker, and none is
 * called what another one is.
 */
class GroupKeyTests {

	private final CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final CircuitBreakerGroup group = this.registry.group("a", this.config, 100);

	@Test
	void aLongKeyIsCutAndHashed() {
		String key = "tenant-".repeat(300_000);
		CircuitBreaker breaker = this.group.get(key);
		assertThat(breaker.name()).startsWith("a:tenant-tenant-").hasSize("a:".length() + 128);
		assertThat(this.group.get(key + "")).isSameAs(breaker);
		assertThat(this.group.find(key)).containsSame(breaker);
		assertThat(this.group.get(key + "x")).isNotSameAs(breaker);
		assertThat(this.group.get("x" + key).name()).hasSize("a:".length() + 128);
	}

	@Test
	void aKeyOf128CharactersIsKept() {
		String key = "k".repeat(128);
		assertThat(this.group.get(key).name()).isEqualTo("a:" + key);
		assertThat(this.group.get(key + "k").name()).startsWith("a:kkk").contains("~").hasSize(130);
		assertThat(this.group.get("").name()).isEqualTo("a:");
	}

	@Test
	void aKeyThatLooksLikeOneThatWasCutIsAnother() {
		for (String beginning : List.of("k".repeat(500), "k".repeat(83) + "\uD83D\uDE00".repeat(200))) {
			CircuitBreaker cut = this.group.get(beginning);
			String shown = cut.name().substring("a:".length());
			assertThat(shown.length()).isLessThanOrEqualTo(128);
			assertThat(shown.chars().filter((c) -> Character.isSurrogate((char) c))).isEmpty();
			assertThat(this.group.get(shown)).isNotSameAs(cut);
			assertThat(this.group.get(shown).name()).hasSizeLessThanOrEqualTo(130);
		}
	}

	@Test
	void keysThatDifferInWhatNoEncodingKnowsAreTwo() {
		String long1 = "k".repeat(200) + '\uD800';
		String long2 = "k".repeat(200) + '\uD801';
		assertThat(this.group.get(long1)).isNotSameAs(this.group.get(long2));
	}

	@Test
	void groupsWithAColonInTheirNameAreKeptApart() {
		CircuitBreakerGroup other = this.registry.group("a:b", this.config, 100);
		CircuitBreaker first = this.group.get("b:c");
		CircuitBreaker second = other.get("c");
		assertThat(second).isNotSameAs(first);
		assertThat(first.name()).isEqualTo("a:b:c");
		assertThat(second.name()).startsWith("a:b:c~");
		assertThat(first.group()).isSameAs(this.group);
		assertThat(second.group()).isSameAs(other);
		assertThat(this.group.get("b:c")).isSameAs(first);
		assertThat(other.get("c")).isSameAs(second);
		assertThat(this.registry.find(second.name())).containsSame(second);
		second.forceOpen();
		assertThat(first.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aKeyIsNoPlainBreaker() {
		CircuitBreaker plain = this.registry.get("a:berlin");
		CircuitBreaker keyed = this.group.get("berlin");
		assertThat(keyed).isNotSameAs(plain);
		assertThat(keyed.name()).startsWith("a:berlin~");
		assertThat(plain.group()).isNull();
		assertThat(this.registry.get("a:berlin")).isSameAs(plain);
		assertThat(this.group.size()).isEqualTo(1);
		// Whatever its name is taken by
		CircuitBreaker taken = this.registry.get(KeyText.distinct("a:rome", "a", "rome", 1));
		this.registry.get("a:rome");
		assertThat(this.group.get("rome")).isNotSameAs(taken);
		assertThat(this.group.get("rome").name()).isEqualTo(KeyText.distinct("a:rome", "a", "rome", 2));
		assertThat(this.registry.all()).extracting(CircuitBreaker::name).doesNotHaveDuplicates().hasSize(5);
	}

	@Test
	void aBreakerThatComesBackDoesNotTakeAnothersName() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker before = small.get("k");
		small.get("other");
		CircuitBreaker plain = this.registry.get("small:k");
		before.run(() -> {
		});
		assertThat(plain.snapshot().successfulCallsTotal()).isZero();
		assertThat(small.get("k")).isNotSameAs(plain);
		assertThat(small.get("k").snapshot().successfulCallsTotal()).isEqualTo(1);
		assertThat(small.get("k").name()).isEqualTo(KeyText.distinct("small:k", "small", "k", 1));
	}

	@Test
	void aKeyCalledOverflowIsAKeyLikeOthers() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker keyed = small.get("_overflow");
		assertThat(keyed.name()).isEqualTo("small:_overflow");
		keyed.acquire();
		CircuitBreaker shared = small.get("b");
		assertThat(shared).isNotSameAs(keyed);
		assertThat(shared.name()).startsWith("small:_overflow~");
		assertThat(small.get("_overflow")).isSameAs(keyed);
		assertThat(small.overflow()).containsSame(shared);
		CircuitBreakerGroup other = this.registry.group("other", this.config, 1);
		Permit permit = other.get("a").acquire();
		CircuitBreaker first = other.get("_overflow");
		assertThat(other.overflow()).containsSame(first);
		permit.release();
		assertThat(other.get("_overflow")).isNotSameAs(first);
		assertThat(other.find("_overflow")).isPresent();
	}

	@Test
	void theFirstKeyThatIsCalledOtherwiseIsLogged() {
		this.registry.get("a:berlin");
		this.registry.get("a:rome");
		try (LogCapture log = new LogCapture()) {
			this.group.get("paris");
			assertThat(log.trouble()).isEmpty();
			CircuitBreaker berlin = this.group.get("berlin");
			assertThat(log.trouble()).singleElement()
				.asString()
				.startsWith(
						"Circuit breaker 'a:berlin' is none of the group 'a', so the breaker of that key is called '"
								+ berlin.name() + "'");
			assertThat(this.group.get("rome").name()).startsWith("a:rome~");
			assertThat(log.trouble()).hasSize(1);
		}
	}

	@Test
	void aLogThatFailsCostsNoKeyItsBreaker() {
		this.registry.get("a:berlin");
		try (LogCapture log = LogCapture.failing()) {
			assertThat(this.group.get("berlin").name()).startsWith("a:berlin~");
			assertThat(log.trouble()).hasSize(1);
		}
		assertThat(this.group.find("berlin")).isPresent();
	}

	@Test
	void aNameThatIsToldApartDependsOnGroupKeyAndAttempt() {
		assertThat(List.of(KeyText.distinct("n", "a", "b", 1), KeyText.distinct("n", "a", "c", 1),
				KeyText.distinct("n", "b", "b", 1), KeyText.distinct("n", "a", "b", 2),
				KeyText.distinct("n", "a", null, 1), KeyText.distinct("n", "a", "", 1)))
			.doesNotHaveDuplicates()
			.allMatch((name) -> name.matches("n~[A-Za-z0-9_-]{8}"));
	}

}
