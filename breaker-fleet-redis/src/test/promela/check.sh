#!/usr/bin/env bash
# Searches all that the model of the fleet can do: check.sh. Takes about a minute, and needs spin and gcc.
# First the protocol as it is, in which nothing may be found, then with one rule of it taken away each, in which
# something must be: a model that finds nothing in those would find nothing in the protocol either.
set -euo pipefail
model=$(cd "$(dirname "$0")" && pwd)/fleet.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# search LEVEL OPTION...: fails where the search itself does; says how many errors it found
search() {
	local level=$1
	shift
	spin "$@" -a "$model" >spin.log || { cat spin.log >&2; exit 2; }
	gcc "$level" -w -DSAFETY -DCOLLAPSE -DVECTORSZ=4096 -DMEMLIM=6000 -o search pan.c
	./search -m1000000 >search.log 2>&1 || { cat search.log >&2; exit 2; }
	# A search that was cut short has shown nothing
	if ! grep -q 'errors: ' search.log || grep -qE 'max search depth too small|out of memory|memory limit' search.log; then
		cat search.log >&2
		exit 2
	fi
	sed -n 's/.*errors: \([0-9]*\).*/\1/p' search.log
}

holds() { # WHAT OPTION...
	local what=$1
	shift
	[ "$(search -O1 "$@")" = 0 ] || { cat search.log; echo "FAILED: $what ($*)"; exit 1; } >&2
	echo "ok: $what ($(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' search.log) states)"
}

breaks() { # RULE OPTION...
	local rule=$1
	shift
	[ "$(search -O0 "$@" "-DWITHOUT_$rule")" != 0 ] || { echo "FAILED: nothing breaks without $rule ($*)" >&2; exit 1; }
	echo "ok: without $rule the model finds what breaks ($(sed -n 's/^pan:1: //p' search.log | cut -c -80))"
}

votes="-DTRIPS=3 -DLOSSES=1"
probes="-DQUORUM=1 -DTRIPS=1 -DLOSSES=1"

# The options are words
# shellcheck disable=SC2086
{
	holds "votes of three nodes" -DNODES=3 -DTRIPS=2 -DPERMITTED=1 -DENOUGH=1
	holds "votes, with a pause" $votes -DPAUSES=1
	holds "probes that fail, and places that are not used" $probes -DFAILURES=1 -DUNUSED=1
	holds "probes, with a pause and a death" -DQUORUM=1 -DTRIPS=1 -DPAUSES=1 -DDEATHS=1
	holds "probes, two places at a time" $probes -DGRANT=2 -DPERMITTED=3 -DUNUSED=1
	holds "dark probes" $probes -DDARK -DPAUSES=1 -DFAILURES=1
	holds "nodes that decided alone" -DQUORUM=1 -DTRIPS=1 -DLOSSES=2
	holds "an emptied store" $probes -DFLUSHES=1
	holds "commands" -DQUORUM=1 -DTRIPS=1 -DORDERS=2
	holds "commands, with an emptied store" -DQUORUM=1 -DORDERS=2 -DLOSSES=1 -DFLUSHES=1

	breaks KNOWN $votes
	breaks TOKEN $probes
	breaks TOTALS $probes -DGRANT=2
	breaks GRANTING_AGAIN $probes
	breaks RETURNING -DQUORUM=1 -DTRIPS=1 -DLOSSES=2
	breaks LOSING $probes -DDARK -DPAUSES=1
}
