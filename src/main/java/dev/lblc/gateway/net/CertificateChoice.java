package dev.lblc.gateway.net;

import dev.lblc.tls.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The choice among the certificates of a listener by the name that a client asks for.
 *
 * <pre>
 *   certificates that have the name itself
 *   or else those that have the wildcard for its first label
 *   or else the first of the listener, with those that differ from it in the kind of key alone
 * </pre>
 *
 * <p>What is chosen has at most one certificate of each kind of key, and the client picks the kind. Of two of the same kind for one name
 * the first of the listener is used. Immutable.
 */
// One certificate may be listed twice: the second is never used.
@SuppressWarnings("ReferenceEquality")
public final class CertificateChoice {
  private static final String WILDCARD = "*.";

  private final Map<String, Map<String, Identity>> byName = new HashMap<>();
  private final Map<String, Identity> others = new LinkedHashMap<>();

  /**
   * Creates the choice.
   *
   * @param certificates of a listener in their order, at least one
   */
  public CertificateChoice(List<Identity> certificates) {
    Set<String> first = names(certificates.get(0));
    for (Identity certificate : certificates) {
      Set<String> names = names(certificate);
      for (String name : names) {
        byName
            .computeIfAbsent(name, unused -> new LinkedHashMap<>())
            .putIfAbsent(certificate.kind(), certificate);
      }
      if (certificate == certificates.get(0) || names.equals(first)) {
        others.putIfAbsent(certificate.kind(), certificate);
      }
    }
  }

  private static Set<String> names(Identity certificate) {
    return CertificateNames.of(certificate.chain().get(0));
  }

  /**
   * Returns the certificates for a name, by the kind of their keys, in the order of the listener.
   *
   * @param name in lower case and without a final dot; null: the client asks for none
   */
  public Map<String, Identity> of(@Nullable String name) {
    if (name == null) {
      return others;
    }
    Map<String, Identity> exact = byName.get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    Map<String, Identity> wildcard =
        dot <= 0 ? null : byName.get(WILDCARD + name.substring(dot + 1));
    return wildcard == null ? others : wildcard;
  }

  /** Returns the certificate that is used for a name where {@code certificate} could be; itself, if it is used. */
  private Identity inPlaceOf(Identity certificate, String name) {
    return byName.getOrDefault(name, Map.of()).getOrDefault(certificate.kind(), certificate);
  }

  /**
   * Returns what is in the way of a certificate: for each of its names the certificate that is used in its place. All names have one if
   * and only if {@code certificate} is never used, unless {@link #isForOthers} is true.
   */
  public Map<String, Identity> inTheWayOf(Identity certificate) {
    Map<String, Identity> all = new LinkedHashMap<>();
    for (String name : new ArrayList<>(names(certificate))) {
      Identity used = inPlaceOf(certificate, name);
      if (used != certificate) {
        all.put(name, used);
      }
    }
    return all;
  }

  /** Returns whether a certificate is for clients that ask for no name, or for one that no certificate has. */
  public boolean isForOthers(Identity certificate) {
    return others.get(certificate.kind()) == certificate;
  }
}
