package dev.lblc.gateway;

import dev.lblc.gateway.net.UpstreamTlsFailures;

/** What the log says, with levels, of servers with which no TLS came about while this is open, instead of where it is said otherwise. */
final class UpstreamTlsLines extends LoggedLines {
  UpstreamTlsLines() {
    super(
        UpstreamTlsFailures.class.getName(),
        event -> event.getLevel() + " " + event.getFormattedMessage());
  }
}
