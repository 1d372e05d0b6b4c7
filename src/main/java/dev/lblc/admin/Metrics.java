package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The numbers of one Vert.x instance: Vert.x's own, the machine's, and those of the services.
 *
 * <p>Every label has a bounded number of values: no path, no destination, no client's address, and of the methods, which
 * a client may make up, only the known ones. May be used from any thread.
 */
public final class Metrics {
  private static final AtomicInteger INSTANCES = new AtomicInteger();
  private static final Set<HttpMethod> METHODS = Set.copyOf(HttpMethod.values());

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /**
   * Goes into the options of the instance to be watched.
   *
   * @param proxyProtocol whether a listener takes the PROXY protocol: Vert.x then has to do without its own metrics of
   *     servers, which take the client's address away from the requests
   */
  public MicrometerMetricsOptions options(boolean proxyProtocol) {
    MicrometerMetricsOptions options = new MicrometerMetricsOptions()
        .setEnabled(true)
        .setRegistryName("vertx-lblc-" + INSTANCES.incrementAndGet())
        .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
        .setJvmMetricsEnabled(true)
        .setLabels(Set.of(
            Label.HTTP_CODE,
            Label.LOCAL,
            Label.POOL_TYPE,
            Label.POOL_NAME,
            Label.CLIENT_NAME,
            Label.EB_SIDE))
        .setServerRequestTagsProvider(Metrics::method)
        .setClientRequestTagsProvider(Metrics::method);
    if (proxyProtocol) {
      options.addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER.toCategory());
    }
    return options;
  }

  /** Goes into the builder of the instance to be watched. */
  public VertxMetricsFactory factory() {
    return new MicrometerMetricsFactory(registry);
  }

  /** Adds the services' numbers; once. */
  void add(Lblc lblc) {
    registry.getPrometheusRegistry().register(new ServiceMetrics(lblc));
  }

  /** All numbers in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  private static Iterable<Tag> method(HttpRequest request) {
    HttpMethod method = request.method();
    return Tags.of("method", METHODS.contains(method) ? method.name() : "other");
  }
}
