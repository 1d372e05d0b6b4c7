package dev.lblc.boot;

import dev.lblc.cluster.HazelcastFile;
import dev.lblc.config.FileChecks;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.Certificates;
import dev.lblc.plugin.BrokenPluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The checks of the files that a gateway file names.
 *
 * @param now the time at which certificates have to be valid
 */
record NamedFiles(Instant now) implements FileChecks {
  private static final Path DEVICES = Path.of("/dev");

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

  /** Makes no file: the check alone is to leave nothing behind. */
  @Override
  public List<Finding> accessLog(Path file) {
    Path whole = file.toAbsolutePath();
    String wrong = null;
    if (!Files.exists(whole)) {
      Path folder = whole.getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        wrong = "there is no folder " + folder;
      } else if (!Files.isWritable(folder)) {
        wrong = "no file can be made in " + folder;
      }
    } else if (Files.isDirectory(whole)) {
      wrong = "it is a folder";
    } else if (!Files.isRegularFile(whole) && !whole.startsWith(DEVICES)) {
      wrong = "it is no regular file"; // to open a pipe would be to wait for whoever reads it
    } else if (!Files.isWritable(whole)) {
      wrong = "it is not writable";
    }
    return wrong == null
        ? List.of()
        : List.of(new Finding.Fault(
            file + ": " + wrong,
            "a file that lines can be appended to; relative ones start at "
                + Path.of("").toAbsolutePath()));
  }
}
