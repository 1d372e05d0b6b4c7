package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell a server who the client is and which URL it used: X-Forwarded-For, -Proto, -Host, -Port and Forwarded.
 *
 * <pre>
 *   any peer       all X-Forwarded headers and Forwarded are dropped, and told anew of the connection
 *   trusted peer   X-Forwarded-For and Forwarded are added to, the others kept; what is missing follows from those that are there
 * </pre>
 *
 * <p>All of them tell one story. A port of the listener beside the scheme of another proxy, or a Forwarded that says http beside an
 * X-Forwarded-Proto that says https, would make servers build URLs that do not work.
 */
final class ForwardingHeaders {
  static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
  static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
  static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
  static final AsciiString PORT = AsciiString.cached("x-forwarded-port");
  static final AsciiString FORWARDED = AsciiString.cached("forwarded");

  private ForwardingHeaders() {}

  /** Adds the forwarding headers to the plan of a request. */
  static void plan(HeaderPlan plan, InboundFacts facts) {
    if (facts.peerTrusted()) {
      added(plan, facts, new TrustedWord(plan, facts.head()));
    } else {
      facts.asked().forwarded(facts).addTo(plan);
    }
  }

  private static void added(HeaderPlan plan, InboundFacts facts, TrustedWord word) {
    String scheme = word.scheme(facts.scheme());
    String host = host(facts, word, scheme);
    String port = word.hasTarget() ? port(host, scheme) : Integer.toString(facts.localPort());
    plan.add(FOR, joined(word.forwardedFor(), facts.peer()));
    url(plan, facts, scheme, host, port);
    plan.add(FORWARDED, forwarded(facts, word, host, scheme));
  }

  /** Adds what the peer has not said itself. */
  private static void url(
      HeaderPlan plan,
      InboundFacts facts,
      String scheme,
      @Nullable String host,
      @Nullable String port) {
    addIfAbsent(plan, facts, PROTO, scheme);
    if (host != null) {
      addIfAbsent(plan, facts, HOST, host);
    }
    if (port != null) {
      addIfAbsent(plan, facts, PORT, port);
    }
  }

  /** Returns the host of the URL. The listener's own port in Host is for the gateway if the client used another scheme. */
  private static @Nullable String host(InboundFacts facts, TrustedWord word, String scheme) {
    String asked = facts.authority();
    if (word.host() != null || asked == null || scheme.equals(facts.scheme())) {
      return word.host() != null ? word.host() : asked;
    }
    String ownPort = ":" + facts.localPort();
    return asked.endsWith(ownPort) ? asked.substring(0, asked.length() - ownPort.length()) : asked;
  }

  /** Returns the port of a URL: that of the host, or else the scheme's own; null: not known. */
  private static @Nullable String port(@Nullable String host, String scheme) {
    int colon = host == null ? -1 : host.indexOf(':', host.indexOf(']') + 1);
    if (host != null && colon >= 0 && colon + 1 < host.length()) {
      return host.substring(colon + 1);
    }
    return switch (scheme) {
      case "https", "wss" -> "443";
      case "http", "ws" -> "80";
      default -> null;
    };
  }

  /** Adds the peer to its Forwarded, or makes one of its X-Forwarded headers, in which the client's element has the URL. */
  private static String forwarded(
      InboundFacts facts, TrustedWord word, @Nullable String host, String scheme) {
    if (word.hasForwarded()) {
      StringBuilder own = element(facts.peer());
      return joined(
          facts.head().headers(FORWARDED),
          (word.hasForwardedTarget() ? own : withUrl(own, host, scheme)).toString());
    }
    List<String> nodes = word.nodes();
    if (nodes.isEmpty()) {
      return withUrl(element(facts.peer()), host, scheme).toString();
    }
    StringBuilder all = withUrl(element(nodes.get(0)), host, scheme);
    for (String node : nodes.subList(1, nodes.size())) {
      all.append(", ").append(element(node));
    }
    return all.append(", ").append(element(facts.peer())).toString();
  }

  /** Returns the element of Forwarded that tells of a node and the URL it asked for. */
  static String element(String node, @Nullable String host, String scheme) {
    return withUrl(element(node), host, scheme).toString();
  }

  private static StringBuilder element(String node) {
    StringBuilder element = new StringBuilder(64).append("for=");
    return node.indexOf(':') >= 0
        ? element.append('"').append(Authority.host(node)).append('"')
        : element.append(node);
  }

  private static StringBuilder withUrl(
      StringBuilder element, @Nullable String host, String scheme) {
    if (host != null) {
      element.append(";host=\"").append(host).append('"');
    }
    return element.append(";proto=").append(scheme);
  }

  private static String joined(List<String> before, String value) {
    return before.isEmpty() ? value : String.join(", ", before) + ", " + value;
  }

  private static void addIfAbsent(
      HeaderPlan plan, InboundFacts facts, CharSequence name, String value) {
    if (plan.drops(name) || !facts.head().hasHeader(name)) {
      plan.add(name, value);
    }
  }
}
