package dev.lblc.gateway;

import dev.lblc.config.ClusterConfig;
import dev.lblc.config.ConfigError;
import dev.lblc.config.EventBusConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.net.Certificate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The check of the certificates of a configuration. With a key of another certificate every handshake would fail later on. */
public final class Certificates {
  private Certificates() {}

  /**
   * Returns the faults of all certificates, those of the event bus included if it is used; waits for their files.
   *
   * @param source the file of the configuration
   */
  public static List<ConfigError> faults(String source, GatewayConfig config) {
    List<ConfigError> faults = new ArrayList<>();
    for (int i = 0; i < config.listeners().size(); i++) {
      ListenerConfig listener = config.listeners().get(i);
      TlsConfig tls = listener.tls();
      if (tls != null) {
        String path = "$.listeners[" + i + "].tls";
        check(faults, source, path, tls.certificate(), tls.key());
      }
    }
    ClusterConfig cluster = config.plugin().cluster();
    EventBusConfig.Tls tls = cluster.eventBus().tls();
    if (tls != null && cluster.enabled()) {
      check(faults, source, "$.cluster.eventBus.tls", tls.certificate(), tls.key());
    }
    return faults;
  }

  private static void check(
      List<ConfigError> faults, String source, String path, Path certificate, Path key) {
    try {
      Certificate.read(certificate, key);
    } catch (IllegalArgumentException e) {
      faults.add(new ConfigError(
          source,
          path,
          String.valueOf(e.getMessage()),
          "a certificate and its private key, in PEM"));
    }
  }
}
