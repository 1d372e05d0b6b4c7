package dev.lblc.gateway.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The values of the forwarding headers of a client that is not trusted: they tell of the connection and the host alone.
 *
 * @param client X-Forwarded-For
 * @param scheme X-Forwarded-Proto
 * @param host X-Forwarded-Host; null: the client named none
 * @param port X-Forwarded-Port
 * @param forwarded Forwarded
 */
record ForwardedLines(
    AsciiString client,
    AsciiString scheme,
    @Nullable AsciiString host,
    AsciiString port,
    AsciiString forwarded) {

  static ForwardedLines of(InboundFacts facts) {
    return new ForwardedLines(
        new AsciiString(facts.peer()),
        new AsciiString(facts.scheme()),
        facts.asked().line(),
        new AsciiString(Integer.toString(facts.localPort())),
        new AsciiString(
            ForwardingHeaders.element(facts.peer(), facts.authority(), facts.scheme())));
  }

  /** Adds the headers to the plan of a request. */
  void addTo(HeaderPlan plan) {
    plan.add(ForwardingHeaders.FOR, client);
    plan.add(ForwardingHeaders.PROTO, scheme);
    if (host != null) {
      plan.add(ForwardingHeaders.HOST, host);
    }
    plan.add(ForwardingHeaders.PORT, port);
    plan.add(ForwardingHeaders.FORWARDED, forwarded);
  }
}
