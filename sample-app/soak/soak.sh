#!/bin/sh
# Runs the sample's jar under changing faults and checks what must hold afterwards.
# Usage: sample-app/soak/soak.sh [seconds, default 60] [further options of Soak, such as --seed 42]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
seconds=60
case "${1:-}" in
  '' | --*) ;;
  *) seconds=$1; shift ;;
esac

classes=$here/target/classes
jar=
for candidate in "$here"/../target/sample-app-*.jar; do
  case "$candidate" in
    *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
    *) [ -f "$candidate" ] && jar=$candidate ;;
  esac
done
if [ -z "$jar" ] || [ ! -d "$classes" ]; then
  echo "No jar in sample-app/target, or no classes in sample-app/soak/target: build them first with 'mvn -DskipTests package'" >&2
  exit 2
fi

exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$classes" dev.breaker.sample.soak.Soak --jar "$jar" --seconds "$seconds" "$@"
