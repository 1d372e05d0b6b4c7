package dev.lblc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The reader of {@code cluster.eventBus}. */
final class EventBusReader {
  /** Stands for an address that only Hazelcast knows: it overlaps with ports that are bound on all addresses. */
  private static final String SOME_ADDRESS = "";

  private final boolean isUsed;

  /** Creates a reader. The files of an event bus that is not used need not exist. */
  EventBusReader(boolean isUsed) {
    this.isUsed = isUsed;
  }

  EventBusConfig read(Cursor eventBus, BoundPorts ports) {
    return eventBus.object(Keys.EVENT_BUS, keys -> {
      String host = keys.optional("host").text(NetSyntax.HOST);
      Cursor port = keys.optional("port");
      int number = port.integer(0, 0, 65_535);
      ports.bind(port, host == null ? SOME_ADDRESS : host, number);
      Cursor publicHost = keys.optional("publicHost");
      String shown = publicHost.text(NetSyntax.HOST);
      if (shown != null && NetSyntax.isAny(shown)) {
        publicHost.fail("an address that other nodes can connect to");
      }
      Cursor publicPort = keys.optional("publicPort");
      int shownPort = publicPort.integer(0, 1, 65_535);
      if (shownPort != 0 && number == 0 && !port.hasFailed()) {
        publicPort.fail("none where port is 0, which takes another one at each start");
      }
      return new EventBusConfig(host, number, shown, shownPort, tls(keys.optional("tls")));
    });
  }

  private EventBusConfig.@Nullable Tls tls(Cursor tls) {
    Syntax<Path> file = isUsed ? FileSyntax.READABLE_FILE : FileSyntax.FILE;
    EventBusConfig.Tls read = tls.object(Keys.EVENT_BUS_TLS, keys -> {
      Cursor certificate = keys.required("certificate");
      Path chain = certificate.text(file, Path.of(""));
      Cursor key = keys.required("key");
      Path secret = key.text(file, Path.of(""));
      Cursor trust = keys.required("trust");
      Path authorities = trust.text(file, Path.of(""));
      if (isUsed && certificate.isRead() && key.isRead()) {
        tls.checkFiles(files -> files.certificate(chain, secret));
      }
      if (isUsed && trust.isRead()) {
        trust.checkFiles(files -> files.authorities(authorities));
      }
      return new EventBusConfig.Tls(chain, secret, authorities);
    });
    return tls.isPresent() ? read : null;
  }
}
