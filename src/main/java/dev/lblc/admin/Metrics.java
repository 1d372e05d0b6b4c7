package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
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

  /** Meters of Micrometer whose names, or units, are none of Prometheus's: {@link MachineMetrics} has them by better ones. */
  private static final Set<String> MISNAMED =
      Set.of("process.cpu.time", "jvm.compilation.time", "system.cpu.count");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Creates it with the machine's numbers. */
  public Metrics() {
    registry.config().meterFilter(MeterFilter.deny(Metrics::isMisnamed));
    registry.getPrometheusRegistry().register(new MachineMetrics());
  }

  private static boolean isMisnamed(Meter.Id meter) {
    return MISNAMED.contains(meter.getName());
  }

  /**
   * A number of things by their size.
   *
   * @param bounds the upper ends of all buckets but the last, which has none; a bound belongs to its bucket
   * @param counts of each bucket by itself, one more than there are bounds
   * @param sum of all sizes
   */
  public record Histogram(List<Double> bounds, List<Long> counts, double sum) {
    /** Copies the lists. */
    public Histogram {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
      if (counts.size() != bounds.size() + 1) {
        throw new IllegalArgumentException(
            "counts: " + counts.size() + " (expected: " + (bounds.size() + 1) + ")");
      }
    }
  }

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

  /**
   * Adds a gauge with labels; once.
   *
   * @param values called at each scrape, from any thread: the values by those of the labels, in their order
   */
  public void addGauge(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Double>> values) {
    registry.getPrometheusRegistry().register(() -> {
      GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
      values
          .get()
          .forEach((of, value) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
              .value(value)
              .labels(Labels.of(labels, of))
              .build()));
      return gauge.build();
    });
  }

  /**
   * Adds a histogram with labels; once.
   *
   * @param values called at each scrape, from any thread: the histograms by the values of the labels, in their order
   */
  public void addHistogram(
      String name,
      String help,
      List<String> labels,
      Supplier<Map<List<String>, Histogram>> values) {
    registry.getPrometheusRegistry().register(() -> {
      HistogramSnapshot.Builder histogram =
          HistogramSnapshot.builder().name(name).help(help);
      values
          .get()
          .forEach((of, value) -> histogram.dataPoint(HistogramDataPointSnapshot.builder()
              .classicHistogramBuckets(buckets(value))
              .sum(value.sum())
              .labels(Labels.of(labels, of))
              .build()));
      return histogram.build();
    });
  }

  private static ClassicHistogramBuckets buckets(Histogram of) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    int last = of.bounds().size();
    for (int i = 0; i <= last; i++) {
      buckets.bucket(
          i == last ? Double.POSITIVE_INFINITY : of.bounds().get(i), of.counts().get(i));
    }
    return buckets.build();
  }

  /** All numbers in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }
}
