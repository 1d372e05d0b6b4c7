package dev.lblc.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.concurrent.TimeUnit;

/** What Micrometer names against the conventions of Prometheus, by the names of Prometheus's own Java client where that has one. */
final class MachineMetrics implements MultiCollector {
  @Override
  public MetricSnapshots collect() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    all.metricSnapshot(GaugeSnapshot.builder()
        .name("system_cpus")
        .help("Processors that the JVM may use")
        .dataPoint(GaugeDataPointSnapshot.builder()
            .value(system.getAvailableProcessors())
            .build())
        .build());
    if (system instanceof com.sun.management.OperatingSystemMXBean process) {
      long nanos = process.getProcessCpuTime();
      if (nanos >= 0) { // else this system does not tell
        all.metricSnapshot(seconds(
            "process_cpu_seconds",
            "Processor time that the process has used, of the system and of its own",
            (double) nanos / TimeUnit.SECONDS.toNanos(1)));
      }
    }
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    if (compiler != null && compiler.isCompilationTimeMonitoringSupported()) {
      all.metricSnapshot(seconds(
          "jvm_compilation_time_seconds",
          "Time that the JVM has spent in compilation",
          (double) compiler.getTotalCompilationTime() / TimeUnit.SECONDS.toMillis(1)));
    }
    return all.build();
  }

  private static CounterSnapshot seconds(String name, String help, double value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
        .build();
  }
}
