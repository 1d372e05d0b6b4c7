package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The response header of a route that tells the client which server was chosen, and why: {@code cache-1; hit}. It replaces one of that
 * name that the server sends or the route sets. Immutable.
 */
public final class ServerHeader {
  private final AsciiString name;
  private final HeaderNames dropped;
  private final List<HeaderEdits.Line> others;

  private ServerHeader(String name, HttpRouteConfig.HeaderEdits edits) {
    this.name = new AsciiString(name.toLowerCase(Locale.ROOT));
    this.dropped = HeaderNames.of(
        Stream.of(Stream.of(name), edits.remove().stream(), edits.set().keySet().stream())
            .flatMap(names -> names)
            .toList());
    this.others = HeaderEdits.compile(edits).set().stream()
        .filter(line -> !line.name().equals(this.name))
        .collect(Collectors.toUnmodifiableList());
  }

  /** Compiles the header of a route; null: it has none. */
  static @Nullable ServerHeader compile(HttpRouteConfig config) {
    String name = config.serverHeader();
    return name == null ? null : new ServerHeader(name, config.responseHeaders());
  }

  /**
   * Returns the route's edits of a response, with this header among them.
   *
   * @param server id of the server that answers
   * @param reason label of why it was chosen
   */
  public HeaderEdits edits(String server, String reason) {
    List<HeaderEdits.Line> lines = new ArrayList<>(others);
    lines.add(new HeaderEdits.Line(name, new AsciiString(encoded(server) + "; " + reason)));
    return new HeaderEdits(dropped, lines);
  }

  /** Returns an id as a header may have it: what is not visible ASCII, or would end it, is percent-encoded. */
  private static String encoded(String id) {
    StringBuilder text = new StringBuilder(id.length());
    for (byte octet : id.getBytes(StandardCharsets.UTF_8)) {
      if (octet > ' ' && octet < 0x7f && "%;,\"".indexOf(octet) < 0) {
        text.append((char) octet);
      } else {
        text.append(String.format("%%%02X", octet & 0xff));
      }
    }
    return text.toString();
  }
}
