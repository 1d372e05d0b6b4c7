package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How failing servers of a service are found, and how servers come back.
 *
 * @param active checks by the gateway; null: none
 * @param passive ejection after failures of requests; null: none
 * @param slowStart how long the weight of a server grows that returns or is added; null: it is whole at once
 */
public record HealthConfig(
    @Nullable Active active,
    @Nullable Passive passive,
    @Nullable Duration slowStart) {
  /**
   * Active checks.
   *
   * @param http the request of a check; null: a connection, with {@code tls} a handshake, is enough
   * @param grpc the service that the health protocol of gRPC is asked about, empty for the server as a whole; null: it is not asked
   * @param isHttp2 whether what is asked is asked by HTTP/2
   * @param port where checks go to; 0: the server's own port
   * @param tls whether checks speak TLS: that of the service or, if it has none, one that verifies no certificate
   * @param interval between the starts of two checks of a server
   * @param timeout of one check, at most {@code interval}
   * @param rise passed checks in a row that make a server available again
   * @param fall failed checks in a row that make it unavailable
   */
  public record Active(
      @Nullable Http http,
      @Nullable String grpc,
      boolean isHttp2,
      int port,
      boolean tls,
      Duration interval,
      Duration timeout,
      int rise,
      int fall) {}

  /**
   * The request of a check, and the answer that passes.
   *
   * @param path the target, with or without a query
   * @param method such as GET
   * @param host the Host header; null: the address that is checked
   * @param headers further headers, by name
   * @param statuses those that pass
   * @param body a text that the answer has to contain; null: any answer will do
   */
  public record Http(
      String path,
      String method,
      @Nullable String host,
      Map<String, String> headers,
      List<StatusRange> statuses,
      @Nullable String body) {
    /** Returns whether an answer with this status passes. */
    public boolean accepts(int status) {
      return statuses.stream().anyMatch(range -> range.contains(status));
    }
  }

  /** A failure of a request that may be the server's. */
  public enum Fault {
    /** The server did not take the connection. */
    CONNECT("connect"),
    /** The server took the request and did not answer in time. */
    TIMEOUT("timeout"),
    /** The server's answer was a 5xx, or none at all. */
    ANSWER("5xx");

    private final String key;

    Fault(String key) {
      this.key = key;
    }

    /** Returns the name in the file. */
    public String key() {
      return key;
    }
  }

  /**
   * Passive ejection.
   *
   * @param failures failures in a row that eject a server
   * @param on the failures that count
   * @param eject how long the server stays ejected the first time; each ejection in a row takes as much longer
   * @param maxEject the longest ejection, at least {@code eject}
   * @param maxEjected how many of a service's servers may be ejected at once, in percent; one may in any case
   */
  public record Passive(
      int failures, Set<Fault> on, Duration eject, Duration maxEject, int maxEjected) {}
}
