package dev.lblc.gateway;

import dev.lblc.gateway.net.TlsFailures;

/** What the log says, with levels, of clients with which no TLS came about while this is open, instead of where it is said otherwise. */
final class TlsLines extends LoggedLines {
  TlsLines() {
    super(
        TlsFailures.class.getName(), event -> event.getLevel() + " " + event.getFormattedMessage());
  }
}
