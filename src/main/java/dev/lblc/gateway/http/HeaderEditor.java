package dev.lblc.gateway.http;

import dev.lblc.gateway.route.HeaderEdits;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;

/** Makes a route's edits of a message's headers. */
final class HeaderEditor {
  private HeaderEditor() {}

  /** Edits these headers. */
  static void edit(MultiMap headers, HeaderEdits edits) {
    for (AsciiString name : edits.removed()) {
      headers.remove(name);
    }
    for (HeaderEdits.Line line : edits.set()) {
      headers.set(line.name(), line.value());
    }
  }
}
