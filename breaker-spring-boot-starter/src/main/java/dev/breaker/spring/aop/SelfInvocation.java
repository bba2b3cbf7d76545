package dev.breaker.spring.aop;

/**
 * A call of a guarded method that its proxy does not see, since the object makes it
 * itself.
 *
 * @param called the guarded method, with its class
 * @param caller the calling method, with its class
 * @param place the source file and line
 */
record SelfInvocation(String called, String caller, String place) {

	String describe() {
		return "%s calls %s (%s)".formatted(this.caller, this.called, this.place);
	}

}
