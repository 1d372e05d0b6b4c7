package dev.lblc.boot;

import dev.lblc.admin.Metrics;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.log.AccessLogs;
import java.util.List;
import java.util.Map;

/** What {@code /metrics} shows of the process itself: its listeners, its reloads and its log. */
final class ProcessMetrics {
  private ProcessMetrics() {}

  /** Adds the counters of a gateway that has started. */
  static void add(Metrics metrics, Gateway gateway, Reloader reloader, AccessLogs accessLogs) {
    metrics.addCounter(
        "lblc_exchange_ends",
        "HTTP exchanges that have ended, by reason",
        List.of("service", "reason"),
        gateway::exchangeEnds);
    metrics.addCounter(
        "lblc_reloads",
        "Reloads of the configuration, by whether they took effect",
        List.of("result"),
        reloader::counts);
    metrics.addCounter(
        "lblc_tls_handshake_failures",
        "Client connections on which no TLS came about, by reason",
        List.of("listener", "reason"),
        gateway::tlsFailures);
    metrics.addCounter(
        "lblc_upstream_tls_failures",
        "Connections of requests to servers on which no TLS came about, by reason",
        List.of("service", "reason"),
        gateway::upstreamTlsFailures);
    metrics.addCounter(
        "lblc_log_lines_dropped",
        "Lines of the log that nobody read in time",
        List.of(),
        () -> Map.of(List.of(), Logging.dropped()));
    metrics.addCounter(
        "lblc_access_log_dropped",
        "Lines of access logs that their files, or the reader of standard output, did not take in time",
        List.of(),
        () -> Map.of(List.of(), accessLogs.dropped()));
  }
}
