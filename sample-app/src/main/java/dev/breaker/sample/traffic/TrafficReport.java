package dev.breaker.sample.traffic;

import java.util.Map;

/**
 * What the traffic has come to since the start. Sent are all that have an answer, are
 * lost or are in flight.
 *
 * @param rps requests a second; 0 while it is off
 * @param maxRps the highest rate that can be set
 * @param sent how many were sent
 * @param skipped how many were due, and not sent since too many were in flight
 * @param inFlight how many wait for their answer
 * @param lost how many got none
 * @param checkout answers to orders, by HTTP status
 * @param partner answers to questions for offers, by HTTP status
 */
record TrafficReport(int rps, int maxRps, long sent, long skipped, int inFlight, long lost, Map<Integer, Long> checkout,
		Map<Integer, Long> partner) {
}
