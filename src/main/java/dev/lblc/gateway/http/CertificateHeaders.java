package dev.lblc.gateway.http;

import dev.lblc.gateway.net.ClientCertificate;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * The headers that tell a server with which certificate the client has authenticated itself: X-Client-Cert-Subject, -Fingerprint and -San.
 *
 * <pre>
 *   any peer       all X-Client-Cert headers are dropped, and told anew of the certificate of the connection
 *   trusted peer   kept as they came; if there are none, those of the connection
 * </pre>
 *
 * <p>A trusted peer's headers are never mixed with those of its own certificate: they would speak of two clients.
 */
final class CertificateHeaders {
  static final AsciiString SUBJECT = AsciiString.cached("x-client-cert-subject");
  static final AsciiString FINGERPRINT = AsciiString.cached("x-client-cert-fingerprint");
  static final AsciiString SAN = AsciiString.cached("x-client-cert-san");

  private static final List<AsciiString> ALL = List.of(SUBJECT, FINGERPRINT, SAN);

  private CertificateHeaders() {}

  /** Adds the headers to the plan of a request. */
  static void plan(HeaderPlan plan, InboundFacts facts) {
    ClientCertificate certificate = facts.head().clientCertificate();
    if (certificate == null || (facts.peerTrusted() && isTold(plan, facts.head()))) {
      return;
    }
    if (!certificate.subject().isEmpty()) {
      plan.add(SUBJECT, certificate.subject());
    }
    plan.add(FINGERPRINT, certificate.fingerprint());
    if (certificate.san() != null) {
      plan.add(SAN, certificate.san());
    }
  }

  private static boolean isTold(HeaderPlan plan, HeaderView head) {
    return ALL.stream().anyMatch(name -> head.hasHeader(name) && !plan.isNamed(name));
  }
}
