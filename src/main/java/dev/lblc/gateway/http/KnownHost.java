package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.HostName;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host that a request asks, and what follows from it on one connection. Nearly all requests of a connection ask the same one, so
 * an engine keeps it for the next request. Confined to the connection's event loop.
 */
public final class KnownHost {
  private final @Nullable String authority;
  private final @Nullable AsciiString line;
  private final String name;
  private final KeptPlans plans = new KeptPlans();
  private @Nullable ForwardedLines forwarded;

  private KnownHost(@Nullable String authority) {
    this.authority = authority;
    this.line = authority == null ? null : new AsciiString(withoutEmptyPort(authority));
    this.name = authority == null ? "" : HostName.of(authority);
  }

  /**
   * Returns the host of Host or {@code :authority}.
   *
   * @throws BadRequestException if it is not valid, or missing where HTTP demands one
   */
  public static KnownHost of(RequestHead head) {
    String authority;
    if (head.protocol() == Protocol.HTTP_2) {
      authority = head.authority();
    } else {
      List<String> hosts = head.headers("host");
      if (hosts.size() > 1) {
        throw new BadRequestException("more than one Host header");
      }
      authority = hosts.isEmpty() ? null : hosts.get(0);
    }
    if (authority == null && head.protocol() != Protocol.HTTP_1_0) {
      throw new BadRequestException("no host");
    }
    return new KnownHost(authority);
  }

  /**
   * Returns the host of an authority.
   *
   * @throws BadRequestException if it is not valid
   */
  static KnownHost of(String authority) {
    return new KnownHost(authority);
  }

  /** Some servers take a colon without a port for port 0. */
  private static String withoutEmptyPort(String authority) {
    return authority.endsWith(":") ? authority.substring(0, authority.length() - 1) : authority;
  }

  /** Returns host and port as the client sent them; null: none were sent. */
  public @Nullable String authority() {
    return authority;
  }

  /** Returns the authority as the value of a header, without a colon that no port follows; null: none was sent. */
  @Nullable
  AsciiString line() {
    return line;
  }

  /** Returns the normal form of the host, without a port; empty: none was sent. */
  String name() {
    return name;
  }

  /** Returns the plans that requests for this host have in common. */
  KeptPlans plans() {
    return plans;
  }

  /** Returns the forwarding headers of a client of this connection that is not trusted. */
  ForwardedLines forwarded(InboundFacts facts) {
    ForwardedLines known = forwarded;
    if (known == null) {
      known = ForwardedLines.of(facts);
      forwarded = known;
    }
    return known;
  }
}
