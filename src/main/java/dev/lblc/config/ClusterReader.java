package dev.lblc.config;

import java.nio.file.Path;
import java.time.Duration;

/** The reader of {@code cluster}. */
final class ClusterReader {
  private static final Duration REPORT_INTERVAL = Duration.ofMillis(50);
  private static final Duration PEER_TIMEOUT = Duration.ofSeconds(3);

  private ClusterReader() {}

  static ClusterConfig read(Cursor cluster, BoundPorts ports) {
    return cluster.object(Keys.CLUSTER, keys -> {
      boolean enabled = keys.optional("enabled").flag(false);
      Cursor reportInterval = keys.optional("reportInterval");
      Duration report =
          reportInterval.duration(REPORT_INTERVAL, Duration.ofMillis(1), Duration.ofMinutes(1));
      Cursor peerTimeout = keys.optional("peerTimeout");
      Duration silence =
          peerTimeout.duration(PEER_TIMEOUT, Duration.ofMillis(10), Duration.ofHours(1));
      if (silence.compareTo(report) <= 0 && !reportInterval.hasFailed()) {
        peerTimeout.fail("more than reportInterval, which is " + DurationSyntax.shown(report));
      }
      // A cluster that is switched off needs none of its files and takes no port.
      String node = keys.optional("node").text(NameSyntax.NAME);
      Cursor config = keys.optional("config");
      Path hazelcast = config.text(enabled ? FileSyntax.READABLE_FILE : FileSyntax.FILE);
      if (enabled && hazelcast != null) {
        config.checkFiles(files -> files.hazelcast(hazelcast));
      }
      return new ClusterConfig(
          enabled,
          node,
          hazelcast,
          new EventBusReader(enabled)
              .read(keys.optional("eventBus"), enabled ? ports : new BoundPorts()),
          report,
          silence);
    });
  }
}
