#!/bin/sh
# Runs the sample's jar under changing faults and checks what must hold afterwards.
# Usage: sample-app/soak/soak.sh [seconds, default 60] [further options of Soak.java, such as --seed 42]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
seconds=60
case "${1:-}" in
  '' | --*) ;;
  *) seconds=$1; shift ;;
esac

jar=
for candidate in "$here"/../target/sample-app-*.jar; do
  case "$candidate" in
    *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
    *) [ -f "$candidate" ] && jar=$candidate ;;
  esac
done
if [ -z "$jar" ]; then
  echo "No jar in sample-app/target: build it first with 'mvn -DskipTests package'" >&2
  exit 2
fi

exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "$here/Soak.java" --jar "$jar" --seconds "$seconds" "$@"
