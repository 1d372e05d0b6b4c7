package dev.lblc.gateway.net;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the certificate with which a client has authenticated itself. All texts are printable ASCII without spaces at their
 * ends, so that they can stand in a header: any other octet of their UTF-8 is written as a backslash and two hexadecimal digits.
 *
 * @param subject the name of its owner, as RFC 2253 writes it; empty: it has none
 * @param fingerprint SHA-256 of the certificate, 64 hexadecimal digits in lower case
 * @param san the first of its alternative names that is a DNS name, URI, e-mail address or IP address; null: it has none
 */
public record ClientCertificate(
    String subject, String fingerprint, @Nullable String san) {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;
  private static final Set<Integer> TEXTS = Set.of(EMAIL, DNS, URI, IP);

  /** Returns what a certificate says. */
  static ClientCertificate of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    return new ClientCertificate(
        printable(subject, false), fingerprint(certificate), firstName(certificate));
  }

  /**
   * Returns the certificate of the client at the other end of a connection; null: it has shown none, or was not asked. To be called on
   * the connection's event loop, after the handshake.
   */
  public static @Nullable ClientCertificate of(Channel channel) {
    TlsHandler handler = channel.pipeline().get(TlsHandler.class);
    return handler == null ? null : handler.clientCertificate();
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("it was read from octets", e);
    }
  }

  private static @Nullable String firstName(X509Certificate certificate) {
    for (List<?> entry : CertificateNames.alternativeNames(certificate)) {
      Object kind = entry.get(0);
      if (TEXTS.contains(kind) && entry.get(1) instanceof String name && !name.isEmpty()) {
        byte[] address = kind.equals(IP) ? NetUtil.createByteArrayFromIpAddressString(name) : null;
        return address == null ? printable(name, true) : NetUtil.bytesToIpAddress(address);
      }
    }
    return null;
  }

  /** Returns the text with all octets escaped that must not stand in a header; {@code isRaw}: nothing is escaped in it yet. */
  private static String printable(String text, boolean isRaw) {
    StringBuilder shown = new StringBuilder(text.length());
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < octets.length; i++) {
      char c = (char) (octets[i] & 0xff);
      boolean isAtEnd = i == 0 || i == octets.length - 1;
      boolean isEscaped =
          c < ' ' || c > '~' || (isRaw ? c == '\\' || c == ' ' : c == ' ' && isAtEnd);
      if (!isEscaped) {
        shown.append(c);
      } else if (c == ' ' && shown.length() > 0 && !isRaw) {
        shown.append("20"); // RFC 2253 has the backslash before it
      } else {
        shown.append('\\').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
      }
    }
    return shown.toString();
  }
}
