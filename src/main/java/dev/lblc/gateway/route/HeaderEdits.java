package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;

/**
 * A route's edits of a message's headers, compiled: names are in lower case. None of them is of a header that frames the
 * message: the reader of the configuration sees to it. Immutable.
 *
 * @param removed names of headers to remove
 * @param set headers to set, after the removals
 */
public record HeaderEdits(List<AsciiString> removed, List<Line> set) {
  /** A header. */
  public record Line(AsciiString name, AsciiString value) {}

  /** Copies the lists. */
  public HeaderEdits {
    removed = List.copyOf(removed);
    set = List.copyOf(set);
  }

  static HeaderEdits compile(HttpRouteConfig.HeaderEdits edits) {
    return new HeaderEdits(
        edits.remove().stream().map(HeaderEdits::name).toList(),
        edits.set().entrySet().stream()
            .map(each -> new Line(name(each.getKey()), new AsciiString(each.getValue())))
            .toList());
  }

  private static AsciiString name(String name) {
    return new AsciiString(name.toLowerCase(Locale.ROOT));
  }
}
