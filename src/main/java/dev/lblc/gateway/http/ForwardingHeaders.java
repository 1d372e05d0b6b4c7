package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell a server who the client is: X-Forwarded-For, -Proto, -Host, -Port and Forwarded. Headers from a trusted
 * peer are kept and added to. From any other peer all X-Forwarded headers and Forwarded are dropped.
 */
final class ForwardingHeaders {
  private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString PORT = AsciiString.cached("x-forwarded-port");
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");

  private ForwardingHeaders() {}

  /** Adds the forwarding headers to the plan of a request. */
  static void plan(HeaderPlan plan, InboundFacts facts) {
    String peer = facts.peer();
    String host = facts.authority();
    plan.add(FOR, appended(plan, facts, FOR, peer));
    addIfAbsent(plan, facts, PROTO, facts.scheme());
    if (host != null) {
      addIfAbsent(plan, facts, HOST, host);
    }
    addIfAbsent(plan, facts, PORT, Integer.toString(facts.localPort()));
    plan.add(FORWARDED, appended(plan, facts, FORWARDED, forwarded(peer, facts.scheme(), host)));
  }

  private static String forwarded(String peer, String scheme, @Nullable String host) {
    StringBuilder element = new StringBuilder(64).append("for=");
    if (peer.indexOf(':') >= 0) {
      element.append('"').append(Authority.host(peer)).append('"');
    } else {
      element.append(peer);
    }
    if (host != null) {
      element.append(";host=\"").append(host).append('"');
    }
    return element.append(";proto=").append(scheme).toString();
  }

  private static String appended(
      HeaderPlan plan, InboundFacts facts, CharSequence name, String value) {
    List<String> before =
        facts.peerTrusted() && !plan.isNamed(name) ? facts.head().headers(name) : List.of();
    return before.isEmpty() ? value : String.join(", ", before) + ", " + value;
  }

  private static void addIfAbsent(
      HeaderPlan plan, InboundFacts facts, CharSequence name, String value) {
    if (plan.drops(name) || !facts.head().hasHeader(name)) {
      plan.add(name, value);
    }
  }
}
