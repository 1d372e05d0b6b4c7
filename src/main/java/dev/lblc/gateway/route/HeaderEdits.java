package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A route's edits of a message's headers, compiled. The configuration reader refuses edits of headers that frame a message.
 * Immutable.
 *
 * @param dropped names of the headers that the route removes or sets
 * @param set headers that the message gets
 */
public record HeaderEdits(HeaderNames dropped, List<Line> set) {
  /** A header; its name is in lower case. */
  public record Line(AsciiString name, AsciiString value) {}

  /** Copies the list. */
  public HeaderEdits {
    set = List.copyOf(set);
  }

  /** Returns the edits of the trailers behind the message, which some recipients take for headers: what is set is dropped there. */
  public HeaderEdits ofTrailers() {
    return set.isEmpty() ? this : new HeaderEdits(dropped, List.of());
  }

  /** Compiles the edits of a route: a header that is both removed and set is set. */
  public static HeaderEdits compile(HttpRouteConfig.HeaderEdits edits) {
    return new HeaderEdits(
        HeaderNames.of(Stream.concat(edits.remove().stream(), edits.set().keySet().stream())
            .toList()),
        edits.set().entrySet().stream()
            .map(each -> new Line(
                new AsciiString(each.getKey().toLowerCase(Locale.ROOT)),
                new AsciiString(each.getValue())))
            .toList());
  }
}
