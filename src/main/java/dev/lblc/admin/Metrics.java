package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The numbers of one Vert.x instance: Vert.x's own, the machine's, and those of the services.
 *
 * <p>Every label has a bounded number of values: no path, no destination, no client's address. May be used from any thread.
 */
public final class Metrics {
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /**
   * Goes into the options of the instance to be watched. Vert.x's metrics of each HTTP request stay off: they cost a
   * gateway a fifth of its processor time, and those of servers take the PROXY protocol's address away from the requests.
   */
  public MicrometerMetricsOptions options() {
    return new MicrometerMetricsOptions()
        .setEnabled(true)
        .setRegistryName("vertx-lblc-" + INSTANCES.incrementAndGet())
        .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
        .setJvmMetricsEnabled(true)
        .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER.toCategory())
        .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT.toCategory())
        .setLabels(Set.of(Label.LOCAL, Label.POOL_TYPE, Label.POOL_NAME, Label.EB_SIDE));
  }

  /** Goes into the builder of the instance to be watched. */
  public VertxMetricsFactory factory() {
    return new MicrometerMetricsFactory(registry);
  }

  /** Adds the numbers of services and cluster; once. */
  void add(Lblc lblc) {
    registry.getPrometheusRegistry().register(new ServiceMetrics(lblc));
    registry.getPrometheusRegistry().register(new ClusterMetrics(lblc));
  }

  /**
   * Adds a counter with labels; once.
   *
   * @param name without {@code _total}
   * @param values called at each scrape, from any thread: the counts by the values of the labels, in their order
   */
  public void addCounter(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Long>> values) {
    registry.getPrometheusRegistry().register(() -> {
      CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
      values
          .get()
          .forEach((of, count) -> counter.dataPoint(CounterDataPointSnapshot.builder()
              .value((double) count)
              .labels(Labels.of(labels, of))
              .build()));
      return counter.build();
    });
  }

  /** All numbers in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }
}
