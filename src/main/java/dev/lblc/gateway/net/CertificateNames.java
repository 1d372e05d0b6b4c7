package dev.lblc.gateway.net;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The host names of a certificate. */
public final class CertificateNames {
  private static final int DNS_NAME = 2;

  private CertificateNames() {}

  /**
   * Returns the DNS names among the alternative names, or else the common name of the subject; in lower case, without a final dot. A
   * wildcard is {@code *.} and a name.
   */
  public static Set<String> of(X509Certificate certificate) {
    Set<String> names = new LinkedHashSet<>();
    for (List<?> entry : alternativeNames(certificate)) {
      if (Integer.valueOf(DNS_NAME).equals(entry.get(0))) {
        names.add(normal((String) entry.get(1)));
      }
    }
    if (names.isEmpty()) {
      names.addAll(commonNames(certificate));
    }
    names.remove("");
    return names;
  }

  /** Returns the alternative names in their order; none if they cannot be read. */
  static Collection<List<?>> alternativeNames(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of(); // no client finds its name in them either
    }
  }

  private static List<String> commonNames(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .filter(String.class::isInstance)
              .map(name -> normal((String) name))
              .toList();
    } catch (InvalidNameException e) {
      return List.of(); // no client finds its name in it either
    }
  }

  private static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
