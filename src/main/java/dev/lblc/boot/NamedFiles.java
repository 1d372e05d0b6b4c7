package dev.lblc.boot;

import dev.lblc.cluster.HazelcastFile;
import dev.lblc.config.FileChecks;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.Certificates;
import dev.lblc.plugin.BrokenPluginException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The checks of the files that a gateway file names.
 *
 * @param now the time at which certificates have to be valid
 */
record NamedFiles(Instant now) implements FileChecks {
  @Override
  public List<Finding> certificate(Path certificate, Path key) {
    return Certificates.certificate(certificate, key, now);
  }

  @Override
  public List<Finding> choice(List<TlsConfig.Certificate> certificates) {
    return Certificates.choice(certificates);
  }

  @Override
  public List<Finding> authorities(Path trust) {
    return Certificates.authorities(trust, now);
  }

  @Override
  public List<Finding> hazelcast(Path file) {
    try {
      HazelcastFile.check(file);
      return List.of();
    } catch (IOException | RuntimeException e) { // what Hazelcast throws is not documented
      return List.of(new Finding.Fault(
          file + ": " + BrokenPluginException.reason(e),
          "a file of Hazelcast with the configuration of a member"));
    }
  }
}
