#!/bin/sh
# A fleet of many nodes in one JVM and a real Redis: what Redis has to do, how fast all nodes hear, and what holds at
# the end. Builds it and runs it, about six minutes; further options are those of Simulation, such as --nodes 100.
# Each node has two connections, so that Redis and the JVM have to be allowed as many open files.
set -eu
cd "$(dirname "$0")/../.."
mvn -q -pl breaker-fleet-redis/simulation -am package -DskipTests -Dmaven.javadoc.skip
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx4g -Dlogback.configurationFile=simulation-logback.xml -jar breaker-fleet-redis/simulation/target/simulation.jar "$@"
