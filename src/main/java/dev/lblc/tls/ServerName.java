package dev.lblc.tls;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;

/** The rules of names of servers in TLS. */
final class ServerName {
  /** Of a name of DNS, among the alternative names of a certificate. */
  private static final Integer DNS = 2;

  private ServerName() {}

  /**
   * Returns what the certificates of servers are for that discovery finds under a name: that name, without the labels of SRV such as
   * {@code _https._tcp}, which are about a service and no host.
   */
  static String ofDiscovery(String dns) {
    String name = withoutFinalDot(dns);
    while (name.startsWith("_") && name.indexOf('.') > 0) {
      name = name.substring(name.indexOf('.') + 1);
    }
    return name;
  }

  /** Returns a name as certificates have it. */
  static String withoutFinalDot(String name) {
    return name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Returns the names that are sent to a server: none if it is an address. The JDK by itself sends none that has no dot, or an
   * underscore.
   */
  static List<SNIServerName> sent(String name) {
    return isAddress(name) ? List.of() : List.of(new Sent(name));
  }

  /** A name of a host; {@link SNIHostName} takes none with an underscore. */
  private static final class Sent extends SNIServerName {
    Sent(String name) {
      super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Returns whether the JDK compares it with certificates: an address, or a host name by the letter. */
  static boolean isKnownToTheJdk(String name) {
    if (isAddress(name)) {
      return true;
    }
    try {
      return !new SNIHostName(name).getAsciiName().isEmpty();
    } catch (IllegalArgumentException e) { // such as a_b.example.com
      return false;
    }
  }

  private static boolean isAddress(String name) {
    return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
  }

  /**
   * Compares a certificate with a name by RFC 6125 6.4: one of its names of DNS has to be the same, or to be it with {@code *} in
   * place of the first label.
   *
   * @throws CertificateException if none is
   */
  static void require(String name, X509Certificate certificate) throws CertificateException {
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> alternative : alternatives) {
        if (DNS.equals(alternative.get(0)) && isFor(String.valueOf(alternative.get(1)), name)) {
          return;
        }
      }
    }
    throw new CertificateException("No subject alternative DNS name matching " + name + " found.");
  }

  private static boolean isFor(String pattern, String name) {
    String wanted = lower(name);
    String offered = lower(pattern);
    int dot = wanted.indexOf('.');
    return offered.equals(wanted)
        || (offered.startsWith("*.")
            && dot > 0
            && wanted.indexOf('.', dot + 1) > 0 // never for a whole top level
            && offered.substring(1).equals(wanted.substring(dot)));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
