package dev.lblc.boot;

import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.config.ConfigDiff;
import dev.lblc.config.GatewayConfig;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The parts of a gateway file that hold from the start of the process to its end. */
final class FixedParts {
  private static final Pattern FIXED =
      Pattern.compile("\\$\\.(cluster|admin|state|transport)\\b.*");

  /** What is under a fixed key and can change all the same. */
  private static final Set<String> FREE = Set.of("$.admin.token");

  private FixedParts() {}

  /** Returns a fault for each fixed value in which two configurations differ. */
  static List<Fault> faults(GatewayConfig running, GatewayConfig next) {
    return ConfigDiff.paths(running, next).stream()
        .filter(path -> FIXED.matcher(path).matches() && !FREE.contains(path))
        .map(path -> new Fault(
            path,
            "cannot change while the gateway runs (expected: as at its start; for another value restart it,"
                + " or replace it by run --takeover)"))
        .toList();
  }
}
