#!/bin/sh
# Builds the benchmarks and runs them: run.sh [quick|full] [regular expression for names]
# "full" takes about an hour and wants a machine that does nothing else. It fails at its end where a
# benchmark did not measure what its name says.
# run.sh paste DIRECTORY puts the tables of a run, whose results are in that directory, into README and docs/performance.md.
set -eu
cd "$(dirname "$0")/.."
mvn -q -pl breaker-benchmarks -am package -DskipTests
# JOL asks the JVM itself how large objects are, if it may.
exec java -Djdk.attach.allowAttachSelf=true -jar breaker-benchmarks/target/benchmarks.jar "$@"
