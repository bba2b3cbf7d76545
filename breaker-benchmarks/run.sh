#!/bin/sh
# Builds the benchmarks and runs them: run.sh [quick|full] [regular expression for names]
# "full" takes about 40 minutes and wants a machine that does nothing else.
set -eu
cd "$(dirname "$0")/.."
mvn -q -pl breaker-benchmarks -am package -DskipTests
exec java -jar breaker-benchmarks/target/benchmarks.jar "$@"
