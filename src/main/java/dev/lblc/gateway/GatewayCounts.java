package dev.lblc.gateway;

import dev.lblc.gateway.count.Histogram;
import dev.lblc.gateway.http.HttpCounts;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.TlsFailures;
import dev.lblc.gateway.tcp.TcpCounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a gateway has counted since its start. Each method returns a snapshot by the values of the labels, in the order in which the
 * method names them, with zeros for all that could have been counted. The name of a service is empty where there was none. Reloads
 * lose nothing, and what is counted of a listener or service stays when that is removed.
 *
 * <p>May be used from any thread.
 */
public final class GatewayCounts {
  private final HttpCounts http;
  private final TcpCounts tcp;
  private final TlsFailures tlsFailures;
  private final ServicesTls servicesTls;
  private final Refusals refusals = new Refusals();

  GatewayCounts(int loops, LongSupplier nanoTime, ServicesTls servicesTls) {
    this.http = new HttpCounts(loops);
    this.tcp = new TcpCounts(loops);
    this.tlsFailures = new TlsFailures(nanoTime);
    this.servicesTls = servicesTls;
  }

  HttpCounts http() {
    return http;
  }

  TcpCounts tcp() {
    return tcp;
  }

  TlsFailures tls() {
    return tlsFailures;
  }

  Refusals refused() {
    return refusals;
  }

  /** Returns how many HTTP requests have ended, by listener, service and class of the status, such as {@code 2xx}. */
  public Map<List<String>, Long> requests() {
    return http.requests();
  }

  /** Returns how many HTTP exchanges have ended, by service and reason; connections that were refused before a request count, too. */
  public Map<List<String>, Long> exchangeEnds() {
    return http.ends();
  }

  /** Returns how long HTTP requests took from their whole head to the last byte of the answer, by service; tunnels are left out. */
  public Map<List<String>, Histogram> requestDurations() {
    return http.durations();
  }

  /** Returns how long servers took from the head of a request to the head of their answer, by service. */
  public Map<List<String>, Histogram> upstreamDurations() {
    return http.upstreamDurations();
  }

  /** Returns how many attempts after the first one there were, of requests and of sessions, by service and reason. */
  public Map<List<String>, Long> retries() {
    Map<List<String>, Long> all = new LinkedHashMap<>(http.retries());
    tcp.retries().forEach((of, count) -> all.merge(of, count, Long::sum));
    return all;
  }

  /** Returns how many TCP sessions have ended, by listener, service and reason. */
  public Map<List<String>, Long> sessionEnds() {
    return tcp.ends();
  }

  /** Returns how many bytes TCP sessions have passed on so far, by service and direction, {@code to_server} or {@code to_client}. */
  public Map<List<String>, Long> sessionBytes() {
    return tcp.bytes();
  }

  /** Returns how many connections of clients were refused, by listener and reason. */
  public Map<List<String>, Long> refusals() {
    return refusals.counts();
  }

  /** Returns on how many connections of clients no TLS came about, by listener and reason. */
  public Map<List<String>, Long> tlsFailures() {
    return tlsFailures.counts();
  }

  /** Returns on how many connections to servers no TLS came about, by service and reason. */
  public Map<List<String>, Long> upstreamTlsFailures() {
    return servicesTls.failures();
  }
}
