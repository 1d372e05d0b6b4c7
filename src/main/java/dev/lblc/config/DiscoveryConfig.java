package dev.lblc.config;

import java.time.Duration;

/**
 * How servers of a service are found.
 *
 * @param dns name that name servers are asked for
 * @param port of all servers that are found; 0 with {@link Records#SRV}, which tell it
 * @param records what is asked for
 * @param refresh time between two questions, at least; longer if the time to live of an answer is
 * @param weight of each server that is found; with {@link Records#SRV} of the heaviest
 * @param max of each server that is found, as of {@link dev.lblc.scheduler.ServerSpec}
 */
public record DiscoveryConfig(
    String dns, int port, Records records, Duration refresh, int weight, int max) {
  /** A kind of records. */
  public enum Records {
    /** IPv4 addresses. */
    A,
    /** IPv6 addresses. */
    AAAA,
    /** Addresses of both families. */
    BOTH,
    /** Names and ports of servers, with priority and weight, and then the addresses of the names. */
    SRV
  }
}
