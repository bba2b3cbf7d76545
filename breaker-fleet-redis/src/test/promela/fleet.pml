/*
 * One breaker that the nodes of a fleet share: votes, epochs, leases, commands, and what becomes of them where
 * messages are lost, nodes pause or die, and the store is emptied. check.sh runs it.
 *
 * What is atomic in the store, one exchange, is one step here. An exchange has three: the node sends what it has to
 * say at that moment, the store carries it out, the node hears the answer. Each can be late, and each message can be
 * lost. A node has one exchange under way at a time, over one connection, so that they arrive in their order. News is
 * not a message: a node may learn the present record at any moment, or never. News that is older than that says
 * nothing new, since it has a lower epoch.
 *
 * Time is not counted: a wait is over, a vote expires, a node counts as gone at any moment after which it could. An
 * exchange that neither says nor asks for anything new, the heartbeat, is left out; a state that is left by none is
 * one that the fleet stays in for good, and must be the right one (process End).
 *
 * Each WITHOUT_... takes one rule of the protocol away; check.sh demands that the model finds what breaks then.
 */

#ifndef NODES
#define NODES 2
#endif
#ifndef QUORUM
#define QUORUM 2
#endif
/* The probes of a half-open fleet, how many successes close it; one failure opens it */
#ifndef PERMITTED
#define PERMITTED 2
#endif
#ifndef ENOUGH
#define ENOUGH 2
#endif
/* How many places one exchange leases at most */
#ifndef GRANT
#define GRANT 1
#endif
/* How often each of these happens at most, until faults stop */
#ifndef TRIPS
#define TRIPS 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef UNUSED
#define UNUSED 0
#endif
#ifndef LOSSES
#define LOSSES 0
#endif
#ifndef PAUSES
#define PAUSES 0
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef FLUSHES
#define FLUSHES 0
#endif
#ifndef ORDERS
#define ORDERS 0
#endif

#define CLOSED 0
#define OPEN 1
#define HALF_OPEN 2
#define FORCED_OPEN 3

#define IDLE 0
#define REQUEST 1
#define ANSWER 2

byte trips = TRIPS, failures = FAILURES, unused = UNUSED, losses = LOSSES, pauses = PAUSES, deaths = DEATHS,
	flushes = FLUSHES, orders = ORDERS;
bit calm;

/* The store: its life, the counter of revisions, the record, and what each node has there */
bit life;
byte rev;
byte epoch, state, before;
bit due;
byte given, good, bad;
bit live[NODES], vote[NODES];
byte lease[NODES], places[NODES], heardGood[NODES], heardBad[NODES], heardBack[NODES];

/* What is only checked: the epoch that a vote is of and the one in which the fleet last closed, probes made since it
   is half-open, and the last command: 1 to open, 2 a reset */
byte voteOf[NODES], closed;
byte made;
byte ordered;

/* The nodes. The session of a node that died never comes back; its place is taken by a new one */
bit alive[NODES], lifeOf[NODES], away[NODES], own[NODES], remember[NODES];
byte known[NODES], saw[NODES], mine[NODES], order[NODES];
byte token[NODES], tokenEpoch[NODES], held[NODES], unmade[NODES], busy[NODES], passed[NODES], broke[NODES],
	back[NODES];

/* Requests and answers on their way */
byte way[NODES];
bit rOwn[NODES], rWant[NODES], rAsk[NODES], rRemember[NODES], rLife[NODES];
byte rKnown[NODES], rSaw[NODES], rOrder[NODES], rToken[NODES], rTokenEpoch[NODES], rGood[NODES], rBad[NODES],
	rBack[NODES];
bit aLife[NODES];
byte aEpoch[NODES], aState[NODES], aToken[NODES], aTokenEpoch[NODES], aPlaces[NODES];

/* Not kept from step to step */
hidden byte each, voters, leased;
hidden byte outstanding, granted;

inline forget(n) {
	lease[n] = 0; places[n] = 0; heardGood[n] = 0; heardBad[n] = 0; heardBack[n] = 0
}

/* Whether a lease of a node that lives is not settled */
inline look() {
	outstanding = 0;
	for (each : 0 .. NODES - 1) {
		if
		:: lease[each] != 0 && live[each] -> outstanding = 1
		:: else
		fi
	}
}

/* A new epoch, which takes all votes and leases away */
inline become(to) {
	rev++; before = epoch; epoch = rev; state = to; due = 0;
	given = 0; good = 0; bad = 0; made = 0;
	if
	:: to == CLOSED -> closed = epoch
	:: else
	fi;
	for (each : 0 .. NODES - 1) {
		forget(each); vote[each] = 0; voteOf[each] = 0
	}
}

inline countVotes() {
	voters = 0;
	for (each : 0 .. NODES - 1) {
		if
		:: live[each] && vote[each] -> voters++
		:: else
		fi
	};
	if
	:: voters >= QUORUM ->
		/* No vote of before the fleet last closed has a part in it */
		for (each : 0 .. NODES - 1) {
			assert(!(live[each] && vote[each]) || voteOf[each] >= closed)
		};
		become(OPEN)
	:: else
	fi
}

inline decide() {
	look();
	if
	:: state == HALF_OPEN && bad > 0 -> become(OPEN)
	:: state == HALF_OPEN && bad == 0 && good >= ENOUGH -> become(CLOSED)
	:: state == HALF_OPEN && bad == 0 && good < ENOUGH && given == PERMITTED && !outstanding ->
		if
		:: good == 0 -> become(OPEN)
		:: else -> become(CLOSED)
		fi
	:: else
	fi
}

/* A lease of a node that counts as gone is lost for good, as soon as it is looked at */
inline lose() {
#ifndef WITHOUT_LOSING
	for (each : 0 .. NODES - 1) {
		if
		:: lease[each] != 0 && !live[each] -> forget(each)
		:: else
		fi
	}
#else
	skip
#endif
}

/* Of dark probes there is one at a time */
#ifdef DARK
#define A_LEASE_IS_FREE !outstanding
#else
#define A_LEASE_IS_FREE true
#endif

/* The present epoch, or that of the wait that this half-open fleet has had before */
#define IS_KNOWN_BY(n) (rKnown[n] == epoch || rKnown[n] == before)

inline carryOut(n) {
	live[n] = 1; granted = 0;
#ifdef DARK
	leased = 0;
	for (each : 0 .. NODES - 1) {
		if
		:: lease[each] != 0 && live[each] -> leased++
		:: else
		fi
	};
	assert(leased <= 1);
#endif
	/* Epochs grow over the lives of the store */
	if
	:: rLife[n] != life && rev < rKnown[n] -> rev = rKnown[n]
	:: else
	fi;
	/* What the node knows from before the store was emptied */
	if
	:: rRemember[n] && rKnown[n] > epoch ->
		if
		:: rev < rKnown[n] -> rev = rKnown[n]
		:: else
		fi;
		before = 0; epoch = rKnown[n]; given = 0; good = 0; bad = 0; made = 0; due = 0;
		if
		:: rSaw[n] == HALF_OPEN -> state = OPEN; due = 1
		:: else -> state = rSaw[n]
		fi;
		for (each : 0 .. NODES - 1) {
			forget(each); vote[each] = 0; voteOf[each] = 0
		}
	:: else
	fi;
	/* A command */
	if
	:: rOrder[n] != 0 ->
		if
		:: rOrder[n] == 1 -> become(FORCED_OPEN)
		:: else -> become(CLOSED)
		fi;
		ordered = rOrder[n]
	:: else
	fi;
	/* A vote, or none any longer. One of a node that has not heard of the present epoch yet is void */
	if
	:: !rOwn[n] -> vote[n] = 0; voteOf[n] = 0
#ifdef WITHOUT_KNOWN
	:: rOwn[n] && state == CLOSED ->
#else
	:: rOwn[n] && state == CLOSED && rKnown[n] == epoch ->
#endif
		vote[n] = 1; voteOf[n] = rKnown[n];
		countVotes()
	:: else
	fi;
	/* What came of a lease: totals of the lease, so that it does no harm to tell them twice */
	if
#ifdef WITHOUT_TOKEN
	:: rToken[n] != 0 && state == HALF_OPEN ->
#else
	:: rToken[n] != 0 && rToken[n] == lease[n] && state == HALF_OPEN ->
#endif
		lose();
		assert(rTokenEpoch[n] == epoch && rLife[n] == life);
#ifdef WITHOUT_TOTALS
		good = good + rGood[n]; bad = bad + rBad[n];
#else
		good = good + rGood[n] - heardGood[n]; bad = bad + rBad[n] - heardBad[n];
#endif
		given = given - (rBack[n] - heardBack[n]);
		heardGood[n] = rGood[n]; heardBad[n] = rBad[n]; heardBack[n] = rBack[n];
		assert(good + bad <= given);
		if
		:: rGood[n] + rBad[n] + rBack[n] == places[n] -> forget(n)
		:: else
		fi;
		decide()
	:: else
	fi;
	/* A demand */
	if
	:: rWant[n] && rKnown[n] == epoch && state == OPEN && due -> become(HALF_OPEN)
	:: else
	fi;
	if
	:: rAsk[n] && IS_KNOWN_BY(n) && state == HALF_OPEN -> lose()
	:: else
	fi;
	look();
	if
	:: rWant[n] && IS_KNOWN_BY(n) && state == HALF_OPEN && given < PERMITTED && lease[n] == 0 && A_LEASE_IS_FREE ->
		rev++; lease[n] = rev; granted = 1;
		places[n] = (PERMITTED - given < GRANT -> PERMITTED - given : GRANT);
		given = given + places[n];
		assert(given <= PERMITTED)
	:: else
	fi;
	if
	:: rAsk[n] && IS_KNOWN_BY(n) && state == HALF_OPEN -> decide()
	:: else
	fi;
	aLife[n] = life; aEpoch[n] = epoch; aState[n] = state;
	/* A lease is granted until it is settled, also where the answer that first did so was lost */
	if
#ifdef WITHOUT_GRANTING_AGAIN
	:: lease[n] != 0 && live[n] && granted ->
#else
	:: lease[n] != 0 ->
#endif
		aToken[n] = lease[n]; aTokenEpoch[n] = epoch; aPlaces[n] = places[n]
	:: else
	fi;
	rOwn[n] = 0; rWant[n] = 0; rAsk[n] = 0; rKnown[n] = 0; rSaw[n] = 0; rToken[n] = 0; rTokenEpoch[n] = 0;
	rGood[n] = 0; rBad[n] = 0; rBack[n] = 0; rLife[n] = 0
}

inline clear(n) {
	way[n] = IDLE;
	rOwn[n] = 0; rWant[n] = 0; rAsk[n] = 0; rRemember[n] = 0; rLife[n] = 0; rKnown[n] = 0; rSaw[n] = 0; rOrder[n] = 0; rToken[n] = 0;
	rTokenEpoch[n] = 0; rGood[n] = 0; rBad[n] = 0; rBack[n] = 0;
	aLife[n] = 0; aEpoch[n] = 0; aState[n] = 0; aToken[n] = 0; aTokenEpoch[n] = 0; aPlaces[n] = 0
}

/* Places that are not used any more; a call under way ends, and counts nowhere */
inline giveUp(n) {
	token[n] = 0; tokenEpoch[n] = 0; held[n] = 0; unmade[n] = 0; busy[n] = 0; passed[n] = 0; broke[n] = 0; back[n] = 0
}

inline follow(n, e, s) {
	if
	:: tokenEpoch[n] != e -> giveUp(n)
	:: else
	fi;
	known[n] = e; saw[n] = s; remember[n] = 0;
	if
	:: s == CLOSED -> mine[n] = CLOSED; own[n] = 0
	:: s == FORCED_OPEN -> mine[n] = FORCED_OPEN; own[n] = 0
	/* Also where the node was held by an older command: the one that ended it was missed */
	:: s == OPEN || s == HALF_OPEN -> mine[n] = OPEN
	fi
}

inline hear(n) {
	/* Another store than before */
	if
	:: aLife[n] != lifeOf[n] ->
		lifeOf[n] = aLife[n];
		giveUp(n);
		if
		:: aEpoch[n] == 0 && saw[n] != CLOSED -> remember[n] = 1
		:: aEpoch[n] == 0 && saw[n] == CLOSED -> known[n] = 0
		:: aEpoch[n] != 0 -> follow(n, aEpoch[n], aState[n])
		fi
	:: else
	fi;
	if
	:: aEpoch[n] > known[n] -> follow(n, aEpoch[n], aState[n])
	:: remember[n] && aEpoch[n] != 0 && aEpoch[n] < known[n] -> follow(n, aEpoch[n], aState[n])
	/* What it remembers is there, or by chance another record of the same epoch */
	:: remember[n] && aEpoch[n] == known[n] && (saw[n] == FORCED_OPEN) == (aState[n] == FORCED_OPEN) -> saw[n] = aState[n]
	:: remember[n] && aEpoch[n] == known[n] && (saw[n] == FORCED_OPEN) != (aState[n] == FORCED_OPEN) ->
		follow(n, aEpoch[n], aState[n])
#ifndef WITHOUT_RETURNING
	/* What it decided alone, without the store, ends */
	:: !remember[n] && aEpoch[n] == known[n] && away[n] && aState[n] != CLOSED -> follow(n, aEpoch[n], aState[n])
#endif
	:: else
	fi;
	if
	:: known[n] == aEpoch[n] -> remember[n] = 0
	:: else
	fi;
	if
	:: order[n] != 0 && order[n] == rOrder[n] -> order[n] = 0
	:: else
	fi;
	away[n] = 0;
	if
	:: token[n] != 0 && passed[n] + broke[n] + back[n] == held[n] && aToken[n] != token[n] -> giveUp(n)
	:: else
	fi;
	if
	:: aToken[n] != 0 && aToken[n] != token[n] && aTokenEpoch[n] == known[n] && token[n] == 0 ->
		token[n] = aToken[n]; tokenEpoch[n] = aTokenEpoch[n]; held[n] = aPlaces[n]; unmade[n] = aPlaces[n]
	:: else
	fi;
	clear(n)
}

inline reset(n) {
	alive[n] = 0; lifeOf[n] = 0; away[n] = 0; own[n] = 0; remember[n] = 0; known[n] = 0; saw[n] = 0; mine[n] = 0;
	order[n] = 0; giveUp(n)
}

/* Whether all places are out and none of them will come back; with one lease a node, and few nodes */
#if NODES == 2
#define SETTLED (!(lease[0] != 0 && live[0]) && !(lease[1] != 0 && live[1]))
#else
#define SETTLED (!(lease[0] != 0 && live[0]) && !(lease[1] != 0 && live[1]) && !(lease[2] != 0 && live[2]))
#endif

#ifdef DARK
#define A_PLACE_IS_FREE (given < PERMITTED && SETTLED)
#else
#define A_PLACE_IS_FREE (given < PERMITTED)
#endif

#define WANTS(n) (mine[n] == OPEN && (saw[n] == OPEN || saw[n] == HALF_OPEN) && token[n] == 0)

/* Whether an exchange would change anything */
#define HAS_TO_SAY(n) (!live[n] \
	|| lifeOf[n] != life || known[n] != epoch || away[n] \
	|| order[n] != 0 || remember[n] \
	|| (state == CLOSED && own[n] != vote[n]) \
	|| (token[n] != 0 && token[n] == lease[n] \
		&& (passed[n] != heardGood[n] || broke[n] != heardBad[n] || back[n] != heardBack[n])) \
	|| (token[n] != 0 && token[n] != lease[n]) \
	|| (WANTS(n) && state == OPEN && due) \
	|| (WANTS(n) && state == HALF_OPEN && A_PLACE_IS_FREE && lease[n] == 0) \
	|| AGAIN(n) \
	|| (state == HALF_OPEN && given == PERMITTED && SETTLED))

#ifdef WITHOUT_GRANTING_AGAIN
#define AGAIN(n) 0
#else
#define AGAIN(n) (state == HALF_OPEN && lease[n] != 0 && token[n] == 0)
#endif

proctype Node(byte n) {
end:
	do
	/* Its own rules open its breaker; calls fail no longer where faults have stopped */
	:: atomic { alive[n] && !calm && trips > 0 && mine[n] == CLOSED ->
		trips--; mine[n] = OPEN; own[n] = 1 }
	/* It closes by itself: it alone was open, or the store is away and its own probes succeed */
	:: atomic { alive[n] && mine[n] == OPEN && saw[n] == CLOSED ->
		mine[n] = CLOSED; own[n] = 0 }
	:: atomic { alive[n] && mine[n] == OPEN && away[n] && (saw[n] == OPEN || saw[n] == HALF_OPEN) ->
		mine[n] = CLOSED; own[n] = 0 }
	/* A command is given at this node */
	:: atomic { alive[n] && !calm && orders > 0 && order[n] == 0 ->
		orders--;
		if
		:: order[n] = 1; mine[n] = FORCED_OPEN
		:: order[n] = 2; mine[n] = CLOSED
		fi;
		own[n] = 0 }
	/* A probe is made, and ends; a place that no call needs is given back */
	:: atomic { alive[n] && unmade[n] > 0 ->
		unmade[n]--; busy[n]++;
		if
		:: lifeOf[n] == life && tokenEpoch[n] == epoch && state == HALF_OPEN ->
			made++;
			assert(made <= PERMITTED)
		:: else
		fi }
	:: atomic { alive[n] && busy[n] > 0 -> busy[n]--; passed[n]++ }
	:: atomic { alive[n] && busy[n] > 0 && failures > 0 && !calm -> failures--; busy[n]--; broke[n]++ }
	:: atomic { alive[n] && unmade[n] > 0 && unused > 0 && !calm -> unused--; unmade[n]--; back[n]++ }
	/* An exchange */
	:: atomic { alive[n] && way[n] == IDLE && HAS_TO_SAY(n) ->
		way[n] = REQUEST;
		rOwn[n] = own[n] && saw[n] == CLOSED; rWant[n] = WANTS(n); rAsk[n] = saw[n] == OPEN || saw[n] == HALF_OPEN; rLife[n] = lifeOf[n];
		rKnown[n] = known[n]; rRemember[n] = remember[n]; rSaw[n] = saw[n]; rOrder[n] = order[n];
		rToken[n] = token[n]; rTokenEpoch[n] = tokenEpoch[n]; rGood[n] = passed[n]; rBad[n] = broke[n];
		rBack[n] = back[n] }
	:: atomic { way[n] == REQUEST -> carryOut(n); way[n] = ANSWER }
	:: atomic { way[n] != IDLE && losses > 0 && !calm && alive[n] -> losses--; clear(n); away[n] = 1 }
	:: atomic { way[n] == ANSWER && alive[n] -> hear(n) }
	:: atomic { way[n] == ANSWER && !alive[n] -> clear(n) }
	/* News */
	:: atomic { alive[n] && lifeOf[n] == life && (known[n] < epoch || (remember[n] && epoch != 0 && known[n] > epoch)) ->
		follow(n, epoch, state) }
	/* It dies; when it counts as gone, another one starts, which takes over what holds, but no lease and no vote */
	:: atomic { alive[n] && !calm && deaths > 0 -> deaths--; reset(n) }
	:: atomic { !alive[n] && !live[n] && way[n] == IDLE ->
		alive[n] = 1; lifeOf[n] = life; vote[n] = 0; voteOf[n] = 0; forget(n) }
	od
}

proctype Store() {
	byte n;
end:
	do
	:: atomic { state == OPEN && !due -> due = 1 }
	:: atomic { !calm && flushes > 0 ->
		flushes--;
		/* A command that not all have heard of can be lost, or an older one come back */
		for (n : 0 .. NODES - 1) {
			if
			:: known[n] != epoch -> ordered = 0
			:: else
			fi
		};
		life = 1 - life; closed = 0; rev = 0; epoch = 0; state = CLOSED; before = 0; due = 0; given = 0; good = 0;
		bad = 0; made = 0;
		for (n : 0 .. NODES - 1) {
			live[n] = 0; vote[n] = 0; voteOf[n] = 0; forget(n)
		};
		n = 0 }
	:: atomic { !calm && pauses > 0 -> pauses--; select (n : 0 .. NODES - 1); live[n] = 0; n = 0 }
	:: atomic { live[0] && !alive[0] -> live[0] = 0 }
	:: atomic { live[1] && !alive[1] -> live[1] = 0 }
#if NODES == 3
	:: atomic { live[2] && !alive[2] -> live[2] = 0 }
#endif
	/* A vote that is not said again expires */
	:: atomic { vote[0] && !own[0] -> vote[0] = 0; voteOf[0] = 0 }
	:: atomic { vote[1] && !own[1] -> vote[1] = 0; voteOf[1] = 0 }
#if NODES == 3
	:: atomic { vote[2] && !own[2] -> vote[2] = 0; voteOf[2] = 0 }
#endif
	/* Faults stop */
	:: atomic { !calm -> calm = 1 }
	od
}

/* What the fleet stays in: closed or as it was last commanded, and every node agrees */
proctype End() {
	timeout;
	atomic {
		assert(state == CLOSED || state == FORCED_OPEN);
		for (each : 0 .. NODES - 1) {
			assert(alive[each] && live[each] && known[each] == epoch && mine[each] == state)
		};
#if !(FLUSHES && DEATHS)
		assert(ordered != 1 || state == FORCED_OPEN);
		assert(ordered != 2 || state == CLOSED)
#endif
	}
}

init {
	atomic {
		for (each : 0 .. NODES - 1) {
			alive[each] = 1; live[each] = 1;
			run Node(each)
		};
		run Store();
		run End()
	}
}
