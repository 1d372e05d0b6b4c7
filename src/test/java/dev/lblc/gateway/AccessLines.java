package dev.lblc.gateway;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** What the access log says while this is open, instead of where it is said otherwise. */
final class AccessLines extends LoggedLines {
  AccessLines() {
    super("dev.lblc.access", ILoggingEvent::getFormattedMessage);
  }
}
