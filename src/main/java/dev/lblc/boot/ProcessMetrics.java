package dev.lblc.boot;

import dev.lblc.admin.Metrics;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.GatewayCounts;
import dev.lblc.gateway.count.Histogram;
import dev.lblc.gateway.log.AccessLogs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** What {@code /metrics} shows of the process itself: its listeners, its requests and sessions, its reloads and its log. */
final class ProcessMetrics {
  private static final String LISTENER = "listener";
  private static final String SERVICE = "service";
  private static final String REASON = "reason";

  private final Metrics metrics;

  private ProcessMetrics(Metrics metrics) {
    this.metrics = metrics;
  }

  /**
   * Adds the numbers of a gateway that has started.
   *
   * @param config the configuration that runs, asked at each scrape
   */
  static void add(
      Metrics metrics,
      Gateway gateway,
      Reloader reloader,
      AccessLogs accessLogs,
      Supplier<GatewayConfig> config) {
    ProcessMetrics process = new ProcessMetrics(metrics);
    process.addHttp(gateway.counts());
    process.addTcp(gateway.counts());
    process.addListeners(gateway);
    process.addConfiguration(reloader, config);
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

  private void addHttp(GatewayCounts counts) {
    metrics.addCounter(
        "lblc_http_requests",
        "HTTP requests that have ended, by the class of the status",
        List.of(LISTENER, SERVICE, "code"),
        counts::requests);
    metrics.addHistogram(
        "lblc_http_request_seconds",
        "From the whole head of a request to the last byte of its answer; without tunnels",
        List.of(SERVICE),
        () -> histograms(counts.requestDurations()));
    metrics.addHistogram(
        "lblc_http_upstream_seconds",
        "From a request sent to a server to the head of the server's answer",
        List.of(SERVICE),
        () -> histograms(counts.upstreamDurations()));
    metrics.addCounter(
        "lblc_exchange_ends",
        "HTTP exchanges that have ended, by reason",
        List.of(SERVICE, REASON),
        counts::exchangeEnds);
    metrics.addCounter(
        "lblc_retries",
        "Further attempts of requests and TCP sessions to be served, by why the one before failed",
        List.of(SERVICE, REASON),
        counts::retries);
    metrics.addCounter(
        "lblc_upstream_tls_failures",
        "Connections of requests to servers on which no TLS came about, by reason",
        List.of(SERVICE, REASON),
        counts::upstreamTlsFailures);
  }

  private void addTcp(GatewayCounts counts) {
    metrics.addCounter(
        "lblc_tcp_sessions",
        "TCP sessions that have ended, by how",
        List.of(LISTENER, SERVICE, "end"),
        counts::sessionEnds);
    metrics.addCounter(
        "lblc_tcp_bytes",
        "Bytes that TCP sessions have passed on, without those of TLS that ends here",
        List.of(SERVICE, "direction"),
        counts::sessionBytes);
  }

  private void addListeners(Gateway gateway) {
    GatewayCounts counts = gateway.counts();
    metrics.addGauge(
        "lblc_listener_connections",
        "Connections of clients that are open",
        List.of(LISTENER),
        () -> gauges(gateway.connections(), List::of, Integer::doubleValue));
    metrics.addCounter(
        "lblc_listener_refused",
        "Connections of clients that were closed before they could say what they want, by reason",
        List.of(LISTENER, REASON),
        counts::refusals);
    metrics.addCounter(
        "lblc_tls_handshake_failures",
        "Client connections on which no TLS came about, by reason",
        List.of(LISTENER, REASON),
        counts::tlsFailures);
    metrics.addGauge(
        "lblc_certificate_expiry_timestamp_seconds",
        "Until when a certificate of a listener is valid, in seconds since 1970",
        List.of(LISTENER, "certificate"),
        () -> gauges(
            gateway.certificates(),
            Function.identity(),
            until -> (double) until.toEpochMilli() / TimeUnit.SECONDS.toMillis(1)));
  }

  private void addConfiguration(Reloader reloader, Supplier<GatewayConfig> config) {
    metrics.addCounter(
        "lblc_reloads",
        "Reloads of the configuration, by whether they took effect",
        List.of("result"),
        reloader::counts);
    metrics.addGauge(
        "lblc_destinations_max_entries",
        "Entries in the destination table above which unused ones are removed",
        List.of(SERVICE),
        () -> options(config.get(), service -> service.options().maxEntries()));
    metrics.addGauge(
        "lblc_destinations_hard_limit",
        "The most entries that the destination table may have",
        List.of(SERVICE),
        () -> options(config.get(), service -> service.options().hardLimit()));
  }

  private static Map<List<String>, Double> options(
      GatewayConfig config, Function<ServiceConfig, Integer> which) {
    return gauges(
        config.plugin().services(), List::of, service -> which.apply(service).doubleValue());
  }

  private static <K, V> Map<List<String>, Double> gauges(
      Map<K, V> of, Function<K, List<String>> labels, Function<V, Double> value) {
    Map<List<String>, Double> all = new LinkedHashMap<>();
    of.forEach((key, each) -> all.put(labels.apply(key), value.apply(each)));
    return all;
  }

  private static Map<List<String>, Metrics.Histogram> histograms(Map<List<String>, Histogram> of) {
    Map<List<String>, Metrics.Histogram> all = new LinkedHashMap<>();
    of.forEach((labels, each) ->
        all.put(labels, new Metrics.Histogram(each.bounds(), each.counts(), each.sumSeconds())));
    return all;
  }
}
