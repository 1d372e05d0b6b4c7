package dev.lblc.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code listeners}. */
final class ListenerReader {
  /** Stands for a name that was missing or faulty. */
  static final String NO_NAME = "";

  private static final int DEFAULT_CONNECTIONS = 10_000;
  private static final int MOST_CONNECTIONS = 10_000_000;
  private static final String PROTOCOL = "http (tcp comes in a later version)";

  private final Distinct names = new Distinct();
  private final Ports ports;

  private ListenerReader(Ports ports) {
    this.ports = ports;
  }

  static List<ListenerConfig> list(Cursor listeners, Ports ports) {
    ListenerReader reader = new ListenerReader(ports);
    return List.copyOf(listeners.list(1, reader::read));
  }

  private ListenerConfig read(Cursor listener) {
    return listener.object(keys -> {
      Cursor name = keys.required("name");
      String given = name.text(Texts.NAME);
      names.add(name, given);
      keys.required("protocol").text(Syntax.matching(PROTOCOL, "http"));
      String host = keys.optional("host").text(NetSyntax.HOST, "0.0.0.0");
      Cursor port = keys.required("port");
      int number = port.integer(0, 0, 65_535);
      ports.bind(port, host, number);
      return new ListenerConfig(
          given == null ? NO_NAME : given,
          host,
          number,
          tls(keys.optional("tls")),
          keys.optional("proxyProtocol").flag(false),
          keys.optional("maxConnections").integer(DEFAULT_CONNECTIONS, 1, MOST_CONNECTIONS),
          List.copyOf(keys.optional("trustedPeers").list(0, peer -> peer.text(NetSyntax.PEER))),
          keys.optional("accessLog").flag(false));
    });
  }

  private static @Nullable TlsConfig tls(Cursor tls) {
    TlsConfig read = tls.object(keys -> new TlsConfig(
        keys.required("certificate").text(Texts.READABLE_FILE, Path.of("")),
        keys.required("key").text(Texts.READABLE_FILE, Path.of(""))));
    return tls.isPresent() ? read : null;
  }
}
