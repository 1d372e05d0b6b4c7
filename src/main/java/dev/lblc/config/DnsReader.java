package dev.lblc.config;

import dev.lblc.config.DiscoveryConfig.Records;
import dev.lblc.scheduler.ServerSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reader of {@code dns}, and of the {@code discovery} of a service. */
final class DnsReader {
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final Duration SHORTEST_REFRESH = Duration.ofMillis(100);
  private static final Duration LONGEST_REFRESH = Duration.ofHours(1);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);

  private DnsReader() {}

  static DnsConfig read(Cursor dns) {
    return dns.object(
        Keys.DNS,
        keys -> new DnsConfig(
            List.copyOf(keys.optional("servers")
                .list(0, server -> server.text(NetSyntax.ADDRESS_AND_PORT))),
            keys.optional("timeout")
                .duration(DnsConfig.DEFAULTS.timeout(), SHORTEST_TIMEOUT, LONGEST_TIMEOUT)));
  }

  /** Returns null if the service has none. */
  static @Nullable DiscoveryConfig discovery(Cursor discovery) {
    if (!discovery.isPresent()) {
      return null;
    }
    return discovery.object(Keys.DISCOVERY, keys -> {
      Records records =
          keys.optional("records").text(NameSyntax.constant(Records.class), Records.A);
      return new DiscoveryConfig(
          keys.required("dns").text(NetSyntax.NAME_TO_ASK, "?"),
          port(keys, records),
          records,
          keys.optional("refresh").duration(REFRESH, SHORTEST_REFRESH, LONGEST_REFRESH),
          keys.optional("weight").integer(ServerSpec.DEFAULT_WEIGHT, 1, ServerSpec.MAX_WEIGHT),
          keys.optional("max").integer(0, 0, ServerSpec.MAX_WEIGHT));
    });
  }

  private static int port(ObjectReader keys, Records records) {
    if (records == Records.SRV) {
      keys.refuse("port", "no port: records of type srv tell it");
      return 0;
    }
    return keys.required("port").integer(1, 1, PortSyntax.MOST);
  }
}
